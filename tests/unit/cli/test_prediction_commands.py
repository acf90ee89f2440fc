"""``roost predictions`` and ``roost outcomes`` on a stage in memory."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from roost.adapters.in_memory import InMemoryObjectStore, InMemoryOutcomes
from roost.cli import outcome_commands
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.domain.outcomes import Outcome
from roost.domain.prediction_objects import objects_of
from tests.unit.monitoring.served import START, batch, identifier, message
from tests.unit.monitoring.test_outcomes import NOW, Desk

WHEN = ("--since", "2026-01-01", "--until", "2026-01-02")


@dataclass
class Stage:
    """A stage whose fraud model made three predictions."""

    stage: str = "dev"
    lake: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    store: InMemoryOutcomes = field(default_factory=InMemoryOutcomes)

    def __post_init__(self) -> None:
        lines = [
            message(n, START + n * 1000, float(n), version=1 + n // 2).replace('"toy"', '"fraud"') for n in range(3)
        ]
        self.lake.objects |= objects_of(batch(*lines).predictions)

    def outcomes(self, _model: str) -> InMemoryOutcomes:
        return self.store

    def outcomes_url(self, model: str) -> str:
        return f"memory:{model}"


@pytest.fixture
def stage(elsewhere: None) -> Stage:
    made = Stage()
    CHOICES.open_stage = lambda _: made  # type: ignore[assignment, return-value]
    return made


def roost(*words: str) -> Result:
    return CliRunner().invoke(app, [*words])


def told(*words: str) -> Any:
    result = roost(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_predictions_of_a_model_are_shown_without_a_further_word(stage: Stage) -> None:
    assert [record["prediction_id"] for record in told("predictions", "fraud", *WHEN)] == [
        identifier(START + n * 1000, n) for n in range(3)
    ]
    shown = roost("predictions", "fraud", *WHEN, "--where", "inputs.amount > 1")
    assert "inputs.amount" in shown.stdout
    assert identifier(START + 2000, 2) in shown.stdout
    assert identifier(START, 0) not in shown.stdout


def test_a_condition_picks_and_a_limit_is_said(stage: Stage) -> None:
    assert len(told("predictions", "fraud", *WHEN, "--where", "amount >= 1 and decision = approve")) == 2
    cut = roost("predictions", "show", "fraud", *WHEN, "--limit", "2")
    assert "more than 2" in cut.stderr


def test_predictions_are_counted_by_version_and_decision(stage: Stage) -> None:
    assert told("predictions", "count", "fraud", *WHEN) == [
        {"version": 1, "decision": "approve", "predictions": 2},
        {"version": 2, "decision": "approve", "predictions": 1},
    ]


def test_one_prediction_is_found(stage: Stage) -> None:
    found = roost("predictions", "find", "fraud", identifier(START + 1000, 1))
    assert json.loads(found.stdout)["inputs"]["amount"] == 1.0
    assert "has no" in roost("predictions", "find", "fraud", identifier(START, 8)).stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("predictions", "fraud", "--last", "soon"), "15m, 12h or 7d"),
        (("predictions", "fraud", "--where", "score"), "write a field"),
        (("predictions", "frued"), "frued"),
        (("predictions", "redeliver", "fraud"), "name both"),
    ],
)
def test_what_is_wrong_is_named_with_the_fix(stage: Stage, words: tuple[str, ...], named: str) -> None:
    result = roost(*words)
    assert result.exit_code == 1
    assert named in result.stderr


@dataclass
class Posted:
    """Answers as the API would, by the service that stands behind it."""

    desk: Desk

    def post(self, url: str, document: Any) -> Any:
        assert url == "memory:fraud"
        status, answered = self.desk.post(document)
        return type("Answer", (), {"status": status, "document": answered})


def test_outcomes_in_a_file_are_reported_and_those_refused_are_named(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    monkeypatch.setattr(outcome_commands, "SignedHttp", lambda: Posted(desk))
    rows = [f"{identifier(START, 1)},1,2026-01-03", f"{identifier(START, 2)},1,2026-01-03", "x,maybe,2026-01-03"]
    (tmp_path / "labels.csv").write_text("\n".join(["prediction_id,outcome,observed_at", *rows]))
    result = roost("outcomes", "upload", "fraud", str(tmp_path / "labels.csv"), "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["counts"] == {"recorded": 1, "refused": 2}
    assert [one["row"] for one in document["refused"]] == [2, 3]
    lines = json.dumps({"prediction_id": identifier(START, 1), "outcome": 1, "observed_at": "2026-01-03"})
    (tmp_path / "labels.jsonl").write_text(lines)
    assert told("outcomes", "upload", "fraud", str(tmp_path / "labels.jsonl"))["counts"] == {"repeated": 1}


def test_a_file_without_a_column_is_named(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome_commands, "SignedHttp", lambda: Posted(Desk()))
    (tmp_path / "labels.csv").write_text("prediction_id,label\na,1")
    assert "no column outcome, observed_at" in roost("outcomes", "upload", "fraud", str(tmp_path / "labels.csv")).stderr


def test_what_is_known_of_a_prediction_is_shown(stage: Stage) -> None:
    stage.store.record([Outcome("p", 1, NOW), Outcome("p", 0, NOW)])
    assert told("outcomes", "show", "fraud", "p", "q") == [
        {"prediction": "p", "outcome": 1, "observed_at": "2026-01-31T00:00:00.000Z", "reports": 2, "contradictions": 1}
    ]
