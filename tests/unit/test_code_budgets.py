"""No file, function or branch count outgrows what a reader holds in mind."""

from pathlib import Path

import pytest

from tests.unit.tooling.size_rules import measure, shortfalls, summary

ROOT = Path(__file__).resolve().parents[2]


def test_code_keeps_to_its_budgets(capsys: pytest.CaptureFixture[str]) -> None:
    sources = measure(ROOT)
    with capsys.disabled():
        print(f"\n{summary(sources)}")
    assert list(shortfalls(sources)) == []
