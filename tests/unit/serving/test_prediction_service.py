"""The scoring service: answers, records and metrics, over in-memory ports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from roost.adapters.fast_json import FastJson
from roost.adapters.in_memory import FixedClock, InMemoryOnlineStore
from roost.domain.entity_events import Event
from roost.domain.event_codec import pack
from roost.domain.feature_vector import FeaturePlan, OnDemand
from roost.domain.view_layout import Aggregate, Stored, ViewLayout
from roost.errors import NoModelReleased
from roost.ports import OnlineItem
from roost.workflows.accounts import apply
from roost.workflows.packages import LoadedPackage
from roost.workflows.serving import PredictionService

NOW = datetime(2026, 1, 2, tzinfo=UTC)
HOUR = 3600
DAY = 24 * HOUR
COUNT = Aggregate("spend__count_1d", "count", None, DAY)
MEAN = Aggregate("spend__amount_mean_1d", "mean", "amount", DAY)
LAYOUT = ViewLayout("spend", "customer", HOUR, 0, (Stored("amount", 2),), (COUNT, MEAN))


def column(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "nullable": False, "minimum": None, "maximum": None, "allowed": []}


MANIFEST = {
    "request": [column("at", "timestamp"), column("customer", "integer"), column("amount", "decimal")],
    "event_time": "at",
    "threshold": 0.5,
    "decision": {"positive": "review", "negative": "approve"},
    "rank_reference": [step / 100 for step in range(101)],
}
PLAN = FeaturePlan(
    features=("amount", "spend__count_1d", "spend__amount_mean_1d", "doubled"),
    on_demand=(OnDemand("doubled", lambda amount: amount * 2, ("amount",)),),
    defaults={"spend__amount_mean_1d": 0.0},
)


class Sum:
    """Scores a row by the sum of its features, over a thousand; remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[list[float]] = []

    def score(self, features: Any) -> Any:
        self.seen += features.tolist()
        return (features.sum(axis=1) / 1000).astype(np.float32)


class Broken:
    """Fails on amounts over a hundred, and has no number for nought."""

    def score(self, features: Any) -> Any:
        if features[0, 0] > 100:
            raise RuntimeError("no kernel for this")
        return np.full(len(features), np.nan, dtype=np.float32)


@pytest.fixture
def lines() -> list[str]:
    return []


def service(lines: list[str], model: Any = None, released: bool = True) -> PredictionService:
    online = InMemoryOnlineStore()
    at = (int(NOW.timestamp()) - 2 * HOUR) * 10**6
    events = [Event(at, number, at, (1000,)) for number in range(3)]
    online.write([OnlineItem(LAYOUT.online_name, "7", pack(events, 1), int(NOW.timestamp()) - HOUR)])
    package = LoadedPackage("digest", MANIFEST, PLAN, (LAYOUT,), model or Sum())
    served = package if released else None
    return PredictionService("toy", 4, "9", served, online, FixedClock(NOW), FastJson(), lines.append)


def ask(service: PredictionService, **fields: Any) -> tuple[int, dict[str, Any]]:
    response = service.respond({"body": json.dumps(fields)})
    return response["statusCode"], json.loads(response["body"])


def test_a_request_is_scored_with_its_features(lines: list[str]) -> None:
    model = Sum()
    status, answer = ask(service(lines, model), customer=7, amount=20.0)
    assert status == 200
    assert model.seen == [[20.0, 3.0, 10.0, 40.0]]
    assert answer["score"] == pytest.approx(0.073)
    assert (answer["decision"], answer["model_version"], answer["function_version"]) == ("approve", 4, "9")
    assert answer["features"] == {"spend": {"found": True, "as_of": "2026-01-01T23:00:00+00:00"}}
    assert answer["defaulted"] == []


def test_an_unknown_entity_falls_back_to_the_declared_default_and_says_so(lines: list[str]) -> None:
    model = Sum()
    _, answer = ask(service(lines, model), customer=8, amount=20.0)
    assert model.seen == [[20.0, 0.0, 0.0, 40.0]]
    assert answer["features"] == {"spend": {"found": False, "as_of": None}}
    assert answer["defaulted"] == ["spend__amount_mean_1d"]


def test_the_threshold_decides(lines: list[str]) -> None:
    assert ask(service(lines), customer=8, amount=400.0)[1]["decision"] == "review"


