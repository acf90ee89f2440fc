"""HTTP origins against a server of this process: paging, retries, rate, and APIs that do not end."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from roost.adapters.http_client import JsonClient
from roost.adapters.http_origin import HttpConnector
from roost.adapters.in_memory_origins import InMemorySecrets
from roost.adapters.origins import OriginConnectors
from roost.errors import DependencyUnavailable, OriginRefused, PagingLoop, SecretUnusable, UnreadableData
from roost.ports import Wanted
from roost.spec import CursorPaging, HttpOrigin, LinkPaging, PagePaging
from tests.unit.features.payments import Lake
from tests.unit.loading.orders import model, source

NOW = datetime(2020, 6, 1, tzinfo=UTC)
Reply = tuple[int, dict[str, str], Any]
Answers = Callable[[dict[str, str], int], Reply]


@dataclass
class Api:
    """What is asked, and how it is answered: by query and the number of the request."""

    url: str = ""
    answers: Answers = lambda _query, _count: (200, {}, [])
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def api() -> Iterator[Api]:
    served = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            served.asked.append(query)
            served.headers.append(dict(self.headers))
            status, headers, body = served.answers(query, len(served.asked))
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(payload)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/orders"
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


def record(number: int) -> dict[str, Any]:
    return {"order_id": number, "at": f"2020-05-0{number}T00:00:00Z", "amount": 9.10, "late": 0}


def origin(api: Api, **changes: Any) -> HttpOrigin:
    return HttpOrigin(**{"url": api.url, "requests_per_second": 1e6, **changes})


def rows(of: HttpOrigin, since: Any = None) -> list[Any]:
    connector = OriginConnectors(InMemorySecrets({"shop/api": {"Authorization": "Bearer t"}})).of(source(of))
    return list(connector.rows(Wanted(since, NOW)))


def numbers(of: HttpOrigin) -> list[int]:
    return [row["order_id"] for row in rows(of)]


def by_cursor(query: dict[str, str], _count: int) -> Reply:
    number = int(query.get("after", "1"))
    return 200, {}, {"data": [record(number)], "meta": {"next": str(number + 1) if number < 3 else None}}


def by_page(query: dict[str, str], _count: int) -> Reply:
    number = int(query["page"])
    return 200, {}, [record(number)] if number <= 3 else []


def test_cursors_are_followed_to_their_end(api: Api) -> None:
    api.answers = by_cursor
    paging = CursorPaging(parameter="after", next="meta.next")
    assert numbers(origin(api, paging=paging, records="data", parameters={"size": "1"})) == [1, 2, 3]
    assert api.asked == [{"size": "1"}, {"size": "1", "after": "2"}, {"size": "1", "after": "3"}]


def test_pages_are_counted_until_one_is_empty(api: Api) -> None:
    api.answers = by_page
    assert numbers(origin(api, paging=PagePaging())) == [1, 2, 3]
    assert [query["page"] for query in api.asked] == ["1", "2", "3", "4"]


def test_links_of_the_header_are_followed(api: Api) -> None:
    def by_link(query: dict[str, str], _count: int) -> Reply:
        number = int(query.get("p", "1"))
        following = f'<{api.url}?p=1>; rel="first", </orders?p={number + 1}>; rel="next"' if number < 3 else ""
        return 200, {"Link": following}, [record(number)]

    api.answers = by_link
    assert numbers(origin(api, paging=LinkPaging())) == [1, 2, 3]


def test_links_of_the_answer_are_followed(api: Api) -> None:
    def by_link(query: dict[str, str], _count: int) -> Reply:
        number = int(query.get("p", "1"))
        return 200, {}, {"data": [record(number)], "next": f"{api.url}?p={number + 1}" if number < 3 else None}

    api.answers = by_link
    assert numbers(origin(api, paging=LinkPaging(next="next"), records="data")) == [1, 2, 3]


def test_without_paging_there_is_one_answer(api: Api) -> None:
    api.answers = lambda _query, _count: (200, {}, [record(1)])
    assert numbers(origin(api)) == [1]


def test_the_watermark_is_sent(api: Api) -> None:
    asking = origin(api, watermark="at", watermark_parameter="updated_since")
    rows(asking, "2020-05-01T00:00:00.000000+00:00")
    assert api.asked == [{"updated_since": "2020-05-01T00:00:00.000000+00:00"}]


def test_numbers_stay_as_written_and_paths_reach_inward(api: Api) -> None:
    inner = {"order_id": 1, "at": "2020-05-01", "price": {"value": 9.10}, "more": 1}
    api.answers = lambda _query, _count: (200, {}, json.dumps([inner]).replace("9.1}", "9.10}").encode())
    assert rows(origin(api, fields={"amount": "price.value"})) == [
        {"order_id": 1, "at": "2020-05-01", "amount": "9.10"}  # a column that is not there is left out
    ]


def test_the_secret_is_sent_as_headers(api: Api) -> None:
    rows(origin(api, secret="shop/api"))
    assert api.headers[0]["Authorization"] == "Bearer t"


def test_a_secret_that_is_no_header_is_refused(api: Api) -> None:
    secrets = InMemorySecrets({"shop/api": {"Authorization": {"token": "t"}}})
    with pytest.raises(SecretUnusable, match="request headers"):
        OriginConnectors(secrets).of(source(origin(api, secret="shop/api")))


@pytest.mark.parametrize("status", [429, 503])
def test_later_is_asked_again_when_the_api_says(api: Api, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)  # urllib3 waits by it
    api.answers = lambda _query, count: (200, {}, [record(1)]) if count > 2 else (status, {"Retry-After": "7"}, {})
    assert numbers(origin(api)) == [1]
    assert [wait for wait in slept if wait >= 1] == [7, 7]


def test_a_wait_of_hours_is_left_to_the_pipeline(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    api.answers = lambda _query, _count: (429, {"Retry-After": "7200"}, {})
    with pytest.raises(DependencyUnavailable, match="answered 429 after 5 retries"):
        rows(origin(api))
    assert (len(api.asked), max(slept)) == (6, 60)


def test_a_lost_connection_is_worth_another_try(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    api.answers = lambda _query, _count: (200, {"Content-Length": "5000"}, [record(1)])
    nowhere = origin(api).model_copy(update={"url": "http://127.0.0.1:9/orders"})
    for asking in (origin(api), nowhere):
        with pytest.raises(DependencyUnavailable, match="did not answer"):
            rows(asking)


def test_requests_keep_to_the_rate(api: Api) -> None:
    api.answers = by_page
    waited: list[float] = []
    asking = origin(api, paging=PagePaging())
    connector = HttpConnector(source(asking), asking, JsonClient({}, 0.001, waited.append))
    assert len(list(connector.rows(Wanted(None, NOW)))) == 3
    assert len(waited) == 3
    assert all(900 < wait <= 1000 for wait in waited)


@pytest.mark.parametrize("status", [301, 400, 401, 404])
def test_a_refusal_is_told_and_not_asked_again(api: Api, status: int) -> None:
    api.answers = lambda _query, _count: (status, {"Location": "https://elsewhere.example"}, {})
    with pytest.raises(OriginRefused, match=f"answered {status}; check the origin's url"):
        rows(origin(api))
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>", "did not answer in JSON"),
        ({"rows": []}, "has no list of records as its answer"),
        ([1, 2], "has no list of records"),
        (b"\xff", "did not answer in JSON"),
    ],
)
def test_an_answer_of_another_kind_is_told(api: Api, body: Any, told: str) -> None:
    api.answers = lambda _query, _count: (200, {}, body)
    with pytest.raises(UnreadableData, match=told):
        rows(origin(api))


def test_too_large_an_answer_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roost.adapters.http_client.LARGEST_BYTES", 10)
    api.answers = lambda _query, _count: (200, {}, [record(1)])
    with pytest.raises(UnreadableData, match="ask for smaller pages"):
        rows(origin(api))


def test_a_repeated_page_is_found(api: Api) -> None:
    api.answers = lambda _query, _count: (200, {}, [record(1)])
    with pytest.raises(PagingLoop, match="page 2 repeats the records of an earlier page"):
        rows(origin(api, paging=PagePaging()))


def test_a_cursor_that_loops_is_found(api: Api) -> None:
    cursors = {"": "a", "a": "b", "b": "a"}
    api.answers = lambda query, count: (200, {}, {"data": [record(count)], "c": cursors[query.get("cursor", "")]})
    with pytest.raises(PagingLoop, match="page 4 has an address that was asked before"):
        rows(origin(api, paging=CursorPaging(next="c"), records="data"))


def test_an_api_without_end_is_stopped(api: Api) -> None:
    api.answers = lambda query, count: (200, {}, {"data": [], "c": str(count)})
    with pytest.raises(PagingLoop, match="more than 4 pages"):
        rows(origin(api, paging=CursorPaging(next="c"), records="data", max_pages=4))


def test_a_link_to_another_server_is_not_followed(api: Api) -> None:
    api.answers = lambda _query, _count: (200, {"Link": '<https://elsewhere.example/x>; rel="next"'}, [record(1)])
    with pytest.raises(OriginRefused, match=r"sends on to elsewhere\.example"):
        rows(origin(api, paging=LinkPaging(), secret="shop/api"))


def test_records_are_loaded_once(api: Api, lake: Lake) -> None:
    from roost.workflows.ingesting import ingest
    from roost.workflows.loading import load_sources

    api.answers = lambda _query, _count: (200, {}, [record(2), record(1)])
    project = model(source(origin(api, watermark="at", watermark_parameter="since")))
    connectors = OriginConnectors(InMemorySecrets())
    assert load_sources(project, connectors, lake.ports)["sources"]["orders"]["rows"] == 2
    assert load_sources(project, connectors, lake.ports)["sources"]["orders"]["rows"] == 0  # sent again, and left out
    assert api.asked[1] == {"since": "2020-05-02T00:00:00.000000+00:00"}
    assert ingest(project, lake.tables, lake.ports)["rows"] == 2


def test_records_that_lack_a_declared_field_stop_ingest(api: Api, lake: Lake) -> None:
    from roost.workflows.ingesting import ingest
    from roost.workflows.loading import load_sources

    api.answers = lambda _query, _count: (200, {}, [{"order_id": 1, "amount": "1", "late": 0}])
    project = model(source(origin(api)))
    load_sources(project, OriginConnectors(InMemorySecrets()), lake.ports)
    with pytest.raises(UnreadableData, match=r"lacks the declared column\(s\) at"):
        ingest(project, lake.tables, lake.ports)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": "http://api.example/orders"}, "must begin with https://"),
        ({"watermark": "at"}, "set both of watermark and watermark_parameter"),
    ],
)
def test_a_wrong_http_origin_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        HttpOrigin(**{"url": "https://api.example", **changes})
