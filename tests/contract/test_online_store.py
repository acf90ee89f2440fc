"""The online store port: in memory and over the Amazon DynamoDB API, by its client and by signed requests."""

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.stub import Stubber
from moto.core.models import botocore_stubber

from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.signed_reads import SignedReads
from roost.errors import DependencyUnavailable, ItemTooLarge
from roost.names import ONLINE_EXPIRY
from roost.ports import OnlineItem, OnlineStore
from tests.contract.conftest import OpenOnline, table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "roost-test-online"


@pytest.fixture
def store(open_online: OpenOnline) -> OnlineStore:
    return open_online()


class Moto:
    """Hands requests to moto as boto3's client would; ``sent`` are those that it got."""

    def __init__(self) -> None:
        self.sent: list[AWSPreparedRequest] = []

    def send(self, request: AWSPreparedRequest) -> Any:
        self.sent.append(request)
        return botocore_stubber("before-send", request)


class Lost:
    """A network that is gone."""

    def send(self, request: AWSPreparedRequest) -> Any:
        raise ConnectionClosedError(endpoint_url=request.url)


def item(entity: str, as_of: int = 100, payload: bytes = b"state", view: str = "spend@1") -> OnlineItem:
    return OnlineItem(view, entity, payload, as_of)


def test_what_was_written_is_read(store: OnlineStore) -> None:
    written = item("7", payload=b"\x00\xff")
    assert store.write([written]) == 1
    assert store.read([("spend@1", "7")]) == {("spend@1", "7"): written}


def test_a_marker_has_neither_entity_nor_payload_and_never_goes_back(store: OnlineStore) -> None:
    marks = [item("", as_of=as_of, payload=b"", view="spend@1!") for as_of in (100, 300, 200)]
    assert [store.write([mark]) for mark in marks] == [1, 1, 0]
    assert store.read([("spend@1!", ""), ("spend@1", "")]) == {("spend@1!", ""): marks[1]}


def test_what_was_never_written_is_left_out(store: OnlineStore) -> None:
    store.write([item("7")])
    assert set(store.read([("spend@1", "7"), ("spend@1", "8"), ("risk@1", "7")])) == {("spend@1", "7")}


def test_views_do_not_mix(store: OnlineStore) -> None:
    store.write([item("7", payload=b"a", view="spend@1"), item("7", payload=b"b", view="risk@1")])
    assert store.read([("risk@1", "7")])["risk@1", "7"].payload == b"b"


def test_nothing_is_written_and_read_as_nothing(store: OnlineStore) -> None:
    assert store.write([]) == 0
    assert store.read([]) == {}


@pytest.mark.parametrize("entity", ["a#b", "", "ä ö", "None", "#"])
def test_any_entity_is_itself(store: OnlineStore, entity: str) -> None:
    store.write([item(entity)])
    assert store.read([("spend@1", entity)])["spend@1", entity].entity == entity


@pytest.mark.parametrize(("as_of", "kept", "count"), [(99, b"old", 0), (100, b"new", 1), (101, b"new", 1)])
def test_older_never_overwrites_newer(store: OnlineStore, as_of: int, kept: bytes, count: int) -> None:
    store.write([item("7", as_of=100, payload=b"old")])
    assert store.write([item("7", as_of=as_of, payload=b"new")]) == count
    assert store.read([("spend@1", "7")])["spend@1", "7"].payload == kept


def test_times_are_compared_as_numbers(store: OnlineStore) -> None:
    store.write([item("7", as_of=99)])
    assert store.write([item("7", as_of=1_000)]) == 1
    assert store.write([item("7", as_of=100)]) == 0


def test_many_items_are_written_and_read(store: OnlineStore) -> None:
    written = {("spend@1", str(number)): item(str(number), payload=bytes([number % 256])) for number in range(230)}
    assert store.write(iter(written.values())) == 230
    assert store.read(list(written)) == written


def test_among_many_only_the_older_are_left_out(store: OnlineStore) -> None:
    store.write(item(str(number), as_of=200, payload=b"stored") for number in range(0, 150, 7))
    assert store.write(item(str(number), as_of=150, payload=b"late") for number in range(150)) == 150 - 22
    found = store.read([("spend@1", str(number)) for number in range(150)])
    assert {key[1] for key, each in found.items() if each.payload == b"stored"} == {str(n) for n in range(0, 150, 7)}


def test_writing_again_changes_nothing(store: OnlineStore) -> None:
    items = [item(str(number)) for number in range(5)]
    assert store.write(items) == store.write(items) == 5
    assert len(store.read([("spend@1", str(number)) for number in range(9)])) == 5


