"""JudgeCanary's answer at one look as a table: what each guardrail has seen of canary and live, and how sure it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from roost.cli.display import table

HEAD = ("guardrail", "canary", "live", "difference", "interval", "allowed", "e_value", "state")
CROSSED, DOUBTFUL, WITHIN, HOLDS = "crossed", "doubtful", "within", "holds"


def evidence_table(answer: Mapping[str, Any]) -> Table:
    """The guardrails of one look.

    ``difference`` is the canary's beyond live's, of ``latency_ratio`` the ratio, with its confidence sequence;
    ``e value`` is given with the bound at which the canary is rolled back. ``weight`` is the canary's share in percent,
    where that is known.
    """
    decision, requests = str(answer["decision"]).replace("_", " "), answer["requests"]
    share = f" at {answer['weight']} %" if answer.get("weight") else ""
    title = (
        f"look {answer['look']}{share}: {decision} · "
        f"{requests['canary']} requests of the canary, {requests['live']} of live"
    )
    return table(f"{title}\n{answer['reason']}", HEAD, [_row(guardrail) for guardrail in answer["guardrails"]])


def _row(guardrail: Mapping[str, Any]) -> Sequence[str]:
    low, high = guardrail["interval"]
    numbers = [_number(guardrail[name]) for name in ("canary", "live", "difference")]
    interval, bound = f"{_number(low)} to {_number(high)}", f"{guardrail['bound']:.0f}"
    return [
        guardrail["name"], *numbers, interval, _number(guardrail["margin"]),
        f"{_number(guardrail['e_value'])} of {bound}", state(guardrail),
    ]  # fmt: skip


def state(guardrail: Mapping[str, Any]) -> str:
    """A guardrail in a word: crossed; doubtful, its estimate beyond the margin; within it for sure; or it holds."""
    if not guardrail["holds"]:
        return CROSSED
    if guardrail["within"]:
        return WITHIN
    return DOUBTFUL if guardrail["doubtful"] else HOLDS


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
