"""Shadows: what is scored, how much of it, and what the report makes of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from roost.adapters.in_memory import InMemoryPredictionLog
from roost.domain.feature_vector import FeaturePlan
from roost.domain.logged_score import logged_score
from roost.domain.shadow_report import ShadowScore, kolmogorov_smirnov, rank_correlation, ranks, shadow_report
from roost.domain.shadows import Shadow, check_inputs, logged_row, shadow_from
from roost.domain.view_layout import Aggregate, Stored, ViewLayout
from roost.errors import PackageExpired, UnknownVersion
from roost.experiment_errors import InvalidShadow, UnknownShadow
from roost.object_keys import shadow_key
from roost.workflows.packages import LoadedPackage
from roost.workflows.shadow_planning import ShadowDesk
from roost.workflows.shadow_scoring import ShadowScorer, read_scores
from tests.unit.experiments.conftest import ACTOR, MANIFEST, MODEL, ExperimentBench, column, kept, line

DAY = timedelta(days=1)
HOUR = 3600


class Half:
    """Scores a row by its amount over twenty; counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def score(self, features: Any) -> Any:
        self.calls += 1
        return (features[:, 0] / 20).astype(np.float32)


class Shaded:
    """A shadow of version 2 beside version 1, with a log to fill."""

    def __init__(self, bench: ExperimentBench, rate: int = 10, model: Any = None) -> None:
        self.bench, self.model = bench, model or Half()
        self.desk = ShadowDesk(bench.registry, bench.packages, bench.lake)
        self.shadow = self.desk.start(MODEL, 2, rate, DAY, ACTOR)
        self.records = InMemoryPredictionLog()

    def load(self, digest: str) -> LoadedPackage:
        return LoadedPackage(digest, MANIFEST, FeaturePlan.from_manifest(MANIFEST), (), self.model)

    def run(self) -> dict[str, int]:
        scorer = ShadowScorer(MODEL, self.records, self.bench.lake, self.load, self.bench.clock)
        told: dict[str, int] = scorer.run()["shadows"][self.shadow.identifier]
        return told

    def scores(self) -> Sequence[ShadowScore]:
        return read_scores(self.bench.lake, self.shadow, 10_000)


def test_what_the_log_has_is_scored_beside_what_was_answered(bench: ExperimentBench) -> None:
    shaded = Shaded(bench)
    shaded.records.kept = kept([line("p", 1, seconds=30, inputs={"customer": 1, "amount": 14.0})])
    bench.later(minutes=10)
    assert shaded.run() == {"scored": 1, "other_versions": 0, "no_score": 0}
    (found,) = shaded.scores()
    assert (found.prediction, found.live, found.live_decision, found.live_latency) == ("p", 0.2, "approve", 4.0)
    assert (found.shadow, found.shadow_decision) == (pytest.approx(0.7), "review")
    assert found.inputs == {"amount": 14.0}
    assert bench.standing()[2][2] == "approved"  # nothing moved


def test_no_minute_costs_more_than_the_rate(bench: ExperimentBench) -> None:
    shaded = Shaded(bench, rate=3)
    shaded.records.kept = kept(
        [line(f"{minute}-{n}", n, seconds=60 * minute + n) for minute in range(5) for n in range(9)]
    )
    bench.later(minutes=10)
    assert shaded.run()["scored"] == 15
    assert shaded.model.calls == 15
    assert {one.prediction for one in shaded.scores()} == {f"{minute}-{n}" for minute in range(5) for n in range(3)}


def test_scoring_again_writes_the_same_and_going_on_scores_the_rest(bench: ExperimentBench) -> None:
    shaded = Shaded(bench)
    shaded.records.kept = kept([line(str(n), n, seconds=50 * n) for n in range(20)])
    bench.later(minutes=6)
    first = shaded.run()["scored"]
    bench.later(minutes=30)
    assert first + shaded.run()["scored"] == 20
    assert shaded.run()["scored"] == 0
    before = [one.prediction for one in shaded.scores()]
    bench.lake.objects.pop(shadow_key(MODEL, shaded.shadow.identifier, "progress.json"))
    assert shaded.run()["scored"] == 20
    assert [one.prediction for one in shaded.scores()] == before


def test_what_another_version_answered_or_has_no_number_is_left_out_and_counted(bench: ExperimentBench) -> None:
    shaded = Shaded(bench)
    shaded.records.kept = kept([line("other", 1, model_version=5), line("none", 2, inputs={"amount": None})])
    bench.later(minutes=10)
    assert shaded.run() == {"scored": 0, "other_versions": 1, "no_score": 1}


def test_a_stopped_shadow_scores_what_came_before_and_no_more(bench: ExperimentBench) -> None:
    shaded = Shaded(bench)
    shaded.records.kept = kept([line(str(minute), 1, seconds=60 * minute + 1) for minute in range(10)])
    bench.later(minutes=20)
    stopped = shaded.desk.stop(MODEL, "", ACTOR.at + timedelta(minutes=4))
    assert shaded.run()["scored"] == 4
    assert shaded.desk.stop(MODEL, "", ACTOR.at + timedelta(minutes=9)) == stopped


