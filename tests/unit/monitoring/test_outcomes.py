"""RecordOutcomes: reports in any order mean the same, and one bad report does no harm to the others."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.adapters.in_memory import FixedClock, InMemoryOutcomes, InMemoryPredictionLog
from roost.domain.outcome_requests import label_of
from roost.domain.outcomes import MOST_REPORTS, Outcome
from roost.errors import InvalidField
from roost.workflows.recording_outcomes import KEPT, OutcomeService
from tests.unit.monitoring.served import MODEL, START, Watch, identifier

NOW = datetime.fromtimestamp(START / 1000, UTC) + timedelta(days=30)
KNOWN = identifier(START, 1)
SEEN = "2026-01-08T00:00:00Z"


@dataclass
class Desk:
    """The service over a log with one prediction, that of ``KNOWN``."""

    store: InMemoryOutcomes = field(default_factory=InMemoryOutcomes)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        references = Watch().observer.references
        log = InMemoryPredictionLog(kept={KNOWN: {"prediction_id": KNOWN}})
        self.service = OutcomeService(
            references.registry, references.packages, lambda _: log, lambda _: self.store, FixedClock(NOW),
            self.lines.append,
        )  # fmt: skip

    def post(self, body: Any, model: str = MODEL) -> tuple[int, dict[str, Any]]:
        response = self.service.respond({"path": f"/models/{model}/outcomes", "body": json.dumps(body)})
        return response["statusCode"], json.loads(response["body"])


def report(outcome: Any = 1, at: str = SEEN, prediction: str = KNOWN) -> dict[str, Any]:
    return {"prediction_id": prediction, "outcome": outcome, "observed_at": at}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_outcome_is_recorded_and_repeating_it_changes_nothing(desk: Desk) -> None:
    assert desk.post(report())[1]["results"] == [{"prediction_id": KNOWN, "status": "recorded"}]
    assert desk.post(report())[1]["results"][0]["status"] == "repeated"
    known = desk.store.of([KNOWN, "other"])
    assert {name: (one.label, one.observed_at) for name, one in known.items()} == {KNOWN: (1, SEEN[:-1] + ".000Z")}


def test_the_newest_observation_counts_and_a_late_one_is_kept(desk: Desk) -> None:
    statuses = [
        desk.post(report(outcome, at))[1]["results"][0]["status"]
        for outcome, at in ((1, SEEN), (0, "2026-01-09T00:00:00+00:00"), (1, "2026-01-07"), (1, SEEN))
    ]
    assert statuses == ["recorded", "corrected", "late", "repeated"]
    history = desk.store.of([KNOWN])[KNOWN]
    assert (history.label, history.contradictions, len(history.reports)) == (0, 0, 3)


def test_a_contradiction_is_counted_and_told(desk: Desk) -> None:
    desk.post(report(1))
    assert desk.post(report(0))[1]["results"][0]["status"] == "contradicted"
    assert desk.store.of([KNOWN])[KNOWN].contradictions == 1
    assert [json.loads(line)["OutcomesContradicted"] for line in desk.lines] == [0, 1]


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(0, 3)), min_size=1, max_size=8), st.randoms())
def test_what_is_known_does_not_depend_on_order_or_repetition(reports: list[tuple[int, int]], random: Any) -> None:
    outcomes = [Outcome(KNOWN, label, NOW - timedelta(days=days)) for label, days in reports]
    again = [*outcomes, *random.choices(outcomes, k=3)]
    random.shuffle(again)
    one, other = InMemoryOutcomes(), InMemoryOutcomes()
    one.record(outcomes)
    other.record(again)
    assert one.of([KNOWN]) == other.of([KNOWN])


@pytest.mark.parametrize(
    ("bad", "status", "named"),
    [
        (report(2), 422, "outcome"),
        (report("yes"), 422, "outcome"),
        (report(None), 422, "outcome"),
        (report(at="tomorrow"), 422, "observed_at"),
        (report(at=7), 422, "observed_at"),
        (report(at=(NOW + timedelta(hours=1)).isoformat()), 422, "observed_at"),
        (report(prediction="p-1"), 404, "prediction_id"),
        (report(prediction=identifier(START, 2)), 404, "prediction_id"),
        (report(prediction=identifier(START + 90 * 86_400_000, 1)), 404, "prediction_id"),
        (report(prediction=identifier(START - KEPT.days * 86_400_000, 1)), 410, "prediction_id"),
        (report() | {"prediction_id": 5}, 422, "prediction_id"),
        (report() | {"label": 1}, 422, "label"),
        ({"prediction_id": KNOWN, "outcome": 1}, 422, "observed_at"),
    ],
)
def test_a_bad_report_is_named_and_the_others_are_recorded(
    desk: Desk, bad: dict[str, Any], status: int, named: str
) -> None:
    answered, document = desk.post([bad, report()])
    assert answered == 200
    assert document["counts"] == {"refused": 1, "recorded": 1}
    problem = document["results"][0]["problem"]
    assert (problem["status"], problem["field"]) == (status, named)
    assert desk.post(bad) == (status, problem)


def test_what_is_no_object_is_refused_by_itself(desk: Desk) -> None:
    document = desk.post([5, report()])[1]
    assert [result["status"] for result in document["results"]] == ["refused", "recorded"]


def test_a_prediction_that_may_be_on_its_way_into_the_log_is_taken(desk: Desk) -> None:
    young = identifier(int((NOW - timedelta(minutes=10)).timestamp() * 1000), 9)
    assert desk.post(report(prediction=young))[1]["results"][0]["status"] == "recorded"


@pytest.mark.parametrize(("body", "status"), [([], 400), ([{}] * 501, 400), ("x", 200)])
def test_a_body_that_holds_no_outcomes_is_refused(desk: Desk, body: Any, status: int) -> None:
    assert desk.post(body)[0] == status
    assert not desk.store.reports


def test_a_model_that_nobody_registered_is_a_404(desk: Desk) -> None:
    assert desk.post(report(), model="frued")[0] == 404


def test_reports_of_one_prediction_are_bounded(desk: Desk) -> None:
    times = [NOW - timedelta(hours=hours) for hours in range(MOST_REPORTS)]
    desk.store.record([Outcome(KNOWN, 1, time) for time in times])
    status, problem = desk.post(report(0))
    assert (status, problem["title"]) == (409, "Too many reports")
    assert desk.post(report(1, times[3].isoformat()))[0] == 200


@pytest.mark.parametrize(
    ("manifest", "value", "label"),
    [
        ({}, True, 1),
        ({"classes": ["no", "yes"]}, "yes", 1),
        ({"problem": "multiclass", "classes": ["a", "b"]}, "b", "b"),
        ({"problem": "regression"}, 3, 3.0),
    ],
)
def test_a_label_is_what_the_model_has_it_as(manifest: dict[str, Any], value: Any, label: Any) -> None:
    assert label_of(value, manifest) == label


@pytest.mark.parametrize(
    ("manifest", "value"),
    [
        ({"problem": "multiclass", "classes": ["a", "b"]}, 1),
        ({"problem": "regression"}, True),
        ({"problem": "regression"}, float("nan")),
        ({"problem": "regression"}, "3"),
    ],
)
def test_a_value_of_another_type_is_no_label(manifest: dict[str, Any], value: Any) -> None:
    with pytest.raises(InvalidField):
        label_of(value, manifest)
