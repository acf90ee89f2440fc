"""JudgeCanary: read what both versions did since the last shift, and say what follows. It can only read."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from roost.domain.release import GuardrailBounds
from roost.domain.release_plan import ALL
from roost.domain.verdict import judge
from roost.ports import PipelinePorts


def judge_canary(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """One look: the decision, its reason, the guardrails' readings and the number of the look from 1."""
    model, plan, traffic = event["model"], event["plan"], event["traffic"]
    look = event.get("look", 0) + 1
    since, now = datetime.fromisoformat(traffic["since"]), ports.clock.now()
    canary = ports.evidence.between(model, traffic["canary"], since, now)
    alone = traffic["weight"] == ALL or plan["previous_version"] is None
    live = None if alone else ports.evidence.between(model, traffic["primary"], since, now)
    bounds = GuardrailBounds(**plan["guardrails"])
    judged = max(len(plan["steps"]) - (not plan["bake"]), 1)  # nobody judges the last step unless it bakes
    verdict = judge(bounds, canary, live, plan["min_requests"], plan["max_looks"] - look, judged)
    return {
        "decision": verdict.decision.value,
        "reason": verdict.reason,
        "guardrails": [{**asdict(each), "holds": each.holds} for each in verdict.guardrails],
        "requests": {"canary": canary.requests, "live": live.requests if live else 0},
        "look": look,
    }
