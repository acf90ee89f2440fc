"""The online store: one DynamoDB item per (view, entity), ``pk`` ``<view>#<entity>``.

Its payload is ``p``, the time it is complete to ``a``, its revision ``r``; of an item that DynamoDB may drop, ``e`` is
the time from which on (the table's TTL attribute).

Bulk writes go through TransactWriteItems, a hundred conditional puts a call: BatchWriteItem takes no condition, and
single puts take seven times as long. A cancelled transaction names the puts whose condition failed; they are left out
and the rest is sent again ("Amazon DynamoDB Transactions: How it works"). A
transactional write costs two write units a kilobyte instead of one.
"""

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import FINE, cancellation_codes, error_code, transient_failures
from roost.adapters.item_size import refuse_too_large
from roost.adapters.read_patience import CONNECT_SECONDS, READ_SECONDS, Patience, backoff, scoring_patience
from roost.errors import DependencyUnavailable
from roost.names import ONLINE_EXPIRY
from roost.ports import OnlineItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from roost.adapters.signed_reads import SignedReads

Key = tuple[str, str]

ITEMS_A_WRITE, BYTES_A_WRITE = 100, 3_500_000
KEYS_A_READ = 100
WRITERS = 4
PORTIONS_IN_MEMORY = 64
ATTEMPTS = 8
NOT_OLDER = "attribute_not_exists(a) OR a <= :a"
NEW, SAME = "attribute_not_exists(r)", "r = :r"
REVISION_BITS = 53
FAILED = "ConditionalCheckFailed"
MAY_PASS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class Put(NamedTuple):
    """An item, and the request that puts it."""

    item: OnlineItem
    request: Any


