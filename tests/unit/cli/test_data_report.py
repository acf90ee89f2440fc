"""``roost data report`` prints what ValidateData stored with a run."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from roost.adapters.in_memory import InMemoryObjectStore
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.domain.validation_page import validation_page

FINDING = {"rule": "volume", "number": "5 rows", "bound": "at least 0.8", "passed": False, "remedy": "look for files"}
REPORT: dict[str, Any] = {
    "model": "fraud", "run": "r2", "judged_at": "2026-01-01", "verdict": "stopped",
    "sources": {
        "cards": {
            "rows": 10, "valid": 8, "quarantined": 2, "quarantine": "quarantine/cards/d.parquet", "dataset": "d",
            "rules": {"amount type": 2}, "examples": {"amount type": ["a.csv row 9: 'x|y'"]}, "set_rules": [FINDING],
        }
    },
}  # fmt: skip


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> InMemoryObjectStore:
    store = InMemoryObjectStore()
    store.put("runs/fraud/r2/validation.md", validation_page(REPORT).encode())
    store.put("runs/fraud/r2/validation.json", json.dumps(REPORT).encode())
    platform = SimpleNamespace(lake=store, training=lambda _model: SimpleNamespace(names=lambda _count: ["r2", "r1"]))
    monkeypatch.setattr(type(CHOICES), "target", lambda _self: SimpleNamespace(platform=lambda: platform))
    return store


def test_the_page_has_a_line_for_each_rule(lake: InMemoryObjectStore) -> None:
    result = CliRunner().invoke(app, ["data", "report", "fraud"])
    assert result.exit_code == 0
    assert "| volume | 5 rows | at least 0.8 | **FAIL** | look for files |" in result.stdout
    assert "| amount type | 2 | 20.00% | a.csv row 9: 'x\\|y' |" in result.stdout


def test_programs_get_json(lake: InMemoryObjectStore) -> None:
    assert json.loads(CliRunner().invoke(app, ["data", "report", "fraud", "r2", "--json"]).stdout) == REPORT


def test_a_run_without_a_report_is_named(lake: InMemoryObjectStore) -> None:
    result = CliRunner().invoke(app, ["data", "report", "fraud", "r9"])
    assert result.exit_code == 1
    assert "run 'r9' of fraud has no validation report" in " ".join(result.stderr.split())
