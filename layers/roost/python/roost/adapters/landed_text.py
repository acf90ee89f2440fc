"""What the head of a landed text file says about its columns, read without DuckDB: a header line, or JSON keys."""

import csv
import gzip
import io
import itertools
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from roost.errors import UnreadableData
from roost.ports import LocalCopy

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
HEAD_CHARACTERS = 65_536
HEAD_RECORDS = 1_000


def compression(path: Path) -> str:
    """``gzip`` or ``none``, by the file's first bytes, whatever its name says."""
    with path.open("rb") as opened:
        return "gzip" if opened.read(len(GZIP)) == GZIP else "none"


def file_format(path: Path, declared: str) -> str:
    """``parquet`` for a file that begins like one, such as the log of a stream; else what is declared."""
    with path.open("rb") as opened:
        return "parquet" if opened.read(len(PARQUET)) == PARQUET else declared


def csv_columns(file: LocalCopy) -> list[str]:
    """Names in the header line. Raises ``UnreadableData`` if there is none."""
    return _head(file, _header)


def json_columns(file: LocalCopy) -> list[str]:
    """Keys of the first thousand records, in order of first use. Raises ``UnreadableData`` if one is no object."""
    return _head(file, _keys)


def _head(file: LocalCopy, read: Callable[[TextIO], list[str]]) -> list[str]:
    try:
        with _opened(file.path) as text:
            return read(text)
    except UnicodeDecodeError as error:
        raise UnreadableData(f"{file.key} is not UTF-8 text ({error.reason}); write it in UTF-8") from error
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableData(f"{file.key} is not a whole gzip file ({error}); upload it again") from error
    except (csv.Error, ValueError) as error:
        raise UnreadableData(f"{file.key}: {error}") from error


def _opened(path: Path) -> TextIO:
    if compression(path) == "gzip":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _header(text: TextIO) -> list[str]:
    header = next(csv.reader(io.StringIO(text.read(HEAD_CHARACTERS), newline="")), [])
    if not header:
        raise ValueError("the file is empty; its first line must name the columns")
    return [name.strip() for name in header]


def _keys(text: TextIO) -> list[str]:
    records = [_record(number, line) for number, line in enumerate(itertools.islice(text, HEAD_RECORDS), 1)]
    keys = dict.fromkeys(key for record in records for key in record)
    if not keys:
        raise ValueError("the file is empty; it must hold one JSON object per line")
    return list(keys)


def _record(number: int, line: str) -> dict[str, object]:
    if not line.strip():
        return {}
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ValueError(f"line {number} is not valid JSON: {str(error).partition(':')[0]}") from error
    if not isinstance(record, dict):
        raise ValueError(f"line {number} is no JSON object; write one object per line, not a list")
    return record
