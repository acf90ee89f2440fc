"""A budget for retries: while a service fails for everybody, trying again only adds to its load and to the wait.

The token bucket of the AWS SDKs' standard retry mode ("Retry behavior", AWS SDKs and Tools Reference Guide): each retry
takes tokens, more after a failure than after throttling; a retry that succeeds gives them back, a first attempt that
succeeds gives one. The bucket is a fifth of the SDK's, as an execution environment has one request at a time: seven
retries after failures, then a request of a minute's outage gets its one attempt.
"""

from roost.errors import DependencyUnavailable

CAPACITY = 100
FAILED, THROTTLED = 14, 5
UNTROUBLED = 1


class Throttled(DependencyUnavailable):
    """The service asks for fewer requests."""


class RetryBudget:
    """Tokens for retries, of one execution environment."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = self._left = capacity

    def spend(self, tokens: int) -> bool:
        """Take tokens, if there are so many."""
        if tokens > self._left:
            return False
        self._left -= tokens
        return True

    def give_back(self, tokens: int) -> None:
        """Return tokens, up to the capacity."""
        self._left = min(self._capacity, self._left + tokens)


def price(failure: DependencyUnavailable | None) -> int:
    """What a retry costs after a failure; keys left unread (None) are throttling too."""
    return THROTTLED if failure is None or isinstance(failure, Throttled) else FAILED
