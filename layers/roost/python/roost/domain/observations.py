"""Counts of predictions as they are stored: by model, version, hour and shard, with which predictions are in them.

A log stream belongs to one shard, so that streams side by side seldom meet at one item, and however many there are the
number of items stays what it is. Readers add the shards.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from roost.domain.observed_prediction import Observed

SHARDS = 16


class CountKey(NamedTuple):
    """Whose counts: ``hour`` is ``2026-03-01T12`` (UTC)."""

    model: str
    hour: str
    version: int
    shard: int


@dataclass(frozen=True)
class StoredCounts:
    """Packed counts by segment (``prediction_counts.packed``); ``revision`` counts their writes, 0 before the first."""

    body: bytes
    revision: int


@dataclass(frozen=True)
class Counted:
    """A change: counts by key with the revisions that they were made from, and the predictions that were added."""

    stream: str
    counts: tuple[tuple[CountKey, StoredCounts], ...]
    predictions: tuple[Observed, ...]

    @property
    def first(self) -> int:
        """The moment of the first prediction, in milliseconds since 1970."""
        return min(one.at for one in self.predictions)

    @property
    def last(self) -> int:
        """The moment of the last."""
        return max(one.at for one in self.predictions)

    @property
    def fingerprints(self) -> bytes:
        """The predictions' fingerprints, one behind the other, sorted."""
        return b"".join(sorted(one.fingerprint for one in self.predictions))


class HourCounts(NamedTuple):
    """Packed counts of one version in one hour; there may be several of both, which are to be added."""

    hour: str
    version: int
    body: bytes


def key_of(one: Observed, stream: str) -> CountKey:
    """Where a prediction of a log stream is counted."""
    return CountKey(one.model, one.hour, one.version, shard_of(stream))


def shard_of(stream: str) -> int:
    """The shard of a log stream."""
    return hashlib.sha256(stream.encode()).digest()[0] % SHARDS


def keys_of(predictions: Iterable[Observed], stream: str) -> Sequence[CountKey]:
    """Where predictions of a log stream are counted, each key once."""
    return sorted({key_of(one, stream) for one in predictions})
