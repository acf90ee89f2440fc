"""``roost experiment`` and ``roost shadow`` on a stage in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from roost.adapters.in_memory import InMemoryOutcomes, InMemoryPredictionLog
from roost.adapters.pipeline_runs import Run
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.workflows.experiment_observing import ExperimentObserver
from tests.unit.experiments.conftest import MODEL, ExperimentBench, kept, line

START = ("experiment", "start", "fraud", "--a", "1", "--b", "2", "--by", "customer")


@dataclass
class Runs:
    """The experiment pipeline: each run does at once what its states would."""

    stage: "Stage"
    asked: list[dict[str, Any]] = field(default_factory=list)

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        self.asked.append(dict(request))
        bench, action = self.stage.bench, request["action"]
        if action == "start":
            plan = bench.plan(name, **request)
            bench.serve(plan)
        elif action == "observe":
            held = bench.registry.head(MODEL).active_experiment
            ExperimentObserver(MODEL, self.stage.records, InMemoryOutcomes(), bench.ports).observe(held)
        else:
            bench.end(action, **{key: value for key, value in request.items() if key != "action"})
        return name

    def read(self, name: str) -> Run:
        now = datetime.now(UTC)
        return Run(name, "SUCCEEDED", now, now, {})


class Stage:
    """A stage in memory, as commands see a deployed one."""

    identity = "arn:aws:sts::123456789012:assumed-role/risk/eve"

    def __init__(self, bench: ExperimentBench) -> None:
        self.bench, self.records, self.runs = bench, InMemoryPredictionLog(), Runs(self)
        self.registry, self.packages, self.lake = bench.registry, bench.packages, bench.lake

    def outcomes(self, _model: str) -> InMemoryOutcomes:
        return InMemoryOutcomes()

    def experiment_runs(self, _model: str) -> Runs:
        return self.runs


@pytest.fixture
def stage(elsewhere: None) -> Stage:
    bench = ExperimentBench()
    bench.release(bench.register(0.1))
    bench.register(0.2)
    found = Stage(bench)
    CHOICES.open_stage = lambda _name: found  # type: ignore[assignment, return-value]
    return found


def roost(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--stage", "dev", *arguments])


def test_start_splits_traffic_and_says_who_asked(stage: Stage) -> None:
    done = roost(*START, "--metric", "score", "--share", "30")
    assert done.exit_code == 0, done.output
    assert "running  experiment experiment-" in done.stdout
    (asked,) = stage.runs.asked
    assert asked["share"] == 30
    assert stage.identity in asked["requested_by"]
    assert stage.registry.experiments(MODEL)[0].challenger.share == 0.3


@pytest.mark.parametrize(
    ("changed", "told"),
    [(("--share", "100"), "share is 100"), (("--b", "1"), "both version 1"),
     (("--a", "2", "--b", "1"), "version 1 serves"),
     (("--b", "7"), "no version 7")],
)  # fmt: skip
def test_a_wrong_start_is_refused_before_any_run(stage: Stage, changed: tuple[str, ...], told: str) -> None:
    done = roost(*START, "--metric", "score", *changed)
    assert done.exit_code == 1
    assert told in done.stderr
    assert stage.runs.asked == []


def test_show_reads_the_log_and_prints_the_verdict(stage: Stage) -> None:
    roost(*START, "--metric", "score")
    (running,) = stage.registry.experiments(MODEL)
    stage.records.kept = kept([
        line(str(n), n, arm, score=0.9 if arm == "b" else 0.1, seconds=n, experiment={"id": running.identifier})
        for n in range(600) for arm in "ab"[n % 2]
    ])  # fmt: skip
    stage.bench.later(hours=2)
    done = roost("experiment", "show", "fraud")
    assert "b is better" in done.stdout
    assert "shares: as meant" in done.stdout
    assert "lift of b: +0.8" in done.stdout
    document = json.loads(roost("experiment", "show", "fraud", "--json", "--no-refresh").stdout)
    assert document["report"]["arms"][1]["mean"] == pytest.approx(0.9)


def test_stop_sends_traffic_back(stage: Stage) -> None:
    before = stage.bench.standing()
    roost(*START, "--metric", "score")
    done = roost("experiment", "stop", "fraud", "--reason", "enough")
    assert "stopped  experiment" in done.stdout
    assert stage.bench.standing()[0].primary == before[0].primary
    assert "enough" in roost("experiment", "list", "fraud").stdout


def test_promote_asks_for_a_verdict_or_force(stage: Stage) -> None:
    roost(*START, "--metric", "score")
    refused = roost("experiment", "promote", "fraud")
    assert refused.exit_code == 1
    assert "nothing yet" in refused.stderr
    assert roost("experiment", "promote", "fraud", "--force").exit_code == 0
    assert stage.registry.experiments(MODEL)[0].status == "promoted"


@pytest.mark.parametrize("command", ["stop", "promote"])
def test_what_does_not_run_cannot_be_ended(stage: Stage, command: str) -> None:
    done = roost("experiment", command, "fraud")
    assert done.exit_code == 1
    assert "no experiment of fraud is running" in done.stderr
    assert stage.runs.asked == []


def test_a_release_is_refused_with_the_experiments_name(stage: Stage) -> None:
    roost(*START, "--metric", "score")
    number = stage.bench.register(0.3)
    done = roost("release", "fraud", "--version", str(number))
    assert done.exit_code == 1
    assert stage.registry.experiments(MODEL)[0].identifier in done.stderr


def test_a_shadow_is_started_shown_and_stopped(stage: Stage) -> None:
    started = roost("shadow", "start", "fraud", "--version", "2", "--rate", "5", "--for", "2h")
    assert "version 2 beside 1" in started.stdout
    shown = roost("shadow", "show", "fraud")
    assert "5 a minute" in shown.stdout
    assert "scored 0 predictions" in shown.stdout
    assert roost("shadow", "stop", "fraud").exit_code == 0


@pytest.mark.parametrize(("lasts", "told"), [("soon", "for is 'soon'"), ("0h", "for is 0:00:00")])
def test_a_shadow_needs_a_time(stage: Stage, lasts: str, told: str) -> None:
    done = roost("shadow", "start", "fraud", "--version", "2", "--for", lasts)
    assert done.exit_code == 1
    assert told in done.stderr
    assert stage.lake.objects == {}