class DynamoDBOnlineStore:
    """Feature state in one table. ``pause`` waits for a number of seconds; ``writers`` write side by side.

    ``clock`` tells the seconds since 1970. ``quick`` makes what reads first, from the client; what it does not answer
    is asked through the client. ``patience`` says how long reads go on trying.
    """

    def __init__(
        self,
        table: str,
        pause: Callable[[float], None] = time.sleep,
        client: "DynamoDBClient | None" = None,
        writers: int = WRITERS,
        clock: Callable[[], float] = time.time,
        quick: "Callable[[DynamoDBClient], SignedReads] | None" = None,
        patience: Patience | None = None,
    ) -> None:
        self._table = table
        self._pause = pause
        self._writers = writers
        self._clock = clock
        self._dynamodb = client or boto3.client("dynamodb", config=Config(max_pool_connections=2 * WRITERS))
        self._quick = quick(self._dynamodb) if quick else None
        self._patience = patience or Patience(pause=pause)

    def renew(self) -> None:
        """Forget all connections: those that a snapshot holds lead nowhere once it is restored."""
        self._dynamodb.close()
        if self._quick:
            self._quick.renew()

    def write(self, items: Iterable[OnlineItem]) -> int:
        """Store the items that are not older than what is stored, each entity of a view once; returns how many."""
        offered = 0

        def puts() -> Iterator[Put]:
            nonlocal offered
            for offered, item in enumerate(items, start=1):  # noqa: B007  (counted for the answer)
                yield Put(item, self._unless_newer(item))

        refused = sum(1 for _ in self._put_all(puts()))
        return offered - refused

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        """Store each item whose revision is still the stored one; returns those that came too late.

        A few are put one by one, at half the price; many in transactions, in a seventh of the time.
        """
        puts = [Put(item, self._unless_moved(item)) for item in items]
        if len(puts) > ITEMS_A_WRITE:
            return list(self._put_all(iter(puts)))
        with ThreadPoolExecutor(self._writers) as writers:
            swapped = list(writers.map(self._single, puts))
        return [item for item, done in zip(items, swapped, strict=True) if not done]

    def _put_all(self, puts: Iterator[Put]) -> Iterator[OnlineItem]:
        portions = _portions(puts)
        with ThreadPoolExecutor(self._writers) as writers:
            while wave := list(itertools.islice(portions, PORTIONS_IN_MEMORY)):
                for refused in writers.map(self._portion, wave):
                    yield from refused

    def _portion(self, puts: list[Put]) -> list[OnlineItem]:
        """Put what may be put; returns the items whose condition failed."""
        refused: list[OnlineItem] = []
        for attempt in range(ATTEMPTS):
            codes = self._transact(puts) if puts else []
            if not any(code != FINE for code in codes):
                return refused
            failed = [put.item for put, code in zip(puts, codes, strict=True) if code == FAILED]
            puts = [put for put, code in zip(puts, codes, strict=True) if code != FAILED]
            refused += failed
            if not failed:
                self._pause(backoff(attempt))
        raise DependencyUnavailable(f"DynamoDB table {self._table}: {len(puts)} items met conflicts {ATTEMPTS} times")

    def _transact(self, puts: list[Put]) -> list[str]:
        """Put all items or none; returns a code per item if none was put."""
        try:
            with transient_failures("DynamoDB"):
                self._dynamodb.transact_write_items(TransactItems=[{"Put": put.request} for put in puts])
        except ClientError as error:
            codes = cancellation_codes(error)
            if not codes or set(codes) - {FINE, FAILED} - MAY_PASS:
                raise
            return codes
        return []

    def _unless_newer(self, item: OnlineItem) -> Any:
        stored = self._stored(item, random.getrandbits(REVISION_BITS))  # no swap may take it for what it has read
        values = {":a": stored["a"]}
        return self._request(stored, NOT_OLDER, values)

    def _unless_moved(self, item: OnlineItem) -> Any:
        stored = self._stored(item, item.revision + 1)
        if not item.revision:
            return self._request(stored, NEW, {})
        return self._request(stored, SAME, {":r": {"N": str(item.revision)}})

    def _stored(self, item: OnlineItem, revision: int) -> Any:
        refuse_too_large(item)
        stored = {
            "pk": {"S": _joined((item.view, item.entity))},
            "p": {"B": item.payload},
            "a": {"N": str(item.as_of)},
            "r": {"N": str(revision)},
        }
        if item.keep_for is None:
            return stored
        return stored | {ONLINE_EXPIRY: {"N": str(max(item.as_of, int(self._clock())) + item.keep_for)}}

    def _request(self, stored: Any, condition: str, values: Any) -> Any:
        compared = {"ExpressionAttributeValues": values} if values else {}
        return {"TableName": self._table, "Item": stored, "ConditionExpression": condition, **compared}

    def _single(self, put: Put) -> bool:
        try:
            with transient_failures("DynamoDB"):
                self._dynamodb.put_item(**put.request)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def read(self, keys: Sequence[Key], fresh: bool = False) -> Mapping[Key, OnlineItem]:
        """The stored items among the keys; a scoring request is one call."""
        by_pk = {_joined(key): key for key in keys}
        found = [item for part in _chunks(list(by_pk), KEYS_A_READ) for item in self._read(part, fresh)]
        return {by_pk[item["pk"]["S"]]: _item(by_pk[item["pk"]["S"]], item) for item in found}

    def _read(self, pks: list[str], fresh: bool) -> Iterator[Any]:
        wanted: Any = {self._table: {"Keys": [{"pk": {"S": pk}} for pk in pks], "ConsistentRead": fresh}}
        for answer in self._patience.answers(wanted, self._batch_get):
            yield from answer["Responses"].get(self._table, ())

    def _batch_get(self, wanted: Any) -> Any:
        found = self._quick.batch_get(wanted) if self._quick else None
        if found is not None:
            return found
        with transient_failures("DynamoDB"):
            return self._dynamodb.batch_get_item(RequestItems=wanted)


def _portions(puts: Iterator[Put]) -> Iterator[list[Put]]:
    portion: list[Put] = []
    size = 0
    for put in puts:
        if len(portion) == ITEMS_A_WRITE or (portion and size + len(put.item.payload) > BYTES_A_WRITE):
            yield portion
            portion, size = [], 0
        portion.append(put)
        size += len(put.item.payload)
    yield portion


def _chunks(keys: list[str], length: int) -> Iterator[list[str]]:
    return (keys[start : start + length] for start in range(0, len(keys), length))


def scoring_store(table: str, quick: "Callable[[DynamoDBClient], SignedReads]") -> DynamoDBOnlineStore:
    """The store as a scoring function reads it: connections that stay open, short timeouts, few attempts.

    The SDK's client does not retry: ``Patience`` does.
    """
    once: Any = {"total_max_attempts": 1, "mode": "standard"}
    config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=once)
    client = boto3.client("dynamodb", config=config)
    return DynamoDBOnlineStore(table, client=client, quick=quick, patience=scoring_patience())


def _joined(key: Key) -> str:
    return f"{key[0]}#{key[1]}"


def _item(key: Key, stored: Mapping[str, Any]) -> OnlineItem:
    revision = int(stored["r"]["N"]) if "r" in stored else 0
    return OnlineItem(key[0], key[1], bytes(stored["p"]["B"]), int(stored["a"]["N"]), revision)
