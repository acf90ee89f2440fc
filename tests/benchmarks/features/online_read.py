"""Our code around the network call of an online read: three views of ten features, the HTTP answer at hand."""

import base64
import json
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.signed_reads import SignedReads
from roost.domain.entity_events import Event
from roost.domain.event_codec import pack, read
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import values
from roost.ports import OnlineItem
from roost.spec import Aggregation, Column, ColumnType, Entity, LatestView, Source, WindowView
from roost.spec.layouts import layout_of

NOW, TABLE, ENTITY = 1_700_000_000, "online", "4711"
CALLS = 1_000
FUNCTIONS = ("sum", "mean", "min", "max")
COLUMNS = tuple(Column(name=f"x{place}", type=ColumnType.DECIMAL, decimals=2) for place in range(10))
SOURCE = Source(
    name="events",
    event_time="time",
    columns=(Column(name="key", type=ColumnType.INTEGER), Column(name="time", type=ColumnType.TIMESTAMP), *COLUMNS),
)
THING = Entity(name="thing", key="key")


def _window(name: str, days: tuple[int, int]) -> ViewLayout:
    sums = [Aggregation(function=function, column="x0") for function in FUNCTIONS]  # type: ignore[arg-type]
    windows = tuple(timedelta(days=each) for each in days)
    return layout_of(
        WindowView(
            name=name, entity=THING, source=SOURCE, windows=windows, aggregations=(Aggregation(function="count"), *sums)
        )
    )


def _latest(name: str) -> ViewLayout:
    names, age = tuple(column.name for column in COLUMNS), timedelta(days=30)
    return layout_of(LatestView(name=name, entity=THING, source=SOURCE, columns=names, lookback=age, max_age=age))


# As many events as the handbook's usual customer (58 in 30 days) and terminal (35 in 37) have.
VIEWS = {_window("spend", (7, 30)): (58, 30), _window("risk", (7, 37)): (35, 37), _latest("profile"): (2, 2)}


def _payload(layout: ViewLayout, count: int, days: int) -> bytes:
    times = [NOW - 86_400 * days + 86_400 * days * event // count for event in range(count)]
    cells = tuple(5_000 + place for place in range(len(layout.columns)))
    return pack([Event(at * 10**6, number, at * 10**6, cells) for number, at in enumerate(times)], len(layout.columns))


def _body() -> bytes:
    items = [
        {"pk": {"S": f"{layout.online_name}#{ENTITY}"}, "a": {"N": str(NOW)}, "r": {"N": "1"},
         "p": {"B": base64.b64encode(_payload(layout, *size)).decode()}}
        for layout, size in VIEWS.items()
    ]  # fmt: skip
    return json.dumps({"Responses": {TABLE: items}, "UnprocessedKeys": {}}).encode()


class AtOnce:
    """An HTTP session that answers at once, with the same bytes."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """The answer to any request."""
        answer = AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, None)
        answer._content = self._body
        return answer


def signed() -> DynamoDBOnlineStore:
    """The store as the scoring function makes it."""
    boto3.setup_default_session(aws_access_key_id="none", aws_secret_access_key="none", region_name="us-east-1")
    http = AtOnce(_body())
    return DynamoDBOnlineStore(TABLE, quick=lambda client: SignedReads(client, http))


class Ready:
    """A store that answers at once: the bytes lie ready in memory."""

    def __init__(self) -> None:
        keys = {(layout.online_name, ENTITY): _payload(layout, *size) for layout, size in VIEWS.items()}
        self._items = {key: OnlineItem(*key, payload, NOW) for key, payload in keys.items()}

    def read(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], OnlineItem]:
        """Those of the keys that it holds."""
        return {key: self._items[key] for key in keys}


def features(store: Any) -> dict[str, Any]:
    """What a scoring request does from its keys to its features."""
    keys = [(layout.online_name, ENTITY) for layout in VIEWS]
    items = store.read(keys)
    found: dict[str, Any] = {}
    for layout, key in zip(VIEWS, keys, strict=True):
        found |= values(layout, read(items[key].payload), NOW)
    return found


def milliseconds(part: str) -> float:
    """Median of one read, from the ``dynamodb`` store or from one ``at_once``."""
    store, taken = signed() if part == "dynamodb" else Ready(), []
    found = features(store)
    assert len(found) == 10 * len(VIEWS), found
    assert None not in found.values(), found
    for _ in range(CALLS):
        started = time.perf_counter()
        features(store)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000
