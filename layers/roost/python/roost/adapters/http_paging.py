"""From one page of an API to the next, with an end: an API that repeats itself is named, not followed for ever."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from roost.adapters.http_client import Answer, JsonClient
from roost.errors import OriginRefused, PagingLoop, UnreadableData
from roost.spec.origins import CursorPaging, HttpOrigin, LinkPaging, PagePaging

NEXT = re.compile(r'<([^>]*)>[^,]*;\s*rel="?[^",;]*\bnext\b', re.IGNORECASE)


def pages(client: JsonClient, origin: HttpOrigin, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """The records of each page.

    Raises:
        PagingLoop: an address or a page comes again, or there are more than ``max_pages``.
        OriginRefused: the next page lies with another server, which the secret is not for.
        UnreadableData: an answer has no list of records.
    """
    asked, seen = set[str](), set[str]()
    address = _address(origin.url, {**parameters, **_first(origin)})
    for number in range(1, origin.max_pages + 1):
        _refuse_again(asked, address, f"page {number} has an address that was asked before; its cursor or link loops")
        answer = client.get(address)
        records = _records(origin, answer.document)
        if records:
            _refuse_again(seen, _digest(records), f"page {number} repeats the records of an earlier page")
            yield records
        following = _following(origin, answer, parameters, number, bool(records))
        if not following:
            return
        address = _same_server(origin.url, urljoin(address, following))
    raise PagingLoop(f"{origin.url} has more than {origin.max_pages} pages; raise max_pages if that is so")


def _first(origin: HttpOrigin) -> dict[str, str]:
    return {origin.paging.parameter: str(origin.paging.first)} if isinstance(origin.paging, PagePaging) else {}


def _following(
    origin: HttpOrigin, answer: Answer, parameters: Mapping[str, str], number: int, more: bool
) -> str | None:
    match origin.paging:
        case CursorPaging() as paging:
            cursor = at_path(answer.document, paging.next)
            return _address(origin.url, {**parameters, paging.parameter: str(cursor)}) if cursor else None
        case PagePaging() as paging:
            page = {paging.parameter: str(paging.first + number)}
            return _address(origin.url, {**parameters, **page}) if more else None
        case LinkPaging(next=None):
            found = NEXT.search(answer.link)
            return found.group(1) if found else None
        case LinkPaging() as paging:
            return str(at_path(answer.document, str(paging.next)) or "") or None
    return None


def at_path(document: Any, path: str) -> Any:
    """The value at a path of keys joined by points; None where there is none."""
    for key in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def _records(origin: HttpOrigin, document: Any) -> list[Any]:
    records = at_path(document, origin.records) if origin.records else document
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        where = f"at {origin.records!r}" if origin.records else "as its answer"
        raise UnreadableData(f"{origin.url} has no list of records {where}; mend the origin's field records")
    return records


def _address(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}" if parameters else url


def _same_server(url: str, following: str) -> str:
    if urlsplit(following)[:2] != urlsplit(url)[:2]:
        raise OriginRefused(f"{url} sends on to {urlsplit(following).netloc}, which the origin does not name")
    return following


def _refuse_again(known: set[str], value: str, told: str) -> None:
    if value in known:
        raise PagingLoop(f"{told}; ask the API's owner, or mend the origin's field paging")
    known.add(value)


def _digest(records: list[Any]) -> str:
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()
