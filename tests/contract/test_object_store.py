"""The object store port: in memory and over the Amazon S3 API (moto, embedded AWS)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from roost.adapters.in_memory import InMemoryObjectStore
from roost.adapters.s3_objects import S3ObjectStore
from roost.errors import DependencyUnavailable
from roost.ports import ObjectStore
from tests.contract.conftest import KINDS, reach, unique

BUCKET = "roost-test-lake"
LARGE = 9 * 1024 * 1024  # more than one part of a multipart transfer


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> ObjectStore:
    if request.param == "in_memory":
        return InMemoryObjectStore()
    reach(request)
    bucket = unique(BUCKET)
    client = boto3.client("s3")
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})  # as the platform's are
    return S3ObjectStore(bucket)


def test_what_was_put_is_got(store: ObjectStore) -> None:
    store.put("a/b", b"\x00bytes", "text/plain")
    assert store.get("a/b") == b"\x00bytes"


def test_a_later_object_replaces_an_earlier(store: ObjectStore) -> None:
    store.put("a", b"1")
    store.put("a", b"22")
    assert store.get("a") == b"22"
    assert [stored.size for stored in store.list("")] == [2]


@pytest.mark.parametrize("key", ["absent", "a", "a/b/c"])
def test_what_was_never_put_is_a_key_error(store: ObjectStore, tmp_path: Path, key: str) -> None:
    store.put("a/b", b"1")
    assert not store.exists(key)
    with pytest.raises(KeyError):
        store.get(key)
    with pytest.raises(KeyError):
        store.download(key, tmp_path / "file")


def test_what_was_put_exists(store: ObjectStore) -> None:
    store.put("a/b", b"")
    assert store.exists("a/b")


def test_only_a_key_that_is_free_is_created(store: ObjectStore) -> None:
    assert store.create("a", b"first")
    assert not store.create("a", b"second")
    assert store.get("a") == b"first"
    assert [stored.size for stored in store.list("a")] == [5]


def test_of_two_creations_at_once_the_second_asks_again(aws: None) -> None:
    client = boto3.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error("put_object", service_error_code="ConditionalRequestConflict", http_status_code=409)
        with pytest.raises(DependencyUnavailable, match="is being written by another"):
            S3ObjectStore(BUCKET, client).create("a", b"")


def test_a_listing_is_by_prefix_and_sorted(store: ObjectStore) -> None:
    for key in ("x/2", "x/10", "x/a/1", "y/1"):
        store.put(key, key.encode())
    assert [(stored.key, stored.size) for stored in store.list("x/")] == [("x/10", 4), ("x/2", 3), ("x/a/1", 5)]
    assert store.list("z/") == []


def test_a_version_changes_with_the_bytes(store: ObjectStore) -> None:
    versions = []
    for body in (b"1", b"2", b"2"):
        store.put("a", body)
        versions.append(store.list("a")[0].version)
    assert versions[0] != versions[1] == versions[2]
    assert versions[0].isalnum()


@pytest.mark.parametrize("body", [b"", b"short", b"x" * LARGE], ids=["empty", "short", "large"])
def test_files_go_up_and_come_down(store: ObjectStore, tmp_path: Path, body: bytes) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(body)
    store.upload(source, "file")
    store.download("file", target)
    assert target.read_bytes() == body


@pytest.mark.parametrize("body", [b"", b"short", b"x" * LARGE], ids=["empty", "short", "large"])
def test_a_copy_has_the_same_bytes_and_leaves_the_original(store: ObjectStore, tmp_path: Path, body: bytes) -> None:
    (tmp_path / "file").write_bytes(body)
    store.upload(tmp_path / "file", "a/1")
    store.copy("a/1", "b/1", store.list("a/1")[0].version)
    assert store.get("b/1") == store.get("a/1") == body


def test_only_the_version_that_was_meant_is_copied(store: ObjectStore) -> None:
    store.put("a", b"1")
    meant = store.list("a")[0].version
    store.put("a", b"2")
    for source in ("a", "absent"):
        with pytest.raises(KeyError):
            store.copy(source, "b", meant)
    assert not store.exists("b")


def tags(store: ObjectStore, key: str) -> dict[str, str]:
    """The port writes tags and nobody reads them but the bucket's lifecycle."""
    if isinstance(store, InMemoryObjectStore):
        return store.tags.get(key, {})
    assert isinstance(store, S3ObjectStore)
    found = boto3.client("s3").get_object_tagging(Bucket=store.bucket, Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_tags_are_put_in_place_of_others_and_leave_the_bytes_alone(store: ObjectStore) -> None:
    store.put("a", b"1")
    store.tag("a", {"first": "1", "second": "2"})
    store.tag("a", {"roost-compacted": "true"})
    assert tags(store, "a") == {"roost-compacted": "true"}
    assert store.get("a") == b"1"


def test_what_is_put_anew_has_no_tags(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1")
    for again in (lambda: store.put("a", b"1"), lambda: store.upload(tmp_path / "file", "a")):
        store.put("a", b"1")
        store.tag("a", {"roost-compacted": "true"})
        again()
        assert tags(store, "a") == {}


def test_what_is_not_there_cannot_be_tagged(store: ObjectStore) -> None:
    with pytest.raises(KeyError):
        store.tag("absent", {"roost-compacted": "true"})


def test_what_the_lifecycle_has_removed_cannot_be_tagged(aws: None) -> None:
    client = boto3.client("s3")
    with Stubber(client) as stub:  # a delete marker; moto answers otherwise unless it is asked by version
        stub.add_client_error("put_object_tagging", service_error_code="MethodNotAllowed", http_status_code=405)
        with pytest.raises(KeyError):
            S3ObjectStore(BUCKET, client).tag("a", {"roost-compacted": "true"})


def test_a_long_listing_comes_in_pages(aws: None) -> None:
    client, entry = boto3.client("s3"), {"Size": 1, "ETag": '"e"'}
    first = {"Contents": [{"Key": "a/2", **entry}], "IsTruncated": True, "NextContinuationToken": "more"}
    with Stubber(client) as stub:
        stub.add_response("list_objects_v2", first, {"Bucket": BUCKET, "Prefix": "a/"})
        expected = {"Bucket": BUCKET, "Prefix": "a/", "ContinuationToken": "more"}
        stub.add_response("list_objects_v2", {"Contents": [{"Key": "a/1", **entry}], "IsTruncated": False}, expected)
        assert [stored.key for stored in S3ObjectStore(BUCKET, client).list("a/")] == ["a/1", "a/2"]


CALLS: list[tuple[str, Callable[[S3ObjectStore], Any]]] = [
    ("get_object", lambda store: store.get("a")),
    ("put_object", lambda store: store.put("a", b"")),
    ("put_object", lambda store: store.create("a", b"")),
    ("list_objects_v2", lambda store: store.list("a")),
    ("list_objects_v2", lambda store: store.exists("a")),
    ("put_object_tagging", lambda store: store.tag("a", {})),
]


@pytest.mark.parametrize(("operation", "call"), CALLS)
@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("RequestTimeout", 400)])
def test_failures_that_may_pass_are_worth_another_try(
    aws: None, operation: str, call: Callable[[S3ObjectStore], Any], code: str, status: int
) -> None:
    client = boto3.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error(operation, service_error_code=code, http_status_code=status)
        with pytest.raises(DependencyUnavailable, match="S3 could not answer now"):
            call(S3ObjectStore(BUCKET, client))


@pytest.mark.parametrize(("operation", "call"), CALLS)
def test_other_failures_go_through(aws: None, operation: str, call: Callable[[S3ObjectStore], Any]) -> None:
    client = boto3.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error(operation, service_error_code="AccessDenied", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            call(S3ObjectStore(BUCKET, client))


def test_a_lost_connection_is_worth_another_try(aws: None) -> None:
    client = boto3.client("s3")

    def lose(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3")

    client.meta.events.register("before-send.s3", lose)
    with pytest.raises(DependencyUnavailable, match="S3 could not be reached"):
        S3ObjectStore(BUCKET, client).get("a")


def test_a_new_object_is_put_only_where_there_is_none(store: ObjectStore) -> None:
    assert store.create("a/1", b"first", "application/json")
    assert not store.create("a/1", b"second", "application/json")
    assert store.get("a/1") == b"first"


def test_another_failure_of_a_conditional_write_goes_through(aws: None) -> None:
    client = boto3.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error("put_object", service_error_code="AccessDenied", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            S3ObjectStore(BUCKET, client).create("a", b"")
