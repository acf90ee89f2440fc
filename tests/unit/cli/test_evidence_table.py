"""What a look of the judge shows on the terminal."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from rich.console import Console

from roost.cli.evidence_table import evidence_table
from roost.domain.evidence import Evidence
from roost.domain.guardrail_bounds import GuardrailBounds
from roost.domain.verdict import Look, judge
from tests.unit.release.evidence_of import evidence


def answer(canary: Evidence, live: Evidence | None) -> dict[str, Any]:
    verdict = judge(GuardrailBounds(0.02, 3.0, 0.15), Look(canary, live, canary.requests, needed=50, left=5))
    requests = {"canary": canary.requests, "live": live.requests if live else 0}
    shown = {"decision": verdict.decision, "reason": verdict.reason, "look": 2, "requests": requests}
    found: dict[str, Any] = json.loads(json.dumps({**shown, "guardrails": list(map(asdict, verdict.guardrails))}))
    return found


def printed(canary: Evidence, live: Evidence | None) -> list[str]:
    console = Console(width=200, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(evidence_table(answer(canary, live)))
    return captured.get().splitlines()


def row(lines: list[str], name: str) -> list[str]:
    return next(line.split() for line in lines if line.startswith(name))


def test_a_look_says_what_was_decided_and_why() -> None:
    lines = printed(evidence(200, errors=40), evidence(2000))
    assert lines[0].strip() == "look 2: roll back · 200 requests of the canary, 2000 of live"
    assert lines[1].startswith("share of failed requests is 0.2")


@pytest.mark.parametrize(
    ("canary", "state"),
    [
        (evidence(200, errors=40), "crossed"),
        (evidence(60, errors=3), "doubtful"),
        (evidence(60), "holds"),
        (evidence(2000), "within"),
    ],
)
def test_each_guardrail_has_its_numbers_and_state(canary: Evidence, state: str) -> None:
    cells = row(printed(canary, evidence(4000)), "error_share")
    assert cells[1:3] == [f"{canary.tallies['errors'].mean:.3g}", "0"]
    assert (cells[-3:-1], cells[-1]) == (["of", "700"], state)


def test_alone_there_is_no_live_to_show() -> None:
    lines = printed(evidence(200), None)
    assert len(row(lines, "rank_shift")) == len(row(printed(evidence(200), evidence(400)), "rank_shift")) - 1