def test_each_answer_is_one_line_that_is_record_and_metrics(lines: list[str]) -> None:
    _, answer = ask(service(lines), customer=7, amount=20.0)
    (line,) = (json.loads(text) for text in lines)
    assert line["prediction"]["prediction_id"] == answer["prediction_id"]
    assert line["prediction"]["inputs"]["spend__amount_mean_1d"] == 10.0
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert directive["Dimensions"] == [["Model"], ["Model", "FunctionVersion"]]
    assert {metric["Name"] for metric in directive["Metrics"]} <= set(line)
    assert (line["Model"], line["FunctionVersion"], line["Requests"], line["Errors"]) == ("toy", "9", 1, 0)
    assert line["ScoreRank"] == pytest.approx(0.08, abs=0.01)


def test_before_a_release_it_says_so(lines: list[str]) -> None:
    status, answer = ask(service(lines, released=False), customer=7, amount=20.0)
    assert (status, answer["title"]) == (503, "No model released")
    with pytest.raises(NoModelReleased):
        service(lines, released=False).score_golden_rows([])


def test_a_bad_field_is_a_422_and_no_error_of_the_version(lines: list[str]) -> None:
    status, answer = ask(service(lines), customer="seven", amount=20.0)
    assert (status, answer["field"]) == (422, "customer")
    line = json.loads(lines[0])
    assert (line["Errors"], line["Rejected"]) == (0, 1)
    assert "ScoreRank" not in line


def test_text_that_is_no_unicode_is_refused_and_logged(lines: list[str]) -> None:
    status, answer = ask(service(lines), **{"customer": 7, "amount": 20.0, "\ud800": 1})
    assert (status, answer["field"]) == (422, "\ud800")
    assert json.loads(lines[0])["Rejected"] == 1


@pytest.mark.parametrize("amount", [101.0, 1.0])
def test_a_failing_model_is_a_500_that_counts_as_an_error(lines: list[str], amount: float) -> None:
    status, answer = ask(service(lines, Broken()), customer=7, amount=amount)
    assert (status, answer["title"]) == (500, "Scoring failed")
    assert json.loads(lines[0])["Errors"] == 1


def test_golden_rows_are_scored_through_the_same_path(lines: list[str]) -> None:
    row = {"amount": 20.0, "spend__count_1d": 3.0, "spend__amount_mean_1d": None}
    answer = service(lines).score_golden_rows([row, row])
    assert answer["package"] == "digest"
    assert answer["scores"] == pytest.approx([0.063, 0.063])


