"""What is remembered of a data set to judge it, and to judge later ones by it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Bins:
    """How a column is binned: numbers by ascending ``edges``, text by its most frequent ``values``.

    A number belongs to the bin of the first edge that it is not above. One bin more holds all others, and a last one
    the nulls.
    """

    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of bins."""
        return len(self.edges or self.values) + 2


@dataclass(frozen=True)
class ColumnFacts:
    """A column's nulls, whether it has at most one value and which, and whether it equals the label in every row."""

    nulls: int
    constant: bool
    value: str = ""
    equals_label: bool = False


@dataclass(frozen=True)
class ProfileQuestions:
    """What to find out: facts of ``columns``, shares of values, repeated rows by ``keys``, bins of ``binned``."""

    columns: tuple[str, ...] = ()
    label: str = ""
    shares: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    binned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """Rows, newest event (seconds since 1970), and the answers to the questions.

    ``shares`` are counts of (value, not null) by column and value, ``counts`` rows by bin of each binned column.
    """

    rows: int
    last: int
    columns: Mapping[str, ColumnFacts] = field(default_factory=dict)
    shares: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    repeated: int = 0
    bins: Mapping[str, Bins] = field(default_factory=dict)
    counts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """The profile that ``to_json`` wrote."""
        found: dict[str, Any] = json.loads(body)
        bins = {name: Bins(tuple(b["edges"]), tuple(b["values"])) for name, b in found.pop("bins").items()}
        facts = {name: ColumnFacts(**facts) for name, facts in found.pop("columns").items()}
        shares = {name: (share[0], share[1]) for name, share in found.pop("shares").items()}
        counts = {name: tuple(counts) for name, counts in found.pop("counts").items()}
        return cls(**found, bins=bins, columns=facts, shares=shares, counts=counts)

    def to_json(self) -> bytes:
        """The profile as JSON."""
        return json.dumps(asdict(self), indent=2).encode()


def share_name(column: str, value: str) -> str:
    """How a share is called in a profile and in reports."""
    return f"{column} = {value}"
