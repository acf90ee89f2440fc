"""The one door: one run at a time, and what is asked for meanwhile becomes one following run."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from roost.adapters.in_memory import InMemoryPipeline, InMemoryTrainingQueue
from roost.domain.triggers import Trigger, asking, reasons_of, request_of, trigger_of, why
from roost.errors import DependencyUnavailable, UnknownTrigger
from roost.names import Reason
from roost.ports import StartedRun
from roost.workflows.starting import ask_for_training, hold_together, start_queued, start_training

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDED, ACTIVE = StartedRun(NOW, active=False), StartedRun(NOW, active=True)


def landed(key: str) -> dict[str, Any]:
    return {"source": "aws.s3", "detail-type": "Object Created", "time": "t", "detail": {"object": {"key": key}}}


def drifted(detail: str = "psi 0.4 of amount") -> dict[str, Any]:
    detail_ = {"stage": "dev", "model": "toy", "detail": detail}
    return {"source": "roost.monitoring", "detail-type": "Drift Detected", "time": "t", "detail": detail_}


CHANGED = {"detail-type": "Parameter Store Change", "detail": {"operation": "Update", "name": "/roost/dev/models/toy"}}
BY_HAND = Trigger(Reason.MANUAL, "ann", "new labels", "2026-03-01T11:00:00")


def test_what_comes_together_starts_one_run_that_lists_every_reason_once() -> None:
    pipeline = InMemoryPipeline()
    events = {
        "a": landed("x/2"),
        "b": landed("x/1"),
        "c": drifted(),
        "d": drifted(),
        "e": CHANGED,
        "f": asking(BY_HAND),
    }
    assert start_queued(events, pipeline, NOW) == ("first-20260301", [])
    request = pipeline.runs["first-20260301"]
    assert reasons_of(request) == ["new_data", "drift", "new_code", "manual"]
    assert (request["reason"], request["requested_by"], request["objects"]) == ("new_data", "new data", ["x/1", "x/2"])
    assert why(request) == (
        "new_data (2 files, the first x/1), drift by monitoring (psi 0.4 of amount), "
        "new_code by deployment (update of /roost/dev/models/toy), manual by ann (new labels)"
    )


def test_while_a_run_is_active_all_stay_in_the_queue() -> None:
    pipeline = InMemoryPipeline(shown=ACTIVE)
    assert start_queued({"a": landed("x"), "b": drifted()}, pipeline, NOW) == ("", ["a", "b"])
    assert pipeline.runs == {}


def test_callers_that_saw_the_same_history_start_one_run() -> None:
    pipeline = InMemoryPipeline(shown=ENDED)
    assert start_training([BY_HAND], pipeline, NOW).run == "after-20260301-120000"
    assert start_queued({"a": landed("x")}, pipeline, NOW) == ("", ["a"])
    assert list(pipeline.runs) == ["after-20260301-120000"]


def test_what_wants_another_cutoff_gets_a_run_of_its_own() -> None:
    pipeline = InMemoryPipeline(shown=ENDED)
    earlier = asking(Trigger(Reason.MANUAL, "ann", options={"cutoff": "2026-01-01"}))
    run, waiting = start_queued({"a": earlier, "b": landed("x"), "c": earlier}, pipeline, NOW)
    assert waiting == ["b"]
    assert pipeline.runs[run]["cutoff"] == "2026-01-01"


def test_a_wish_by_hand_starts_at_once_or_waits_with_the_others() -> None:
    pipeline, queue = InMemoryPipeline(shown=ENDED), InMemoryTrainingQueue()
    assert ask_for_training(BY_HAND, pipeline, queue, NOW)
    assert queue.events == []
    pipeline.shown = ACTIVE
    assert ask_for_training(BY_HAND, pipeline, queue, NOW) == ""
    assert [trigger_of(json.loads(json.dumps(event))) for event in queue.events] == [BY_HAND]


WHIM = {"detail-type": "Training Requested", "detail": {"reason": "whim", "requested_by": "ann"}}


@pytest.mark.parametrize(
    "event", [{}, {"detail-type": "Object Created", "detail": {}}, WHIM, {"detail-type": "Rain"}, [1]]
)
def test_what_nobody_understands_stays_for_the_dead_letters_and_hinders_nobody(event: Any) -> None:
    pipeline = InMemoryPipeline(shown=ENDED)
    run, waiting = start_queued({"bad": event, "good": landed("x")}, pipeline, NOW)
    assert (bool(run), waiting) == (True, ["bad"])


@pytest.mark.parametrize(("second", "expected"), [(0, 180), (1, 179), (179, 1), (200, 160)])
def test_those_who_wait_return_together(second: int, expected: int) -> None:
    queue = InMemoryTrainingQueue()
    hold_together(["a", "b"], queue, NOW + timedelta(seconds=second))
    assert queue.held == {"a": expected, "b": expected}


def test_a_queue_that_does_not_answer_holds_nobody_up() -> None:
    class Away(InMemoryTrainingQueue):
        def hold(self, receipts: Sequence[str], seconds: int) -> None:
            raise DependencyUnavailable("SQS")

    hold_together(["a"], Away(), NOW)


def test_an_unknown_event_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownTrigger, match="'Rain' starts no training; known are .*Drift Detected"):
        trigger_of({"detail-type": "Rain"})


def test_a_request_by_hand_from_the_console_is_manual() -> None:
    assert (reasons_of({}), why({})) == (["manual"], "")
    assert why({"reason": "drift", "requested_by": "ann"}) == "drift by ann"


def test_a_request_stays_small_whatever_lands() -> None:
    request = request_of([trigger_of(landed(f"x/{number:04}")) for number in range(1000)])
    assert len(json.dumps(request)) < 2000
    assert request["triggers"][0]["detail"] == "1000 files, the first x/0000"
