"""What a request's log line counts."""

import json
from typing import Any

import pytest

from roost.domain.evidence import latency_level, level_of_ratio, milliseconds_at
from roost.domain.prediction_record import INVALID_SCORE, RequestMeter, log_line

SCORED = {"rank": 0.4, "defaulted": ["mean"]}


def measured(status: int, milliseconds: float, record: dict[str, Any], objective: float = 250.0) -> dict[str, float]:
    """The second request of an environment."""
    meter = RequestMeter(objective)
    meter.measure(200, 900.0, SCORED)
    return meter.measure(status, milliseconds, record)


def test_an_answer_is_counted_once_by_everything() -> None:
    assert measured(200, 10.0, SCORED) == pytest.approx({
        "Requests": 1, "Errors": 0, "Rejected": 0, "Latency": 10.0, "ScoreRank": 0.4, "DefaultedFeatures": 1,
        "InvalidScores": 0, "ScoreRankSquared": 0.16, "SlowRequests": 0, "LatencyLevel": 0.25,
        "LatencyLevelSquared": 0.0625,
    })  # fmt: skip


@pytest.mark.parametrize(("milliseconds", "slow"), [(50.0, 0), (50.001, 1)])
def test_slow_is_what_takes_longer_than_the_objective(milliseconds: float, slow: int) -> None:
    assert measured(200, milliseconds, SCORED, objective=50.0)["SlowRequests"] == slow


def test_a_refused_request_says_nothing_about_scores_and_speed() -> None:
    assert measured(422, 1.0, {"error": "no amount"}) == {"Requests": 1, "Errors": 0, "Rejected": 1, "Latency": 1.0}


@pytest.mark.parametrize(("record", "counted"), [({}, None), ({INVALID_SCORE: True}, 1)])
def test_a_failure_is_an_invalid_score_only_if_there_was_one(record: dict[str, Any], counted: int | None) -> None:
    values = measured(500, 1.0, record)
    assert (values["Errors"], values.get("InvalidScores")) == (1, counted)


def test_what_only_the_judge_reads_has_the_versions_dimension_alone() -> None:
    line = json.loads(json.dumps(log_line("toy", "9", 1, measured(200, 10.0, SCORED), {"x": 1})))
    everyones, judges = line["_aws"]["CloudWatchMetrics"]
    assert everyones["Dimensions"] == [["Model"], ["Model", "FunctionVersion"]]
    assert judges["Dimensions"] == [["Model", "FunctionVersion"]]
    named = [metric["Name"] for directive in (everyones, judges) for metric in directive["Metrics"]]
    assert len(named) == len(set(named)) == 11
    assert set(named) <= set(line)


def test_a_line_names_only_metrics_that_it_has() -> None:
    line = log_line("toy", "9", 1, measured(422, 1.0, {}), {})
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["Requests", "Errors", "Rejected", "Latency"]


@pytest.mark.parametrize(("milliseconds", "level"), [(0.0, 0), (0.5, 0), (1.0, 0), (10.0, 0.25), (1e4, 1), (1e6, 1)])
def test_latency_is_bounded_on_a_logarithmic_scale(milliseconds: float, level: float) -> None:
    assert latency_level(milliseconds) == pytest.approx(level)


def test_ratios_of_latency_are_differences_of_levels() -> None:
    assert latency_level(60.0) - latency_level(20.0) == pytest.approx(level_of_ratio(3.0))
    assert milliseconds_at(latency_level(60.0)) == pytest.approx(60.0)
