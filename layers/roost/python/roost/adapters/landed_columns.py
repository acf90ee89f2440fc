"""Whether the columns of a landed file are those that its source declares."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from roost.errors import UnreadableData
from roost.ports import LocalCopy
from roost.spec.sources import Column, Source

OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
ALIKE = 0.7  # as difflib measures it, 1 for equal


def check_columns(file: LocalCopy, source: Source, found: list[str]) -> None:
    """Refuse a file without a column that every row needs, or with one that seems misspelled.

    A nullable column may be missing: it was declared after the file was written, or JSON left out its nulls.

    Raises:
        UnreadableData: names the column, and what the file has and the source declares.
    """
    _refuse_doubles(file, found)
    absent = [column for column in source.columns if column.name not in found]
    misspelled = _misspelled(source, absent, found)
    missing = [column.name for column in absent if not column.nullable or column.name in misspelled]
    if missing:
        declared = ", ".join(column.name for column in source.columns)
        raise UnreadableData(
            f"{file.key} lacks the declared column(s) {', '.join(missing)}; it has {', '.join(found)}; "
            f"source '{source.name}' declares {declared}{_hint(found, misspelled)}"
        )


def _refuse_doubles(file: LocalCopy, found: list[str]) -> None:
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise UnreadableData(f"{file.key}: column {twice[0]!r} stands twice; rename one")


def _misspelled(source: Source, absent: list[Column], found: list[str]) -> dict[str, str]:
    """Nullable columns that a file lacks, each with the column of the file that is probably meant: spelled alike.

    JSON is let pass, as its keys are known of its first records only; so is the column of arrival, as exports of
    history have none.
    """
    declared = {column.name for column in source.columns}
    others = {_plain(name): name for name in found if name not in declared}
    if source.format == "json":
        return {}
    optional = [column.name for column in absent if column.nullable and column.name != source.ingested_at]
    return {name: others[match] for name in optional for match in _closest(name, others)}


def _closest(name: str, others: Iterable[str]) -> list[str]:
    return get_close_matches(_plain(name), others, 1, ALIKE)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _hint(found: list[str], misspelled: dict[str, str]) -> str:
    for delimiter, plural in OTHER_DELIMITERS.items():
        if len(found) == 1 and delimiter in found[0]:
            return f". The header is separated by {plural}: write commas"
    for name, meant in misspelled.items():
        return f". If {meant!r} is {name!r}, rename it in the file; if it is something else, declare it too"
    return ""
