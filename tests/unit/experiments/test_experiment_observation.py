"""What an experiment counts and says: each entity once, a share check, a lift, and a verdict."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from roost.adapters.in_memory import InMemoryOutcomes, InMemoryPredictionLog
from roost.domain.assignment import Split
from roost.domain.experiment_analysis import analysed
from roost.domain.experiments import Experiment
from roost.domain.first_exposures import FirstExposures, first_exposures
from roost.domain.logged_score import logged_score
from roost.domain.outcomes import Outcome
from roost.domain.share_mismatch import log_e_value, share_check
from roost.experiment_names import Better, Finding
from roost.object_keys import experiment_key
from roost.workflows import experiment_observing
from roost.workflows.experiment_observing import REPORT, ExperimentObserver
from tests.unit.experiments.conftest import MODEL, NOW, ExperimentBench, kept, line


@dataclass
class Watch:
    """An experiment that runs, with a log and outcomes to fill."""

    bench: ExperimentBench
    experiment: Experiment
    records: InMemoryPredictionLog = field(default_factory=InMemoryPredictionLog)
    outcomes: InMemoryOutcomes = field(default_factory=InMemoryOutcomes)

    def observe(self) -> dict[str, Any]:
        return ExperimentObserver(MODEL, self.records, self.outcomes, self.bench.ports).observe("exp")

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.bench.lake.get(experiment_key(MODEL, "exp", REPORT)))
        return found

    def traffic(self, entities: int, rates: Mapping[str, float], start: int = 0, share: float = 0.5) -> None:
        """Requests of entities whose outcome is drawn by the rate of their arm; one every ten seconds."""
        draw, split = random.Random(start), Split("customer", self.experiment.salt, (1 - share, share))
        for number in range(start, start + entities):
            assigned = split.assign(number)
            arm, name = "ab"[assigned.place], f"p{number}"
            told = {"propensity": assigned.propensity}
            self.records.kept |= kept([line(name, number, arm, seconds=10.0 * number, experiment=told)])
            self.outcomes.record([Outcome(name, float(draw.random() < rates[arm]), NOW)])
        self.bench.later(seconds=10 * entities + 3600)


def watched(bench: ExperimentBench, **request: Any) -> Watch:
    return Watch(bench, bench.start(**{"metric": "outcome", **request}))


def exposures_of(experiment: Experiment, lines: Sequence[Mapping[str, Any]]) -> FirstExposures:
    found = FirstExposures()
    found.add(experiment, map(logged_score, lines))
    return found


def test_an_entity_counts_once_by_its_first_exposure(bench: ExperimentBench) -> None:
    experiment = bench.start()
    lines = [line("late", 7, "b", score=0.9, seconds=20), line("first", 7, "a", score=0.3, seconds=10),
             line("again", 7, "a", score=0.4, seconds=30), line("other", 8, "b", seconds=5)]  # fmt: skip
    found = exposures_of(experiment, lines).ordered()
    assert [(one.prediction, one.arm, one.value) for one in found] == [("other", "b", 0.2), ("first", "a", 0.3)]


def test_who_was_not_assigned_or_belongs_elsewhere_is_not_counted(bench: ExperimentBench) -> None:
    experiment = bench.start()
    lines = [line("nobody", None, experiment={"assigned": False, "propensity": 1.0}),
             line("other", 3, experiment={"id": "exp-before"})]  # fmt: skip
    assert exposures_of(experiment, lines).by_entity == {}


def test_a_full_sample_keeps_those_it_has(bench: ExperimentBench) -> None:
    experiment = bench.start()
    found = FirstExposures(most=2)
    found.add(experiment, map(logged_score, [line(str(n), n, seconds=10 + n) for n in range(4)]))
    found.add(experiment, [logged_score(line("earlier", 1, seconds=1))])
    assert (found.full, sorted(one.prediction for one in found.by_entity.values())) == (True, ["0", "earlier"])


def test_a_sample_reads_as_it_was_written(bench: ExperimentBench) -> None:
    found = exposures_of(bench.start(), [line("p", 1), line("q", 2, "b")])
    assert first_exposures(json.loads(json.dumps(found.document()))) == found


def test_a_better_challenger_is_found_and_told_with_its_interval(bench: ExperimentBench) -> None:
    watch = watched(bench)
    watch.traffic(6000, {"a": 0.10, "b": 0.25})
    assert watch.observe()["finding"] == Finding.CHALLENGER_BETTER
    report = watch.report()
    low, high = report["lift"]["interval"]
    assert 0 < low < 0.15 < high
    assert report["lift"]["p_value"] < 0.05
    assert sum(arm["exposed"] for arm in report["arms"]) == 6000


def test_where_lower_is_better_the_control_wins(bench: ExperimentBench) -> None:
    watch = watched(bench, better=Better.LOWER.value)
    watch.traffic(6000, {"a": 0.10, "b": 0.25})
    assert watch.observe()["finding"] == Finding.CONTROL_BETTER


def test_few_entities_say_go_on_and_about_how_many_more(bench: ExperimentBench) -> None:
    watch = watched(bench)
    watch.traffic(300, {"a": 0.10, "b": 0.15})
    assert watch.observe()["finding"] == Finding.GO_ON
    report = watch.report()
    assert report["more"] > 300
    assert report["hours"] == pytest.approx(report["more"] * 10 / 3600, rel=0.02)


def test_equal_arms_end_as_no_difference_beyond_a_wide_margin(bench: ExperimentBench) -> None:
    watch = watched(bench, margin=0.2)
    watch.traffic(3000, {"a": 0.10, "b": 0.10})
    assert watch.observe()["finding"] == Finding.EQUIVALENT


def test_without_outcomes_nothing_is_measured_and_it_says_so(bench: ExperimentBench) -> None:
    watch = watched(bench)
    watch.traffic(50, {"a": 0.5, "b": 0.5})
    watch.outcomes.reports.clear()
    assert watch.observe() == {
        "finding": "go on", "reason": "an arm has no measured entity yet", "rebalance": False, "share": 0,
        "exposed": {arm["name"]: arm["exposed"] for arm in watch.report()["arms"]},
    }  # fmt: skip


def test_outcomes_that_come_late_are_joined_then(bench: ExperimentBench) -> None:
    watch = watched(bench)
    watch.traffic(200, {"a": 0.5, "b": 0.5})
    known, watch.outcomes.reports = watch.outcomes.reports, {}
    watch.observe()
    watch.outcomes.reports = known
    watch.observe()
    assert sum(arm["measured"] for arm in watch.report()["arms"]) == 200


def test_lost_entities_block_the_verdict_for_good(bench: ExperimentBench) -> None:
    watch = watched(bench)
    watch.traffic(4000, {"a": 0.1, "b": 0.4})
    whole = list(watch.records.kept.values())
    watch.records.kept = kept([
        one for place, one in enumerate(whole) if one["experiment"]["arm"] == "a" or place % 4
    ])  # fmt: skip
    assert watch.observe()["finding"] == Finding.BLOCKED
    report = watch.report()
    assert report["shares"]["mismatch"]
    assert report["shares"]["e_value"] > 1000


def test_a_share_alarm_is_not_forgotten(bench: ExperimentBench) -> None:
    exposures = exposures_of(bench.start(), [line(str(n), n, "ab"[n % 2]) for n in range(100)]).ordered()
    assert not share_check(exposures).mismatch
    assert share_check(exposures, worst=8.0).mismatch
    assert analysed(bench.registry.experiment(MODEL, "exp"), exposures, 8.0).finding is Finding.BLOCKED


def test_changed_shares_are_each_checked_against_their_own(bench: ExperimentBench) -> None:
    watch = watched(bench, share=20)
    watch.traffic(3000, {"a": 0.1, "b": 0.1}, share=0.2)
    watch.traffic(3000, {"a": 0.1, "b": 0.1}, start=3000, share=0.8)
    watch.observe()
    shares = watch.report()["shares"]
    assert not shares["mismatch"]
    assert shares["expected"]["b"] == pytest.approx(0.5)


def test_the_e_value_is_that_of_the_beta_binomial() -> None:
    """By hand for one entity: under equal shares its mixture gives it one half, as the hypothesis does."""
    assert log_e_value({"a": 1, "b": 0}, {"a": 0.5, "b": 0.5}) == pytest.approx(0.0, abs=1e-12)
    assert log_e_value({"a": 2, "b": 0}, {"a": 0.5, "b": 0.5}) == pytest.approx(0.00985, abs=1e-4)  # 51/101 over 1/2


def test_reading_goes_on_where_it_was_left_and_again_changes_nothing(
    bench: ExperimentBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiment_observing, "PAGE", 50)
    monkeypatch.setattr(experiment_observing, "PAGES", 3)
    watch = watched(bench)
    watch.traffic(400, {"a": 0.5, "b": 0.5})
    seen = []
    for _ in range(6):
        watch.observe()
        report = watch.report()
        seen.append((sum(arm["exposed"] for arm in report["arms"]), report["caught_up"]))
    assert seen[0][0] < 400
    assert not seen[0][1]
    assert seen[-1] == (400, True)
    before = watch.report()
    watch.observe()
    assert watch.report() == before


def test_a_run_takes_so_many_and_the_next_one_goes_on(bench: ExperimentBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment_observing, "MOST", 2)
    watch = watched(bench)
    watch.records.kept = kept([line(str(n), n, seconds=1200 * n) for n in range(4)])
    bench.later(hours=2)
    caught_up = []
    for _ in range(4):
        watch.observe()
        caught_up.append(watch.report()["caught_up"])
    assert caught_up == [False, False, True, True]
    assert sum(arm["exposed"] for arm in watch.report()["arms"]) == 4


@pytest.mark.parametrize(
    ("request_fields", "expected"),
    [({"metric": "score"}, 0.2), ({"metric": "decision_rate"}, 0.0), ({"metric": "amount", "high": 40}, 10.0)],
)
def test_other_metrics_come_from_the_record_itself(
    bench: ExperimentBench, request_fields: dict[str, Any], expected: float
) -> None:
    watch = watched(bench, **request_fields)
    watch.traffic(40, {"a": 0.5, "b": 0.5})
    watch.observe()
    assert all(arm["mean"] == pytest.approx(expected) for arm in watch.report()["arms"])


def test_values_beyond_the_declared_bounds_are_cut_in_the_lift(bench: ExperimentBench) -> None:
    experiment = bench.start(metric="amount", high=40)
    lines = [line(str(n), n, "ab"[n % 2], request={"customer": n, "amount": 1e9 if n % 2 else 0}) for n in range(50)]
    lift = analysed(experiment, exposures_of(experiment, lines).ordered()).lift
    assert lift is not None
    assert lift.absolute == pytest.approx(40)
    assert -40 <= lift.interval[0] <= lift.interval[1] <= 40


def test_a_bandit_moves_shares_only_when_they_have_stood_long_enough(bench: ExperimentBench) -> None:
    watch = watched(bench, policy="thompson", every_hours=24)
    watch.traffic(1000, {"a": 0.05, "b": 0.5})
    assert watch.observe()["rebalance"] is False
    bench.later(hours=24)
    answer = watch.observe()
    assert (answer["rebalance"], answer["share"]) == (True, 90)
    bench.serve(bench.ask("reshare", share=answer["share"]))
    assert watch.observe()["rebalance"] is False


def test_a_bandit_does_not_follow_a_broken_sample(bench: ExperimentBench) -> None:
    watch = watched(bench, policy="thompson")
    watch.traffic(4000, {"a": 0.05, "b": 0.5})
    watch.records.kept = kept([one for one in watch.records.kept.values() if one["experiment"]["arm"] == "b"])
    bench.later(hours=48)
    assert watch.observe() | {"exposed": None} == {
        "finding": "blocked", "rebalance": False, "share": 0, "exposed": None,
        "reason": "the arms do not get the entities that they should: find out why before you decide",
    }  # fmt: skip


def test_an_ended_experiment_is_read_to_its_end_only(bench: ExperimentBench) -> None:
    watch = watched(bench)
    bench.later(hours=1)
    bench.end("stop")
    watch.traffic(1000, {"a": 0.5, "b": 0.5})
    watch.observe()
    ended = datetime.fromisoformat(bench.registry.experiment(MODEL, "exp").finished_at)
    assert sum(arm["exposed"] for arm in watch.report()["arms"]) == 360
    assert watch.report()["read_to"] == ended.isoformat()


def test_a_metric_that_drifts_with_moving_shares_is_no_lift(bench: ExperimentBench) -> None:
    """Simpson's paradox: the challenger gets most of a good hour and little of a bad one; in each both are alike."""
    experiment = bench.start(metric="score")
    lines = [
        line(f"{hour}-{n}", f"{hour}-{n}", "b" if n % 10 < most else "a", score=rate, seconds=3600 * hour + n)
        for hour, most, rate in ((0, 8, 0.9), (1, 2, 0.1)) for n in range(400)
    ]  # fmt: skip
    analysis = analysed(experiment, exposures_of(experiment, lines).ordered())
    assert analysis.lift is not None
    assert analysis.lift.absolute == pytest.approx(0.0, abs=1e-9)
    assert analysis.lift.interval[0] < 0 < analysis.lift.interval[1]
    a, b = analysis.arms
    assert b.mean - a.mean > 0.4  # type: ignore[operator]