def test_a_key_asked_for_twice_is_read_once(store: OnlineStore) -> None:
    store.write([item("7")])
    assert len(store.read([("spend@1", "7"), ("spend@1", "7")])) == 1


def test_large_payloads_do_not_exceed_a_transaction(store: OnlineStore) -> None:
    payload = b"x" * 300_000
    assert store.write(item(str(number), payload=payload) for number in range(20)) == 20
    assert store.read([("spend@1", "19")])["spend@1", "19"].payload == payload


@pytest.mark.parametrize("bulk", [True, False])
def test_an_item_that_is_too_large_is_refused_with_what_to_do(store: OnlineStore, bulk: bool) -> None:
    write = store.write if bulk else store.swap
    write([item("7", payload=b"x" * 404_000)])  # moto refuses from 405,000 bytes on, DynamoDB from 409,600
    with pytest.raises(ItemTooLarge, match=r"view spend@1, entity '8': .* 409,600; shorten the view's longest window"):
        write([item("8", payload=b"x" * 409_600)])
    assert set(store.read([("spend@1", "7"), ("spend@1", "8")])) == {("spend@1", "7")}


def test_what_may_be_dropped_is_kept_from_its_time_or_its_writing_whichever_is_later(aws: None) -> None:
    name = table("roost-test-online", "pk")
    store = DynamoDBOnlineStore(name, writers=1, clock=lambda: 5_000.5)
    store.write([replace(item("past", as_of=100), keep_for=60), replace(item("future", as_of=9_000), keep_for=60)])
    store.swap([item("for ever")])
    rows = boto3.client("dynamodb").scan(TableName=name)["Items"]
    assert {row["pk"]["S"]: row.get(ONLINE_EXPIRY) for row in rows} == {
        "spend@1#past": {"N": "5060"}, "spend@1#future": {"N": "9060"}, "spend@1#for ever": None,
    }  # fmt: skip


def pauses(client: "DynamoDBClient") -> tuple[DynamoDBOnlineStore, list[float]]:
    waited: list[float] = []
    return DynamoDBOnlineStore(TABLE, waited.append, client), waited


def cancel(stub: Stubber, *codes: str) -> None:
    reasons = [{"Code": code} for code in codes]
    stub.add_client_error(
        "transact_write_items", "TransactionCanceledException", modeled_fields={"CancellationReasons": reasons}
    )


def test_a_conflict_is_tried_again_with_all_items(aws: None) -> None:
    client = boto3.client("dynamodb")
    store, waited = pauses(client)
    with Stubber(client) as stub:
        cancel(stub, "None", "TransactionConflict")
        stub.add_response("transact_write_items", {})
        assert store.write([item("1"), item("2")]) == 2
        stub.assert_no_pending_responses()
    assert len(waited) == 1


def test_what_is_older_is_dropped_and_the_rest_sent_at_once(aws: None) -> None:
    client = boto3.client("dynamodb")
    store, waited = pauses(client)
    with Stubber(client) as stub:
        cancel(stub, "ConditionalCheckFailed", "None", "None")
        stub.add_response("transact_write_items", {})
        assert store.write([item("1"), item("2"), item("3")]) == 2
        stub.assert_no_pending_responses()
    assert waited == []


def test_conflicts_without_end_are_reported(aws: None) -> None:
    client = boto3.client("dynamodb")
    store, waited = pauses(client)
    with Stubber(client) as stub:
        for _ in range(20):
            cancel(stub, "TransactionConflict")
        with pytest.raises(DependencyUnavailable, match="1 items met conflicts 8 times"):
            store.write([item("1")])
    assert len(waited) == 8


def test_an_invalid_item_is_an_error(aws: None) -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        cancel(stub, "ValidationError")
        with pytest.raises(ClientError, match="TransactionCanceled"):
            pauses(client)[0].write([item("1")])


def test_keys_left_unread_are_asked_for_again(aws: None) -> None:
    client = boto3.client("dynamodb")
    store, waited = pauses(client)
    left: Any = {TABLE: {"Keys": [{"pk": {"S": "spend@1#2"}}]}}
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", {"Responses": {TABLE: [raw("1")]}, "UnprocessedKeys": left})
        stub.add_response("batch_get_item", {"Responses": {TABLE: [raw("2")]}}, {"RequestItems": left})
        assert set(store.read([("spend@1", "1"), ("spend@1", "2")])) == {("spend@1", "1"), ("spend@1", "2")}
    assert len(waited) == 1


def raw(entity: str) -> dict[str, Any]:
    return {"pk": {"S": f"spend@1#{entity}"}, "p": {"B": b"state"}, "a": {"N": "1"}}


