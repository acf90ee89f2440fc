"""The search of a training run as a table: what was tried, on how many rows, and what became of it."""

import json
from collections.abc import Mapping
from typing import Any

from rich.table import Table

from roost.cli.display import seconds, table
from roost.object_keys import SEARCH_REPORT, run_key
from roost.ports import ObjectStore

Json = Mapping[str, Any]


def read_search(lake: ObjectStore, model: str, run: str) -> dict[str, Any] | None:
    """The report of a run's search; None while, or if, there is none."""
    try:
        found: dict[str, Any] = json.loads(lake.get(run_key(model, run, SEARCH_REPORT)))
    except KeyError:
        return None
    return found


def search_table(report: Json) -> Table:
    """A line for each trial, with the result of the last rung that it was on."""
    results = {result["trial"]: result for rung in report["rungs"] for result in rung}
    rows = [_row(trial, results.get(trial["trial"], {}), report) for trial in report["trials"]]
    steps = " → ".join(f"{rung['trials']} on {rung['rows']:,} rows" for rung in report["ladder"])
    columns = ("trial", "candidate", "parameters", "rows", report["metric"], "time", "fate")
    return table(f"search: {steps}", columns, rows)


def _row(trial: Json, result: Json, report: Json) -> list[Any]:
    fate = report.get("fates", {}).get(str(trial["trial"]), "waits")
    rows = f"{result['rows']:,}" if "rows" in result else ""
    value = f"{result['value']:.4f}" if "value" in result else ""
    time = seconds(result["seconds"]) if "seconds" in result else ""
    told = f"{fate}: {result['error']}" if "error" in result else fate
    return [trial["trial"], trial["candidate"], words(trial["parameters"]), rows, value, time, told]


def words(parameters: Json) -> str:
    """Parameters as people write them."""
    return " ".join(f"{name}={value}" for name, value in parameters.items())


def trial_line(answer: Json) -> str:
    """What RunTrial answered, in one line."""
    who = f"trial {answer['trial']} {answer['candidate']}"
    if "error" in answer:
        return f"{who} failed: {answer['error']}"
    found = f"{answer['metric']} {answer['value']:.4f} on {answer['rows']:,} rows"
    return f"{who} {found} · {words(answer['parameters'])}".rstrip(" ·")
