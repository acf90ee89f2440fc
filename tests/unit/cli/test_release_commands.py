"""``roost release``, ``roost releases`` and ``roost rollback`` on a stage in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from roost.adapters.pipeline_runs import Run
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.names import Approval, ReleaseStatus
from roost.spec import Rollout
from tests.unit.release.conftest import MODEL, serving
from tests.unit.release.whole_release import Releases

ARN = "arn:aws:sts::123456789012:assumed-role/risk/eve"


@dataclass
class Pipeline:
    """Runs that were asked for."""

    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        self.asked.append((name, request))
        return name

    def read(self, name: str) -> Run:
        return Run(name, "RUNNING", datetime.now(UTC), None, {})

    def names(self, _limit: int = 20) -> list[str]:
        return ["second"]


@dataclass
class Stage:
    """A stage in memory, as commands see a deployed one: version 1 live, version 2 approved."""

    releases_of: Releases = field(default_factory=lambda: Releases(serving()))
    pipeline: Pipeline = field(default_factory=Pipeline)
    sweep: Pipeline = field(default_factory=Pipeline)
    identity: str = ARN

    def __post_init__(self) -> None:
        self.registry, self.packages = self.releases_of.bench.registry, self.releases_of.bench.packages
        self.releases_of.champion()
        self.releases_of.bench.add_version([0.3, 0.4])
        self.releases_of.clock.time = datetime.now(UTC)

    def releases(self, _model: str) -> Pipeline:
        return self.pipeline

    def sweeps(self, _model: str) -> Pipeline:
        return self.sweep

    def release_runs(self, _model: str) -> Any:
        return self.releases_of.runs_now()

    def under_way(self, until: str = "JudgeCanary") -> None:
        self.releases_of.start("second", version=2).run(until=until)

    @property
    def record(self) -> Any:
        return self.registry.release(MODEL, "second")


@pytest.fixture
def stage(elsewhere: None) -> Stage:
    found = Stage()
    CHOICES.open_stage = lambda _name: found  # type: ignore[assignment, return-value]
    return found


def roost(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--stage", "dev", *arguments])


def answer(*arguments: str) -> Any:
    result = roost(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_release_is_asked_for_with_what_was_given_and_nothing_else(stage: Stage) -> None:
    options = ["--strategy", "canary", "--steps", "5,25,50", "--alpha", "0.02", "--queue", "--force", "--reason", "try"]
    assert roost("release", MODEL, "--version", "2", *options).exit_code == 0
    ((name, request),) = stage.pipeline.asked
    assert name.startswith("version-2-")
    assert ARN in request["requested_by"]
    assert {key: value for key, value in request.items() if key != "requested_by"} == {
        "version": 2, "strategy": "canary", "steps": [5, 25, 50], "guardrails": {"alpha": 0.02}, "on_conflict": "queue",
        "force": True, "reason": "try",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--version", "2", "--steps", "50,5"], "the percentages must rise"),
        (["--version", "2", "--alpha", "0.7"], "alpha is 0.7"),
        (["--version", "2", "--code"], "exactly one of version, rollback_to and code"),
        ([], "exactly one of version, rollback_to and code"),
        (["--version", "9"], "no version 9"),
        (["--version", "1"], "only an approved version"),
    ],
)
def test_a_request_that_would_be_refused_is_refused_at_once(stage: Stage, arguments: list[str], told: str) -> None:
    result = roost("release", MODEL, *arguments)
    assert (result.exit_code, stage.pipeline.asked) == (1, [])
    assert told in result.stderr.replace("\n", " ")


def test_while_a_release_is_under_way_another_is_refused_or_queued(stage: Stage) -> None:
    stage.under_way()
    third = str(stage.releases_of.bench.add_version([0.5, 0.6]))
    assert "release second of fraud has not ended" in roost("release", MODEL, "--version", third).stderr
    assert roost("release", MODEL, "--version", third, "--queue").exit_code == 0


def test_the_way_back_of_new_code_is_the_champions_code_before(stage: Stage) -> None:
    stage.releases_of.start("code", code=True).run()
    assert roost("rollback", MODEL, "--no-watch").exit_code == 0
    assert stage.pipeline.asked[0][1]["rollback_to"] == 1


def test_without_anything_before_there_is_no_way_back(stage: Stage) -> None:
    result = roost("rollback", MODEL, "--no-watch")
    assert (result.exit_code, "no earlier version" in result.stderr) == (1, True)


@pytest.mark.parametrize(("order", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_a_decision_is_in_the_name_of_the_caller_and_the_token_stays_hidden(
    stage: Stage, order: str, state: str
) -> None:
    stage.releases_of.rollout = Rollout(steps=(5,), approval=Approval.MANUAL)
    stage.under_way()
    found = answer("releases", order, MODEL, "--reason", "read the card")
    assert (found["gate"]["state"], found["gate"]["reason"], ARN in found["gate"]["by"]) == (
        state,
        "read the card",
        True,
    )
    shown = [
        roost("releases", command, MODEL, *more).stdout for command in ("list", "show") for more in ([], ["--json"])
    ]
    assert stage.record.gate["token"]
    assert not any(stage.record.gate["token"] in text for text in [*shown, json.dumps(found)])
    assert roost("releases", order, MODEL, "--reason", "again").exit_code == 1


def test_a_pause_is_shown_and_ended(stage: Stage) -> None:
    stage.under_way()
    assert "paused for 3 hours" in roost("releases", "pause", MODEL, "--reason", "month's end", "--hours", "3").stderr
    assert datetime.fromisoformat(stage.record.pause["until"]) - datetime.now(UTC) <= timedelta(hours=3)
    assert "paused" in roost("releases", "list", MODEL).stdout
    assert "month's end" in roost("releases", "show", MODEL).stdout
    assert roost("releases", "resume", MODEL, "--reason", "booked").exit_code == 0
    assert stage.record.pause == {}


def test_an_abort_stops_the_run_and_starts_the_sweep(stage: Stage) -> None:
    stage.under_way()
    assert "its traffic returns" in roost("releases", "abort", MODEL, "--reason", "wrong data").stderr
    assert stage.releases_of.runs.state("second").status == "ABORTED"
    assert len(stage.sweep.asked) == 1
    stage.releases_of.sweep()
    assert stage.record.status is ReleaseStatus.ABORTED
    assert "wrong data" in roost("releases", "show", MODEL).stdout


@pytest.mark.parametrize("order", ["approve", "reject", "pause", "resume", "abort"])
def test_an_order_needs_a_release_and_a_reason(stage: Stage, order: str) -> None:
    assert "no release of fraud is under way" in roost("releases", order, MODEL, "--reason", "x").stderr
    assert roost("releases", order, MODEL).exit_code == 2
    assert stage.sweep.asked == []