def test_keys_left_unread_without_end_are_reported(aws: None) -> None:
    client = boto3.client("dynamodb")
    left: Any = {TABLE: {"Keys": [{"pk": {"S": "spend@1#1"}}]}}
    with Stubber(client) as stub:
        for _ in range(8):
            stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": left})
        with pytest.raises(DependencyUnavailable, match="left keys unread"):
            pauses(client)[0].read([("spend@1", "1")])


@pytest.mark.parametrize("operation", ["transact_write_items", "batch_get_item"])
def test_throttling_is_worth_another_try(aws: None, operation: str) -> None:
    client = boto3.client("dynamodb")
    store, _ = pauses(client)
    with Stubber(client) as stub:
        stub.add_client_error(operation, "ProvisionedThroughputExceededException")
        with pytest.raises(DependencyUnavailable, match="DynamoDB could not answer now"):
            store.write([item("1")]) if operation == "transact_write_items" else store.read([("spend@1", "1")])


@pytest.fixture
def online_table(aws: None) -> "DynamoDBClient":
    client = boto3.client("dynamodb")
    keys: Any = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                 "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}  # fmt: skip
    client.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", **keys)
    return client


def test_a_signed_read_is_signed_and_needs_no_client(online_table: "DynamoDBClient") -> None:
    http = Moto()
    store = DynamoDBOnlineStore(TABLE, client=online_table, writers=1, quick=lambda client: SignedReads(client, http))
    store.write([item("7")])
    with Stubber(online_table):  # any call of the client fails
        assert store.read([("spend@1", "7")])["spend@1", "7"] == item("7")
    assert "/us-east-1/dynamodb/aws4_request, SignedHeaders=" in str(http.sent[0].headers["Authorization"])
    assert http.sent[0].url == f"{online_table.meta.endpoint_url}/"


def test_what_a_signed_read_cannot_explain_is_asked_through_the_client(online_table: "DynamoDBClient") -> None:
    http: Any = SimpleNamespace(send=lambda _: SimpleNamespace(status_code=400, content=b""))
    store = DynamoDBOnlineStore(TABLE, client=online_table, writers=1, quick=lambda client: SignedReads(client, http))
    store.write([item("7")])
    assert store.read([("spend@1", "7")])["spend@1", "7"].payload == b"state"


def test_a_lost_connection_may_be_tried_again(online_table: "DynamoDBClient") -> None:
    store = DynamoDBOnlineStore(TABLE, client=online_table, quick=lambda client: SignedReads(client, Lost()))
    with pytest.raises(DependencyUnavailable, match="could not be reached"):
        store.read([("spend@1", "7")])


def stored(store: OnlineStore, entity: str) -> OnlineItem:
    return store.read([("spend@1", entity)], fresh=True)["spend@1", entity]


def test_a_swap_stores_what_is_new(store: OnlineStore) -> None:
    assert list(store.swap([item("7", payload=b"a")])) == []
    assert (stored(store, "7").payload, stored(store, "7").revision) == (b"a", 1)


def test_a_swap_of_what_was_read_succeeds_once(store: OnlineStore) -> None:
    store.swap([item("7", payload=b"a")])
    first = replace(stored(store, "7"), payload=b"b")
    assert list(store.swap([first])) == []
    again = replace(first, payload=b"c")
    assert list(store.swap([again])) == [again]
    assert stored(store, "7").payload == b"b"


def test_a_swap_that_expects_nothing_finds_something(store: OnlineStore) -> None:
    store.swap([item("7", payload=b"a")])
    late = item("7", payload=b"b")
    assert list(store.swap([late])) == [late]
    assert stored(store, "7").payload == b"a"


def test_a_bulk_write_makes_a_swap_of_what_was_read_before_it_fail(store: OnlineStore) -> None:
    store.swap([item("7", payload=b"a")])
    before = replace(stored(store, "7"), payload=b"b")
    store.write([item("7", as_of=200, payload=b"bulk")])
    assert list(store.swap([before])) == [before]
    assert list(store.swap([replace(stored(store, "7"), payload=b"c")])) == []


def test_many_swaps_are_each_judged_alone(store: OnlineStore) -> None:
    store.swap([item("7", payload=b"a"), item("8", payload=b"a")])
    fresh = [item(str(number), payload=b"new") for number in range(1000, 1150)]
    lost = store.swap([item("7", payload=b"late"), *fresh, replace(stored(store, "8"), payload=b"b")])
    assert [one.entity for one in lost] == ["7"]
    assert (stored(store, "8").payload, stored(store, "1149").payload) == (b"b", b"new")