@pytest.mark.parametrize(("age", "too_old", "used"), [(HOUR, False, 10.0), (3 * HOUR, True, None)])
def test_a_value_that_is_too_old_is_not_used_and_said_to_be_expired(
    lines: list[str], age: int, too_old: bool, used: float | None
) -> None:
    aggregates = (Aggregate("newest__amount", "newest", "amount", 2 * HOUR),)
    layout = ViewLayout("newest", "customer", 0, 0, (Stored("amount", 2),), aggregates, lookback=9 * HOUR)
    online, at = InMemoryOnlineStore(), (int(NOW.timestamp()) - age) * 10**6
    online.write([OnlineItem(layout.online_name, "7", pack([Event(at, 1, at, (1000,))], 1), at // 10**6)])
    plan = FeaturePlan(("amount", "newest__amount"), (), {"newest__amount": 0.0})
    package = LoadedPackage("digest", MANIFEST, plan, (layout,), Sum())
    served = PredictionService("toy", 4, "9", package, online, FixedClock(NOW), FastJson(), lines.append)
    _, answer = ask(served, customer=7, amount=20.0)
    assert answer["features"]["newest"]["expired"] is too_old
    assert json.loads(lines[0])["prediction"]["inputs"]["newest__amount"] == used
    assert answer["defaulted"] == (["newest__amount"] if too_old else [])


@dataclass
class Counting(InMemoryOnlineStore):
    """Remembers how many keys each read asked for."""

    reads: list[int] = field(default_factory=list)

    def read(self, keys: Sequence[tuple[str, str]], fresh: bool = False) -> Mapping[tuple[str, str], OnlineItem]:
        self.reads.append(len(keys))
        return super().read(keys, fresh)


def hot_service(lines: list[str], events: int, model: Any = None) -> tuple[PredictionService, Counting]:
    """Two views of windows and one of the newest value, of events of 10.00 a minute apart; main items hold 16."""
    counts = (Aggregate("risk__count_1d", "count", None, DAY),)
    risk = ViewLayout("risk", "customer", HOUR, 0, (), counts)
    latest = (Aggregate("newest__amount", "newest", "amount", DAY),)
    newest = ViewLayout("newest", "customer", 0, 0, (Stored("amount", 2),), latest)
    online, now = Counting(), int(NOW.timestamp())
    times = [(now - 60 * (events - number)) * 10**6 for number in range(events)]
    for layout in (LAYOUT, risk, newest):
        made = [Event(at, number, at, (1000,) * len(layout.columns)) for number, at in enumerate(times)]
        apply(online, layout, {"7": made}, now - HOUR, 16)
    online.reads.clear()
    package = LoadedPackage("digest", MANIFEST, PLAN, (LAYOUT, risk, newest), model or Sum())
    return PredictionService("toy", 4, "9", package, online, FixedClock(NOW), FastJson(), lines.append), online


@pytest.mark.parametrize(("events", "reads"), [(16, [3]), (17, [3, 2]), (200, [3, 32])])
def test_only_an_entity_of_many_events_takes_a_second_read(lines: list[str], events: int, reads: list[int]) -> None:
    model = Sum()
    served, online = hot_service(lines, events, model)
    status, answer = ask(served, customer=7, amount=20.0)
    assert (status, answer["defaulted"]) == (200, [])
    assert model.seen == [[20.0, events, 10.0, 40.0]]
    inputs = json.loads(lines[0])["prediction"]["inputs"]
    assert (inputs["risk__count_1d"], inputs["newest__amount"]) == (events, 10.0)
    assert online.reads == reads
    assert answer["features"]["spend"] == {"found": True, "as_of": "2026-01-01T23:00:00+00:00"}


def test_events_of_which_a_part_is_lost_are_not_used_and_the_answer_says_so(lines: list[str]) -> None:
    model = Sum()
    served, online = hot_service(lines, 200, model)
    del online.items[next(key for key in online.items if key[0].startswith(f"{LAYOUT.online_name}:"))]
    status, answer = ask(served, customer=7, amount=20.0)
    assert status == 200
    assert model.seen == [[20.0, 0.0, 0.0, 40.0]]
    assert answer["features"]["spend"] == {"found": False, "as_of": "2026-01-01T23:00:00+00:00", "incomplete": True}
    assert [answer["features"][name]["found"] for name in ("risk", "newest")] == [True, True]
    assert answer["defaulted"] == ["spend__amount_mean_1d"]
    assert json.loads(lines[0])["prediction"]["features"] == answer["features"]


def test_reasons_are_given_when_asked_for_and_logged_apart_from_the_request(lines: list[str]) -> None:
    rows = [{"amount": 10.0, "spend__count_1d": 1.0, "spend__amount_mean_1d": 10.0}]
    package = LoadedPackage("digest", {**MANIFEST, "golden": {"rows": rows}}, PLAN, (LAYOUT,), Sum())
    served = PredictionService("toy", 4, "9", package, InMemoryOnlineStore(), FixedClock(NOW), FastJson(), lines.append)
    status, answer = ask(served, customer=7, amount=20.0, explain=True)
    assert (status, answer["reasons"][0]["feature"]) == (200, "doubled")
    parts = [one["contribution"] for one in answer["reasons"]]
    assert answer["reference_score"] + sum(parts) == pytest.approx(answer["score"], abs=1e-6)
    assert json.loads(lines[0])["prediction"]["request"] == {"customer": 7, "amount": 20.0}
    assert "reasons" not in ask(served, customer=7, amount=20.0, explain=False)[1]


def test_explain_is_true_or_false(lines: list[str]) -> None:
    status, answer = ask(service(lines), customer=7, amount=20.0, explain="yes")
    assert (status, answer["field"], answer["type"]) == (422, "explain", "urn:roost:problem:invalid-field")


def test_without_golden_rows_asking_for_reasons_is_a_problem_of_its_own(lines: list[str]) -> None:
    status, answer = ask(service(lines), customer=7, amount=20.0, explain=True)
    assert (status, answer["type"]) == (409, "urn:roost:problem:not-explainable")


def test_an_unknown_field_is_named_with_the_nearest(lines: list[str]) -> None:
    _, answer = ask(service(lines), customer=7, amuont=20.0)
    assert (answer["field"], "did you mean 'amount'?" in answer["detail"]) == ("amuont", True)
