"""Where the microseconds of one answer go: the real path, each of its functions under a stopwatch.

A function's own time is its time without that of the functions under it; ``rest`` is what no line names. A stopwatch
takes about a third of a microsecond, which counts in the line that calls.
"""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

CALLS = 3000
REST = "rest"

Label = str | Callable[..., str]


class Stopwatch:
    """Adds up the own time of what it wraps, in nanoseconds by line."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = defaultdict(int)
        self._inner = [0]

    def around(self, label: Label, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed under its line; a callable label is asked with the function's arguments."""

        def timed(*given: Any, **named: Any) -> Any:
            started = time.perf_counter_ns()
            self._inner.append(0)
            try:
                return function(*given, **named)
            finally:
                taken = time.perf_counter_ns() - started
                inner = self._inner.pop()
                self._inner[-1] += taken
                self.lines[label if isinstance(label, str) else label(*given)] += taken - inner

        return timed

    def everywhere(self, label: Label, function: Callable[..., Any]) -> None:
        """Time a function under whatever name a module of ours knows it."""
        timed = self.around(label, function)
        for module in [module for name, module in sys.modules.items() if name.startswith("roost.")]:
            for name, value in list(vars(module).items()):
                if value is function:
                    setattr(module, name, timed)

    def method(self, label: Label, owner: type, name: str) -> None:
        """Time a method."""
        setattr(owner, name, self.around(label, getattr(owner, name)))


def watched(service: Any) -> Stopwatch:
    """A stopwatch around each step of a service's answer."""
    from roost.domain import (
        feature_vector,
        http,
        prediction_ids,
        prediction_record,
        request_validation,
        scoring,
        windows,
    )
    from roost.domain.on_demand import Batch
    from roost.workflows import account_reading

    watch = Stopwatch()
    watch.everywhere("parse", http.parsed_body)
    watch.everywhere("validate", request_validation.validated)
    watch.everywhere("events", account_reading.entity_events)
    watch.everywhere("windows", windows.values)
    watch.everywhere("vector", feature_vector.vectors)
    watch.everywhere("vector", scoring.score_row)
    watch.everywhere("decide", scoring.answer_of)
    watch.everywhere("id", prediction_ids.new_prediction_id)
    watch.everywhere("answer", http.answer)
    watch.everywhere("log line", prediction_record.log_line)
    watch.method("on-demand", Batch, "compute")
    watch.method("read", type(service.online), "read")
    watch.method("ONNX Runtime", type(service.package.model), "score")
    watch.method(lambda _json, document: "log line" if "_aws" in document else "answer", type(service.json), "text")
    return watch


def lines(service: Any, once: Callable[[], float]) -> dict[str, float]:
    """Median microseconds by line, and ``total`` of the same requests without a stopwatch."""
    total = statistics.median(once() for _ in range(CALLS)) * 1e6
    watch = watched(service)
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(CALLS):
        watch.lines.clear()
        whole = once() * 1e9
        for line, nanoseconds in watch.lines.items():
            taken[line].append(nanoseconds / 1000)
        taken[REST].append((whole - sum(watch.lines.values())) / 1000)
    return {**{line: statistics.median(values) for line, values in taken.items()}, "total": total}


def bare(service: Any, features: Any) -> float:
    """Median microseconds of ONNX Runtime alone on a ready array of shape (1, features)."""
    session = service.package.model._session
    wanted, feed = [session.get_outputs()[-1].name], {session.get_inputs()[0].name: features}
    taken = []
    for _ in range(CALLS):
        started = time.perf_counter_ns()
        session.run(wanted, feed)
        taken.append((time.perf_counter_ns() - started) / 1000)
    return statistics.median(taken)
