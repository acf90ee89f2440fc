"""Counts of predictions in one DynamoDB table, with which predictions are in them.

Counts: partition ``COUNTS#<model>``, sort key ``<hour>#<version>#<shard>``, the body ``p`` and its revision ``r``.
Predictions that were counted: an item per batch, partition ``STREAM#<digest of the log stream>``, sort key
``<moment of the last>#<digest>``, the first moment ``f`` and the fingerprints ``i``. Both are written in one
transaction, under the condition that no revision has moved (Amazon DynamoDB Developer Guide, "Amazon DynamoDB
Transactions: How it works"). Two batches that share a prediction come from one log stream, so they share a count, and
of two at once one is refused.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import cancellation_codes, transient_failures
from roost.domain.observations import Counted, CountKey, HourCounts, StoredCounts
from roost.domain.observed_prediction import FINGERPRINT
from roost.errors import ConcurrentUpdate, DependencyUnavailable
from roost.monitoring_names import MONITORING_EXPIRY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY = 86_400
COUNTS_KEPT = 400 * DAY  # so that the same hour of a week a year ago can be compared with
BATCHES_KEPT = 100 * DAY  # longer than the logs, from which a prediction could come again
LOST_RACES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
THROTTLED_ITEMS = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
NEW, SAME = "attribute_not_exists(pk)", "r = :r"


class DynamoDBObservations:
    """Counts in one table; ``clock`` tells the seconds since 1970."""

    def __init__(
        self, table: str, client: "DynamoDBClient | None" = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._table, self._clock = table, clock
        self._dynamodb = client or boto3.client("dynamodb")

    def stored(self, keys: Sequence[CountKey]) -> Mapping[CountKey, StoredCounts]:
        """What is stored of these keys: a few, as many as a batch has hours and versions."""
        found = {key: self._get(key) for key in keys}
        return {key: stored for key, stored in found.items() if stored is not None}

    def seen(self, stream: str, first: int, last: int) -> frozenset[bytes]:
        """Fingerprints of the stream's predictions whose batch touches the time."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table, ConsistentRead=True, ProjectionExpression="f, i",
            KeyConditionExpression="pk = :pk AND sk >= :first", FilterExpression="f <= :last",
            ExpressionAttributeValues={":pk": {"S": _stream(stream)}, ":first": {"S": f"{first:013d}"},
                                       ":last": {"N": str(last)}},
        )  # fmt: skip
        with transient_failures("DynamoDB"):
            bodies = [bytes(item["i"]["B"]) for page in pages for item in page["Items"]]
        return frozenset(body[place : place + FINGERPRINT] for body in bodies for place in _places(body))

    def commit(self, counted: Counted) -> None:
        """Write counts and their predictions in one transaction, or raise ``ConcurrentUpdate``."""
        puts = [*(self._count(key, stored) for key, stored in counted.counts), self._batch(counted)]
        try:
            with transient_failures("DynamoDB"):
                self._dynamodb.transact_write_items(TransactItems=puts)
        except ClientError as error:
            codes = set(cancellation_codes(error))
            if codes & THROTTLED_ITEMS:
                raise DependencyUnavailable(f"DynamoDB table {self._table} is throttled: {error}") from error
            if codes & LOST_RACES:
                raise ConcurrentUpdate("the counts were changed by another batch; read them again and retry") from error
            raise

    def counts(self, model: str, since: str, until: str) -> Sequence[HourCounts]:
        """Counts by hour and version, in the order of hours."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table, KeyConditionExpression="pk = :pk AND sk BETWEEN :since AND :until",
            ExpressionAttributeValues={":pk": {"S": _model(model)}, ":since": {"S": since}, ":until": {"S": until}},
        )  # fmt: skip
        with transient_failures("DynamoDB"):
            return [_hour_counts(item) for page in pages for item in page["Items"]]

    def _get(self, key: CountKey) -> StoredCounts | None:
        with transient_failures("DynamoDB"):
            found = self._dynamodb.get_item(TableName=self._table, Key=_key(key), ConsistentRead=True).get("Item")
        return StoredCounts(bytes(found["p"]["B"]), int(found["r"]["N"])) if found else None

    def _count(self, key: CountKey, stored: StoredCounts) -> Any:
        item = {**_key(key), "p": {"B": stored.body}, "r": {"N": str(stored.revision + 1)}, **self._expiry(COUNTS_KEPT)}
        put = {"TableName": self._table, "Item": item, "ConditionExpression": SAME if stored.revision else NEW}
        values = {"ExpressionAttributeValues": {":r": {"N": str(stored.revision)}}} if stored.revision else {}
        return {"Put": put | values}

    def _batch(self, counted: Counted) -> Any:
        digest = hashlib.sha256(counted.fingerprints).hexdigest()[:32]
        key = {"pk": {"S": _stream(counted.stream)}, "sk": {"S": f"{counted.last:013d}#{digest}"}}
        found = {"f": {"N": str(counted.first)}, "i": {"B": counted.fingerprints}}
        return {"Put": {"TableName": self._table, "Item": {**key, **found, **self._expiry(BATCHES_KEPT)}}}

    def _expiry(self, seconds: int) -> dict[str, Any]:
        return {MONITORING_EXPIRY: {"N": str(int(self._clock()) + seconds)}}


def _hour_counts(item: Mapping[str, Any]) -> HourCounts:
    hour, version, _ = item["sk"]["S"].split("#")
    return HourCounts(hour, int(version), bytes(item["p"]["B"]))


def _key(key: CountKey) -> dict[str, Any]:
    return {"pk": {"S": _model(key.model)}, "sk": {"S": f"{key.hour}#{key.version:08d}#{key.shard:02d}"}}


def _model(model: str) -> str:
    return f"COUNTS#{model}"


def _stream(stream: str) -> str:
    return f"STREAM#{hashlib.sha256(stream.encode()).hexdigest()[:32]}"


def _places(body: bytes) -> range:
    return range(0, len(body), FINGERPRINT)
