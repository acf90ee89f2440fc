"""What a person sees of a release's judge while the release goes on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console, Group

from roost.adapters.pipeline_history import StateRun
from roost.adapters.pipeline_runs import Run
from roost.cli.release_looks import last_evidence, newest
from roost.cli.run_tables import drawing
from roost.cli.watching import Lines
from tests.unit.cli.test_evidence_table import answer
from tests.unit.release.evidence_of import evidence

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def state(second: int, name: str, **output: Any) -> StateRun:
    entered = BEGIN + timedelta(seconds=second)
    return StateRun(name, entered, entered + timedelta(seconds=1), output)


def look(second: int, number: int) -> StateRun:
    return state(second, "JudgeCanary", **{**answer(evidence(200), evidence(2000)), "look": number})


STATES = (
    state(0, "ShiftTraffic", weight=5),
    state(1, "WaitForEvidence"), look(2, 1), state(3, "ReadOrders"),
    state(4, "WaitForEvidence"), look(5, 2), state(6, "ReadOrders"),
    state(7, "ShiftTraffic", weight=50),
    state(8, "WaitForEvidence"), look(9, 1), state(10, "ReadOrders"),
)  # fmt: skip


@pytest.fixture
def run() -> Run:
    return Run("second", "RUNNING", BEGIN, None, {}, states=STATES)


def printed(*drawn: Any) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(Group(*drawn))
    return captured.get()


def test_each_look_is_shown_once_with_its_evidence_when_it_has_been_made(run: Run) -> None:
    said: list[str] = []
    lines = Lines(said.append, lambda table: said.append(printed(table)))
    lines(replace(run, states=STATES[:3]))
    lines(run)
    lines(run)
    titles = [text.strip().partition(":")[0] for text in said if text.strip().startswith("look")]
    assert titles == ["look 1 at 5 %", "look 2 at 5 %", "look 1 at 50 %"]
    assert all("error_share" in text for text in said if text.strip().startswith("look"))


def test_a_run_shows_the_evidence_of_its_last_look(run: Run) -> None:
    (table,) = last_evidence(run)
    assert printed(table).strip().startswith("look 1 at 50 %")
    assert last_evidence(replace(run, states=STATES[:2])) == []


def test_what_comes_again_and_again_takes_one_row_for_each_weight(run: Run) -> None:
    names = ["ShiftTraffic", "WaitForEvidence", "JudgeCanary", "ReadOrders"]
    assert [each.name for each in newest(STATES)] == names * 2
    assert [each.output["look"] for each in newest(STATES) if each.name == "JudgeCanary"] == [2, 1]
    assert printed(drawing(run)).count("JudgeCanary") == 2
