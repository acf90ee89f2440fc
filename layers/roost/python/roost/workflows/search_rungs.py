"""NextRung: who goes on to more rows, and who is chosen in the end; the step has no NumPy."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from roost.domain.failure_cause import readable_cause
from roost.domain.halving import fates, ranked
from roost.errors import TrainingFailed
from roost.object_keys import SEARCH_REPORT, run_key
from roost.ports import PipelinePorts

LONGEST_REASON = 300
REASONS_SHOWN = 5


def next_rung(
    model: str, run: str, rung: int, results: Sequence[Mapping[str, Any]], ports: PipelinePorts
) -> dict[str, Any]:
    """Add the results of a rung (counted from 1) to the report; a step that is tried again replaces them.

    Returns:
        The next rung's trials, or with ``done`` the chosen candidate, its parameters and its metric.

    Raises:
        TrainingFailed: every trial of the rung failed; the message says why.
    """
    key = run_key(model, run, SEARCH_REPORT)
    report = json.loads(ports.lake.get(key))
    told = [_told(result) for result in results]
    best = ranked(told, report["higher_is_better"])
    last = rung == len(report["ladder"])
    report["rungs"] = [*report["rungs"][: rung - 1], told]
    report["chosen"] = best[0]["trial"] if best and last else None
    going_on = [] if last else [result["trial"] for result in best[: report["ladder"][rung]["trials"]]]
    report["fates"] = {str(trial): fate for trial, fate in fates(report["rungs"], going_on, report["chosen"]).items()}
    ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
    if not best:
        raise TrainingFailed(_reasons(told))
    return answer(report, key, going_on)


def answer(report: Mapping[str, Any], key: str, going_on: Sequence[int]) -> dict[str, Any]:
    """What passes between states: the rung to come, or the choice; the whole story lies in the report."""
    place = len(report["rungs"])
    tried = sum(len(results) for results in report["rungs"])
    failed = sum("error" in result for results in report["rungs"] for result in results)
    so_far = {"fits": tried, "failed": failed, "report": key}
    if report["chosen"] is not None:
        return {"done": True, **_choice(report), **so_far}
    rung = report["ladder"][place]
    trials = [trial for trial in report["trials"] if trial["trial"] in going_on]
    return {
        "done": False, "rung": place + 1, "rungs": len(report["ladder"]), "share": rung["share"], "rows": rung["rows"],
        "trials": trials, **so_far,
    }  # fmt: skip


def _choice(report: Mapping[str, Any]) -> dict[str, Any]:
    trial = next(trial for trial in report["trials"] if trial["trial"] == report["chosen"])
    result = next(result for result in report["rungs"][-1] if result["trial"] == report["chosen"])
    return {**trial, report["metric"]: result["value"], "tried": len(report["trials"])}


def _told(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result as the report keeps it; a trial that never answered is told in the words of Step Functions."""
    if "error" not in result:
        return dict(result)
    error = result["error"]
    words = f"{error['Error']}: {readable_cause(error['Cause'])}" if isinstance(error, Mapping) else str(error)
    return {**result, "error": words[:LONGEST_REASON]}


def _reasons(results: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        f"trial {result['trial']} ({result['candidate']}): {result['error']}" for result in results[:REASONS_SHOWN]
    ]
    more = f"; and {len(results) - REASONS_SHOWN} more" if len(results) > REASONS_SHOWN else ""
    return f"every trial failed: {'; '.join(shown) or 'there was none'}{more}"
