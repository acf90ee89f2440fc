"""Applications that score transactions over HTTP while a release goes on."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from models.fraud.simulator import Transactions
from roost.adapters.signed_http import SignedHttp
from roost.errors import DependencyUnavailable

CALLERS = 2
PER_SECOND = 40.0
LONGEST = 300.0  # seconds, whatever happens


@dataclass(frozen=True)
class Answered:
    """One answer: when, its HTTP status, the version that gave it, and milliseconds over HTTP."""

    at: datetime
    status: int
    version: int
    milliseconds: float


@dataclass
class Traffic:
    """What came back so far."""

    answers: list[Answered] = field(default_factory=list)

    def by_version(self, since: datetime, until: datetime) -> dict[int, int]:
        """Number of good answers by model version between two times."""
        within = (a for a in self.answers if since <= a.at < until and a.status == 200)
        return dict(sorted(Counter(a.version for a in within).items()))

    @property
    def failures(self) -> int:
        """Number of answers other than 200."""
        return sum(a.status != 200 for a in self.answers)


def requests_of(transactions: Transactions, first: Any, last: Any) -> list[dict[str, Any]]:
    """Scoring requests of the transactions from day ``first`` up to but not including ``last``."""
    time_ = transactions.event_time
    chosen = np.flatnonzero((time_ >= np.datetime64(first)) & (time_ < np.datetime64(last)))
    return [
        {
            "event_time": str(time_[index]),
            "customer_id": int(transactions.customer_id[index]),
            "terminal_id": int(transactions.terminal_id[index]),
            "amount": float(transactions.amount[index]),
        }
        for index in chosen
    ]


@contextmanager
def live_traffic(url: str, requests: list[dict[str, Any]]) -> Iterator[Traffic]:
    """Score the requests in turn, at a bounded rate and time, until the block ends."""
    traffic, done, turns = Traffic(), threading.Event(), itertools.cycle(requests)
    lock, http = threading.Lock(), SignedHttp()
    end = time.monotonic() + LONGEST

    def call() -> None:
        while not done.wait(CALLERS / PER_SECOND / 2) and time.monotonic() < end:
            with lock:
                request = next(turns)
            traffic.answers.append(_answered(http, url, request))

    callers = [threading.Thread(target=call, daemon=True) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        yield traffic
    finally:
        done.set()
        for caller in callers:
            caller.join()


def _answered(http: SignedHttp, url: str, request: dict[str, Any]) -> Answered:
    try:
        answer = http.post(url, request)
    except DependencyUnavailable:
        return Answered(datetime.now(UTC), 0, 0, 0.0)
    version = int(answer.document.get("model_version", 0))
    return Answered(datetime.now(UTC), answer.status, version, answer.milliseconds)
