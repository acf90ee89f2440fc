"""Commit a change to the registry, making it anew when somebody else was faster."""

import random
import time
from collections.abc import Callable

from roost.domain.registry import Change, ModelHead
from roost.errors import ConcurrentUpdate
from roost.ports import RegistryStore

ATTEMPTS = 60
LONGEST_PAUSE = 0.5  # seconds


def move(store: RegistryStore, model: str, make_change: Callable[[ModelHead], Change | None]) -> Change | None:
    """Make a change from the model's present head and commit it; returns what was committed.

    ``make_change`` is called anew with each head, so what it reads is as fresh as the head. It answers None where there
    is nothing to do: a step that Step Functions tries again must find its own work done, and not do it twice.

    Losing a race means another attempt after a random pause that grows ("full jitter", AWS Architecture Blog,
    "Exponential Backoff And Jitter").

    Raises:
        ConcurrentUpdate: it lost every one of many attempts.
    """
    for attempt in range(ATTEMPTS):
        change = make_change(store.head(model))
        if change is None:
            return None
        try:
            store.commit(change)
        except ConcurrentUpdate:
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.005 * 2**attempt)))
        else:
            return change
    raise ConcurrentUpdate(f"{model} changed {ATTEMPTS} times while we tried to change it; try again later")