@pytest.mark.parametrize(
    ("version", "rate", "lasts", "told"),
    [(2, 0, DAY, "rate is 0"), (2, 5000, DAY, "rate is 5000"), (2, 1, timedelta(0), "for is"), (1, 1, DAY, "serves"),
     (2, 1, 200 * DAY, "at most 90 days")],
)  # fmt: skip
def test_a_wrong_shadow_is_refused_with_what_is_wrong(
    bench: ExperimentBench, version: int, rate: int, lasts: timedelta, told: str
) -> None:
    with pytest.raises(InvalidShadow, match=told):
        ShadowDesk(bench.registry, bench.packages, bench.lake).start(MODEL, version, rate, lasts, ACTOR)
    assert bench.lake.objects == {}


def test_an_unknown_or_expired_version_is_refused(bench: ExperimentBench) -> None:
    desk = ShadowDesk(bench.registry, bench.packages, bench.lake)
    with pytest.raises(UnknownVersion):
        desk.start(MODEL, 9, 1, DAY, ACTOR)
    bench.registry.version_records[MODEL][2] = replace(bench.registry.version(MODEL, 2), expired_at="2026-01-01")
    with pytest.raises(PackageExpired):
        desk.start(MODEL, 2, 1, DAY, ACTOR)
    with pytest.raises(UnknownShadow, match="roost shadow start fraud"):
        desk.find(MODEL)


def layout(window: int) -> ViewLayout:
    return ViewLayout("spend", "customer", 60, 0, (Stored("amount", 2),), (Aggregate("n", "count", None, window),))


def with_view(window: int, *features: str) -> dict[str, Any]:
    return {**MANIFEST, "features": list(features), "views": [layout(window).to_manifest()]}


def test_inputs_that_the_log_lacks_or_means_otherwise_are_named() -> None:
    live = with_view(HOUR, "amount", "n")
    check_inputs(live, with_view(HOUR, "n", "amount"))
    with pytest.raises(InvalidShadow, match="lacks n, or has them by another definition"):
        check_inputs(live, with_view(2 * HOUR, "n"))
    wider = {
        **MANIFEST,
        "features": ["amount", "country"],
        "request": [*MANIFEST["request"], column("country", "string")],
    }
    with pytest.raises(InvalidShadow, match="lacks country"):
        check_inputs(live, wider)


def test_text_gets_the_number_that_the_challenger_gives_it() -> None:
    plan = column("plan", "string", allowed=["basic", "plus"])
    manifest = {**MANIFEST, "request": [*MANIFEST["request"], plan], "features": ["amount", "plan"]}
    request = {"customer": 1, "amount": 3.0, "plan": "plus"}
    logged = logged_score(line("p", 1, request=request, inputs={"amount": 3.0, "plan": 7.0}))
    assert logged_row(FeaturePlan.from_manifest(manifest), logged) == {"amount": 3.0, "plan": 1.0}


def test_a_shadow_reads_as_it_was_written() -> None:
    shadow = Shadow("m", "s", 2, "digest", 1, 10, "2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00", "ann")
    assert shadow_from(shadow.body()) == shadow
    assert json.loads(shadow.body())["rate"] == 10


def score(name: str, live: float, shadow: float) -> ShadowScore:
    words = ["review" if value >= 0.5 else "approve" for value in (live, shadow)]
    return ShadowScore(name, 0, live, shadow, *words, 10.0, 2.0, {"amount": live})


def test_the_report_names_what_would_have_been_decided_otherwise() -> None:
    scores = [score("same", 0.1, 0.2), score("near", 0.4, 0.6), score("far", 0.9, 0.1), score("both", 0.8, 0.7)]
    report = shadow_report(scores, {"near": 1.0, "far": 1.0, "same": 1.0}, "review")
    assert (report["scored"], report["agreement"], report["decided_differently"]) == (4, 0.5, 2)
    assert report["changes"] == {"approve -> review": 1, "review -> approve": 1}
    assert [one["prediction"] for one in report["examples"]] == ["far", "near"]
    assert report["judged"] == {"known": 2, "live_right": 1, "shadow_right": 1}
    assert report["mean_difference"] == pytest.approx(-0.15)
    assert report["latency"]["shadow"]["p50"] == 2.0


def test_nothing_scored_is_said_so() -> None:
    assert shadow_report([], {}, "review") == {"scored": 0}


def test_ranks_share_ties_and_correlation_is_spearmans() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0])).tolist() == [2.5, 1.0, 2.5]
    a = np.array([1.0, 2.0, 3.0, 4.0])
    assert rank_correlation(a, a**3) == pytest.approx(1.0)
    assert rank_correlation(a, -a) == pytest.approx(-1.0)
    assert rank_correlation(a, np.zeros(4)) is None


def test_ks_is_the_largest_distance_of_the_distributions() -> None:
    assert kolmogorov_smirnov(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0.0
    assert kolmogorov_smirnov(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == 1.0
    assert kolmogorov_smirnov(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 4.0, 5.0, 6.0])) == 0.5
