"""How long a read of the online store goes on trying.

Pipelines are patient: the SDK has retried failures already, and keys left unread are asked for again and again. A
scoring request is not: few attempts with short timeouts, within a deadline far below the function's and the API's, and
within a budget ("Timeouts, retries, and backoff with jitter", Amazon Builders' Library; "Tuning AWS Java SDK HTTP
request settings for latency-aware Amazon DynamoDB applications", AWS Database Blog).
"""

import math
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from roost.adapters.retry_budget import UNTROUBLED, RetryBudget, price
from roost.errors import DependencyUnavailable

Ask = Callable[[Any], Any]

PIPELINE_ATTEMPTS = 8
SCORING_ATTEMPTS, SCORING_SECONDS = 3, 2.0
CONNECT_SECONDS, READ_SECONDS = 0.25, 0.5
FIRST_PAUSE = 0.05


class Patience:
    """At most so many attempts, none begun after so many seconds.

    With a ``budget`` failures are retried too, as far as it lasts. ``pause`` waits for seconds, ``clock`` tells them.
    """

    def __init__(
        self,
        attempts: int = PIPELINE_ATTEMPTS,
        seconds: float = math.inf,
        budget: RetryBudget | None = None,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._attempts, self._seconds, self._budget = attempts, seconds, budget
        self._pause, self._clock = pause, clock

    def answers(self, wanted: Any, ask: Ask) -> Iterator[Any]:
        """The answers to a BatchGetItem's ``RequestItems``, until no key is left unread.

        Raises:
            DependencyUnavailable: attempts, time or budget are used up.
        """
        until, paid = self._clock() + self._seconds, UNTROUBLED
        for attempt in range(self._attempts):
            answer, failure = self._attempted(ask, wanted)
            if answer is not None:
                yield answer
                wanted = answer.get("UnprocessedKeys")
                if not wanted:
                    return self._succeeded(paid)
            paid = price(failure)
            self._wait_or_stop(attempt, until, failure)
        return None

    def _attempted(self, ask: Ask, wanted: Any) -> tuple[Any, DependencyUnavailable | None]:
        try:
            return ask(wanted), None
        except DependencyUnavailable as failure:
            if self._budget is None:
                raise
            return None, failure

    def _succeeded(self, paid: int) -> None:
        if self._budget:
            self._budget.give_back(paid)

    def _wait_or_stop(self, attempt: int, until: float, failure: DependencyUnavailable | None) -> None:
        wait = backoff(attempt)
        last = attempt + 1 == self._attempts or self._clock() + wait > until
        if last or (self._budget and not self._budget.spend(price(failure))):
            raise failure or DependencyUnavailable(f"DynamoDB left keys unread {attempt + 1} times")
        self._pause(wait)


def scoring_patience() -> Patience:
    """What a scoring request has: its environment's own budget."""
    return Patience(SCORING_ATTEMPTS, SCORING_SECONDS, RetryBudget())


def backoff(attempt: int) -> float:
    """Seconds to wait, "full jitter" (AWS Architecture Blog, "Exponential Backoff And Jitter")."""
    return random.uniform(0, FIRST_PAUSE * 2**attempt)
