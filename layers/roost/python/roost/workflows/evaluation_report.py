"""What EvaluateModel answers, in short, and reports, in full."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from roost.domain.gates import shortfalls
from roost.domain.judged import Numbers, difference
from roost.object_keys import EVALUATION_REPORT, run_key
from roost.ports import PipelinePorts
from roost.spec import Model
from roost.workflows.champion import Champion
from roost.workflows.evidence import Judgement, rounded

LONGEST_REASONS = 2000


def answer(model: Model, chosen: str, package: str, found: Judgement, champion: Champion) -> dict[str, Any]:
    """The summary that passes between states, and that registry and command line read."""
    judged, level = found.judged, model.evaluation.level
    intervals = {name: number.interval(level) for name, number in judged.numbers.items()}
    return {
        "chosen": chosen,
        "package": package,
        "metrics": {name: number.value for name, number in judged.numbers.items()},
        "intervals": {name: [float(end) for end in ends] for name, ends in intervals.items() if ends},
        "baseline": {name: number.value for name, number in judged.baseline.items()},
        "champion": _champion(judged.champion, champion),
        "gates": [asdict(gate) for gate in found.gates],
        "passed": all(gate.passed for gate in found.gates),
        "reasons": shortfalls(found.gates)[:LONGEST_REASONS],
        "measured": judged.measured,
    }


def _champion(numbers: Numbers | None, champion: Champion) -> dict[str, Any] | None:
    if champion.version is None:
        return None
    told = {"version": champion.version, "metrics": {name: n.value for name, n in (numbers or {}).items()}}
    return told | ({"mean_rank": champion.mean_rank} if numbers else {"unreadable": champion.why_none})


def store_report(
    model: Model, event: Mapping[str, Any], told: Mapping[str, Any], found: Judgement, evidence: Mapping[str, Any],
    ports: PipelinePorts,
) -> str:  # fmt: skip
    """Write the whole evaluation to the run; returns its key."""
    key = run_key(model.name, event["run"], EVALUATION_REPORT)
    report = {
        **told,
        "versus_champion": _comparison(model, found),
        "evidence": evidence,
        "search": event["search"],
        "definition": json.loads(model.model_dump_json()),
    }
    ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
    return key


def _comparison(model: Model, found: Judgement) -> dict[str, Any]:
    """Paired differences to the champion, more being better; empty without one."""
    judged, level = found.judged, model.evaluation.level
    both = {name: difference(name, judged.numbers, judged.champion or {}) for name in judged.numbers}
    compared: dict[str, Any] = rounded({name: d.summary(level) for name, d in both.items() if d})
    return compared
