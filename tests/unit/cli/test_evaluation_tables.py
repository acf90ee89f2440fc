"""What the command line says of an evaluation: gates with numbers, and cards."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from roost.adapters.in_memory import InMemoryObjectStore, InMemoryRegistryStore
from roost.adapters.pipeline_history import StateRun
from roost.adapters.pipeline_runs import Run
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.cli.evaluation_tables import evaluation_of, metrics_rows
from roost.cli.run_tables import show_run
from roost.domain.registry import Actor, ModelHead, Version, registration
from roost.names import Status
from roost.object_keys import PACKAGE_CARD, PACKAGE_CARD_PAGE, package_key

NOW = datetime(2026, 1, 2, tzinfo=UTC)
GATES = [
    {"gate": "roc_auc lower end at_least", "value": 0.7412, "bound": 0.7, "passed": True, "estimate": 0.7604,
     "error_rate": "at most 0.05: passing although the bound is missed", "note": ""},
    {"gate": "log_loss versus champion", "value": None, "bound": -0.01, "passed": True, "estimate": None,
     "error_rate": "at most 0.05", "note": "not applicable: there is no champion yet"},
    {"gate": "behaviour dearer", "value": 0.5, "bound": 0.9, "passed": False, "estimate": 0.5,
     "error_rate": "none: no sample", "note": "10 of 20 rows"},
]  # fmt: skip


def run(**output: Any) -> Run:
    states = (StateRun("Ingest", NOW, NOW, {"rows": 3}), StateRun("EvaluateModel", NOW, NOW, output))
    return Run("run-1", "SUCCEEDED", NOW, NOW, {}, states=states)


def test_a_run_ends_with_its_gates(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    show_run(run(chosen="trees", gates=GATES), as_json=False)
    said = capsys.readouterr().out
    assert "gates of trees: 1 missed" in said
    lines = {gate["gate"]: next(line for line in said.splitlines() if gate["gate"] in line) for gate in GATES}
    told = {"roc_auc lower end at_least": ("0.7412", "0.7", "passed", "0.7604", "at most 0.05"),
            "log_loss versus champion": ("-0.01", "passed", "not applicable"),
            "behaviour dearer": ("0.5", "0.9", "missed", "10 of 20 rows")}  # fmt: skip
    for gate, words in told.items():
        assert all(word in lines[gate] for word in words), lines[gate]


def test_a_run_that_has_judged_nothing_has_no_gates() -> None:
    assert evaluation_of(run()) is None


def test_metrics_are_shown_with_their_intervals() -> None:
    rows = metrics_rows({"roc_auc": 0.76, "own": 3.0}, {"roc_auc": (0.7, 0.8)})
    assert rows == [("own", "3.0000"), ("roc_auc", "0.7600 (0.7000 to 0.8000)")]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> InMemoryObjectStore:
    """A stage where fraud has one version."""
    registry, packages = InMemoryRegistryStore(), InMemoryObjectStore()
    draft = Version("fraud", 0, Status.CANDIDATE, "digest", NOW.isoformat(), "run-1", {"roc_auc": 0.9}, {})
    registry.commit(registration(ModelHead("fraud"), draft, Actor("ann", NOW)))
    packages.put(package_key("digest", PACKAGE_CARD), b"# Model card: fraud\n")
    platform = SimpleNamespace(registry=registry, packages=packages)
    monkeypatch.setattr(type(CHOICES), "target", lambda _: SimpleNamespace(platform=lambda: platform))
    return packages


def test_a_card_is_printed_or_written_as_a_page(stage: InMemoryObjectStore, tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["models", "card", "fraud", "1"])
    assert (printed.exit_code, printed.stdout) == (0, "# Model card: fraud\n\n")
    stage.put(package_key("digest", PACKAGE_CARD_PAGE), b"<!doctype html>")
    page = tmp_path / "card.html"
    assert CliRunner().invoke(app, ["models", "card", "fraud", "--html", str(page)]).exit_code == 0
    assert page.read_bytes() == b"<!doctype html>"


def test_a_card_that_an_older_package_lacks_says_what_to_do(stage: InMemoryObjectStore, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["models", "card", "fraud", "--html", str(tmp_path / "card.html")])
    assert result.exit_code == 1
    assert "version 1 of fraud was packaged before cards had a card.html; train it again" in result.stderr
