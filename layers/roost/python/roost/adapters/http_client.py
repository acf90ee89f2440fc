"""GET requests to a JSON API: with retries that honour Retry-After, at a limited rate, and never redirected."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, Timeout

from roost.errors import DependencyUnavailable, OriginRefused, UnreadableData

PASSING = (429, 500, 502, 503, 504)
TRIES, BACKOFF, LONGEST_WAIT = 5, 0.5, 60
LIMITS = Timeout(connect=10, read=60)
LARGEST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """One JSON answer, and its header ``Link`` (RFC 8288), empty if it has none."""

    document: Any
    link: str


class JsonClient:
    """Asks one API. ``pause`` waits for so many seconds.

    A wait that the API asks for by Retry-After is kept to a minute; after the last try Step Functions goes on trying.
    """

    def __init__(
        self, headers: Mapping[str, str], requests_per_second: float, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._headers = {"Accept": "application/json", "User-Agent": "roost", **headers}
        self._interval, self._pause = 1 / requests_per_second, pause
        self._next = 0.0
        retries = Retry(
            total=TRIES, backoff_factor=BACKOFF, backoff_max=LONGEST_WAIT, backoff_jitter=BACKOFF, redirect=0,
            status_forcelist=PASSING, allowed_methods=("GET",), raise_on_status=False, raise_on_redirect=False,
            retry_after_max=LONGEST_WAIT,
        )  # fmt: skip
        self._pool = urllib3.PoolManager(retries=retries, timeout=LIMITS)

    def get(self, url: str) -> Answer:
        """The answer to a request, when the rate allows it.

        Raises:
            DependencyUnavailable: no answer but "later", after all retries.
            OriginRefused: any other answer than 200.
            UnreadableData: no JSON, or too much of it.
        """
        self._wait()
        shown = url.partition("?")[0]
        try:
            with self._pool.request("GET", url, headers=self._headers, preload_content=False) as response:
                body = response.read(LARGEST_BYTES + 1)
                self._check(shown, response.status, body)
                return Answer(_document(shown, body), response.headers.get("Link", ""))
        except HTTPError as error:
            raise DependencyUnavailable(f"{shown} did not answer after {TRIES} retries: {error}") from error

    def _wait(self) -> None:
        wait = self._next - time.perf_counter()
        if wait > 0:
            self._pause(wait)
        self._next = time.perf_counter() + self._interval

    @staticmethod
    def _check(shown: str, status: int, body: bytes) -> None:
        if status in PASSING:
            raise DependencyUnavailable(f"{shown} answered {status} after {TRIES} retries")
        if status != 200:
            raise OriginRefused(f"{shown} answered {status}; check the origin's url, parameters and secret")
        if len(body) > LARGEST_BYTES:
            raise UnreadableData(f"{shown} answered more than {LARGEST_BYTES >> 20} MB at once; ask for smaller pages")


def _document(shown: str, body: bytes) -> Any:
    """JSON whose numbers with a point stay as they were written."""
    try:
        return json.loads(body, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableData(f"{shown} did not answer in JSON: {type(error).__name__}") from error
