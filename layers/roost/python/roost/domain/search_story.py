"""What was tried before a model was chosen: the search's report without what a clock measured."""

from collections.abc import Mapping, Sequence
from typing import Any


def search_story(report: Mapping[str, Any]) -> dict[str, Any]:
    """Rungs and trials of a search: each trial's parameters, its metric on each rung that it reached, and its end."""
    rungs: Sequence[Sequence[Mapping[str, Any]]] = report["rungs"]
    return {
        "metric": report["metric"],
        "rungs": [
            {"trials": len(results), "rows": step["rows"]}
            for results, step in zip(rungs, report["ladder"], strict=False)
        ],
        "trials": [_trial(trial, rungs, report) for trial in report["trials"]],
    }


def _trial(trial: Mapping[str, Any], rungs: Sequence[Sequence[Mapping[str, Any]]], report: Mapping[str, Any]) -> Any:
    own = [result for results in rungs for result in results if result["trial"] == trial["trial"]]
    told = {"name": f"{trial['candidate']} {trial['trial']}", "parameters": trial["parameters"]}
    values = [result["value"] for result in own if "error" not in result]
    return told | {"values": values, "end": report.get("fates", {}).get(str(trial["trial"]), "")}
