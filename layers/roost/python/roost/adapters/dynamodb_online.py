"""The online store: one DynamoDB item per (view, entity), ``pk`` ``<view>#<entity>``, payload ``p``, as-of time ``a``.

Writes go through TransactWriteItems, a hundred conditional puts a call: BatchWriteItem takes no condition, and single
puts take seven times as long. A cancelled transaction names the puts whose condition failed; they are older than what
is stored, so they are left out and the rest is sent again ("Amazon DynamoDB Transactions: How it works"). A
transactional write costs two write units a kilobyte instead of one.
"""

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import FINE, cancellation_codes, transient_failures
from roost.errors import DependencyUnavailable
from roost.ports import OnlineItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Key = tuple[str, str]

ITEMS_A_WRITE, BYTES_A_WRITE = 100, 3_500_000
KEYS_A_READ = 100
WRITERS = 4
PORTIONS_IN_MEMORY = 64
ATTEMPTS = 8
FIRST_PAUSE = 0.05
NOT_OLDER = "attribute_not_exists(a) OR a <= :a"
OLDER = "ConditionalCheckFailed"
MAY_PASS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class DynamoDBOnlineStore:
    """Feature state in one table. ``pause`` waits for a number of seconds; ``writers`` write side by side."""

    def __init__(
        self,
        table: str,
        pause: Callable[[float], None] = time.sleep,
        client: "DynamoDBClient | None" = None,
        writers: int = WRITERS,
    ) -> None:
        self._table = table
        self._pause = pause
        self._writers = writers
        self._dynamodb = client or boto3.client("dynamodb", config=Config(max_pool_connections=2 * WRITERS))

    def write(self, items: Iterable[OnlineItem]) -> int:
        """Store the items that are not older than what is stored, each entity of a view once; returns how many."""
        portions, written = _portions(items), 0
        with ThreadPoolExecutor(self._writers) as writers:
            while wave := list(itertools.islice(portions, PORTIONS_IN_MEMORY)):
                written += sum(writers.map(self._write, wave))
        return written

    def _write(self, items: list[OnlineItem]) -> int:
        for attempt in range(ATTEMPTS):
            refusals = self._transact(items) if items else []
            if not any(code != FINE for code in refusals):
                return len(items)
            newer = [item for item, code in zip(items, refusals, strict=True) if code != OLDER]
            if len(newer) == len(items):
                self._pause(_backoff(attempt))
            items = newer
        raise DependencyUnavailable(f"DynamoDB table {self._table}: {len(items)} items met conflicts {ATTEMPTS} times")

    def _transact(self, items: list[OnlineItem]) -> list[str]:
        """Put all items or none; returns a code per item if none was put."""
        try:
            with transient_failures("DynamoDB"):
                self._dynamodb.transact_write_items(TransactItems=[{"Put": self._put(item)} for item in items])
        except ClientError as error:
            codes = cancellation_codes(error)
            if not codes or set(codes) - {FINE, OLDER} - MAY_PASS:
                raise
            return codes
        return []

    def _put(self, item: OnlineItem) -> Any:
        as_of = {"N": str(item.as_of)}
        return {
            "TableName": self._table,
            "Item": {"pk": {"S": _joined((item.view, item.entity))}, "p": {"B": item.payload}, "a": as_of},
            "ConditionExpression": NOT_OLDER,
            "ExpressionAttributeValues": {":a": as_of},
        }

    def read(self, keys: Sequence[Key]) -> Mapping[Key, OnlineItem]:
        """The stored items among the keys; a scoring request is one call."""
        by_pk = {_joined(key): key for key in keys}
        found = [item for part in _chunks(list(by_pk), KEYS_A_READ) for item in self._read(part)]
        return {by_pk[item["pk"]["S"]]: _item(by_pk[item["pk"]["S"]], item) for item in found}

    def _read(self, pks: list[str]) -> Iterator[Any]:
        wanted: Any = {self._table: {"Keys": [{"pk": {"S": pk}} for pk in pks]}}
        for attempt in range(ATTEMPTS):
            with transient_failures("DynamoDB"):
                answer = self._dynamodb.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(self._table, ())
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return
            self._pause(_backoff(attempt))
        raise DependencyUnavailable(f"DynamoDB table {self._table} left keys unread {ATTEMPTS} times")


def _portions(items: Iterable[OnlineItem]) -> Iterator[list[OnlineItem]]:
    portion: list[OnlineItem] = []
    size = 0
    for item in items:
        if len(portion) == ITEMS_A_WRITE or (portion and size + len(item.payload) > BYTES_A_WRITE):
            yield portion
            portion, size = [], 0
        portion.append(item)
        size += len(item.payload)
    yield portion


def _chunks(keys: list[str], length: int) -> Iterator[list[str]]:
    return (keys[start : start + length] for start in range(0, len(keys), length))


def _backoff(attempt: int) -> float:
    """Seconds to wait, "full jitter" (AWS Architecture Blog, "Exponential Backoff And Jitter")."""
    return random.uniform(0, FIRST_PAUSE * 2**attempt)


def _joined(key: Key) -> str:
    return f"{key[0]}#{key[1]}"


def _item(key: Key, stored: Mapping[str, Any]) -> OnlineItem:
    return OnlineItem(key[0], key[1], bytes(stored["p"]["B"]), int(stored["a"]["N"]))
