"""Data sets: a manifest of landed files, and a digest that names it by what the files hold.

Neither a time nor a run is part of it: the same files, read by the same rules, are the same data set.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from roost.domain.package import canonical_bytes, sha256

FORMAT = 1


@dataclass(frozen=True)
class LandedFile:
    """One file of a data set; ``first`` and ``last`` event time in seconds since 1970, None without a readable one.

    ``ignored_columns`` nobody declared; ``absent_columns`` are declared, nullable, and not in the file.
    """

    key: str
    version: str
    size: int
    sha256: str
    rows: int
    first: int | None = None
    last: int | None = None
    ignored_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Landed files, by key, and the source definition (as JSON values) that says how to read them."""

    source: Mapping[str, Any]
    files: tuple[LandedFile, ...]

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """The data set that ``to_json`` wrote."""
        manifest = json.loads(body)
        return cls(manifest["source"], tuple(_landed(file) for file in manifest["files"]))

    def to_json(self) -> bytes:
        """The manifest, indented for people."""
        manifest = {
            "format": FORMAT,
            "dataset": self.digest,
            **self.summary(),
            "source": self.source,
            "files": [asdict(file) for file in self.files],
        }
        return json.dumps(manifest, indent=2).encode()

    @property
    def digest(self) -> str:
        """SHA-256 over the source and each file's key, SHA-256 and row count."""
        files = [[file.key, file.sha256, file.rows] for file in self.files]
        return sha256(canonical_bytes({"source": self.source, "files": files}))

    def summary(self) -> dict[str, Any]:
        """Rows, bytes and the stretch of event times (ISO 8601, empty where no time could be read)."""
        return {
            "rows": sum(file.rows for file in self.files),
            "bytes": sum(file.size for file in self.files),
            "from": _iso(min((file.first for file in self.files if file.first is not None), default=None)),
            "to": _iso(max((file.last for file in self.files if file.last is not None), default=None)),
        }


def _landed(file: Mapping[str, Any]) -> LandedFile:
    lists = {name: tuple(found) for name, found in file.items() if isinstance(found, list)}
    return LandedFile(**{**file, **lists})


def _iso(seconds: int | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
