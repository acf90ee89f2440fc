"""Objects of the prediction log: predictions of one minute, one JSON document a line, gzipped.

The key tells what is inside, so that a reader opens few: model, hour and minute, the milliseconds of the first and the
last prediction within the minute, how many there are, and a digest of their identifiers. Equal batches make equal keys
and equal bytes, so that writing one again changes nothing.
"""

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from roost.domain.observed_prediction import Observed, hour_of
from roost.object_keys import predictions_prefix

MINUTE = 60_000
NAME = re.compile(r"(?P<minute>\d\d)-(?P<first>\d{5})-(?P<last>\d{5})-(?P<rows>\d+)-[0-9a-f]{32}\.jsonl\.gz")


class Span(NamedTuple):
    """What a key says: offsets in milliseconds from the start of its minute, and how many predictions there are."""

    minute: int
    first: int
    last: int
    rows: int


def minute_prefix(model: str, at: int) -> str:
    """What the keys of all objects of a minute begin with; ``at`` is in milliseconds since 1970."""
    return f"{predictions_prefix(model)}hour={hour_of(at)}/{at // MINUTE % 60:02d}-"


def span_of(key: str) -> Span | None:
    """What a key says; None of a key that is no prediction object's."""
    found = NAME.fullmatch(key.rpartition("/")[2])
    return Span(*(int(found[name]) for name in Span._fields)) if found else None


def objects_of(predictions: Iterable[Observed]) -> dict[str, bytes]:
    """The objects, by key, that hold predictions of one model."""
    minutes: dict[int, list[Observed]] = defaultdict(list)
    for one in predictions:
        minutes[one.at // MINUTE].append(one)
    return dict(_object(sorted(each)) for each in minutes.values())


def records_in(body: bytes) -> list[dict[str, Any]]:
    """The records of an object."""
    return [json.loads(line) for line in gzip.decompress(body).splitlines()]


def _object(predictions: Sequence[Observed]) -> tuple[str, bytes]:
    identifiers = "\n".join(one.identifier for one in predictions)
    digest = hashlib.sha256(identifiers.encode()).hexdigest()[:32]
    offsets = [one.at % MINUTE for one in predictions]
    name = f"{min(offsets):05d}-{max(offsets):05d}-{len(predictions)}-{digest}.jsonl.gz"
    key = minute_prefix(predictions[0].model, predictions[0].at) + name
    return key, gzip.compress(b"".join(_line(one.record) for one in predictions), compresslevel=6, mtime=0)


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode() + b"\n"
