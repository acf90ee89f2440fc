"""What the head of a landed text file says about its columns, read without DuckDB: a header line, or JSON keys."""

import csv
import gzip
import io
import itertools
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from roost.errors import UnreadableData
from roost.ports import LocalCopy

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP, ZSTD, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
KINDS = {"gzip": GZIP, "zstd": ZSTD}
HEAD_CHARACTERS = 65_536
HEAD_RECORDS = 1_000
CHUNK_BYTES = 1 << 20


def compression(path: Path) -> str:
    """``gzip``, ``zstd`` or ``none``, by the file's first bytes, whatever its name says."""
    with path.open("rb") as opened:
        head = opened.read(len(ZSTD))
    return next((kind for kind, mark in KINDS.items() if head.startswith(mark)), "none")


def check_whole(file: LocalCopy) -> None:
    """Refuse a Zstandard file that was cut off: DuckDB reads what there is of one, and says nothing.

    Raises:
        UnreadableData: the file does not end where a frame does.
    """
    if compression(file.path) != "zstd":
        return
    with _explained(file), zstd.open(file.path, "rb") as opened:
        while opened.read(CHUNK_BYTES):
            pass


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
    with _explained(file), _opened(file.path) as text:
        return read(text)


@contextmanager
def _explained(file: LocalCopy) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise UnreadableData(f"{file.key} is not UTF-8 text ({error.reason}); write it in UTF-8") from error
    except (EOFError, OSError, zlib.error, zstd.ZstdError) as error:
        kind = compression(file.path)
        raise UnreadableData(f"{file.key} is not a whole {kind} file ({error}); upload it again") from error
    except (csv.Error, ValueError) as error:
        raise UnreadableData(f"{file.key}: {error}") from error


def _opened(path: Path) -> TextIO:
    if compression(path) == "gzip":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    if compression(path) == "zstd":
        return zstd.open(path, "rt", encoding="utf-8-sig", newline="")
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
