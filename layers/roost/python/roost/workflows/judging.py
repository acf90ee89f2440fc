"""JudgeCanary: read what both versions did since the release began, and say what follows. It can only read.

The ledger goes from look to look and from step to step through the state machine: what was judged, and the e-processes.
The difference to it is the next block, so no request is counted twice, whatever minute it fell into and whenever its
metric came; and nobody else, reading the same metrics, can change what a judge has seen.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from roost.domain.guardrail_bounds import guardrail_bounds
from roost.domain.release_plan import ALL
from roost.domain.verdict import Look, judge
from roost.ports import PipelinePorts


def judge_canary(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """One look: the decision, its reason, the guardrails' readings, the number of the look in its step from 1.

    ``ledger`` of the event is the one that the look before answered with, empty before the first of a release.
    """
    model, plan, traffic = event["model"], event["plan"], event["traffic"]
    ledger, number = event.get("ledger") or {}, event.get("look", 0) + 1
    since, now = datetime.fromisoformat(ledger.get("since", traffic["since"])), ports.clock.now()
    canary = ports.evidence.between(model, traffic["canary"], since, now)
    alone = traffic["weight"] == ALL or plan["previous_version"] is None
    live = None if alone else ports.evidence.between(model, traffic["primary"], since, now)
    step = _step(ledger, traffic["step"])
    asked = canary.requests - step["before"]
    look = Look(canary, live, asked, plan["min_requests"], plan["max_looks"] - number)
    verdict = judge(guardrail_bounds(plan["guardrails"]), look, ledger.get("guardrails"))
    return {
        "decision": verdict.decision.value,
        "reason": verdict.reason,
        "guardrails": [asdict(guardrail) for guardrail in verdict.guardrails],
        "requests": {"canary": canary.requests, "live": live.requests if live else 0, "step": asked},
        "look": number,
        "ledger": {
            "since": since.isoformat(),
            "requests": canary.requests,
            "step": step,
            "guardrails": verdict.ledger,
        },
    }


def _step(ledger: Mapping[str, Any], number: int) -> dict[str, int]:
    """The step under judgement, and how many requests the canary had before it."""
    if ledger and ledger["step"]["number"] == number:
        return {"number": number, "before": ledger["step"]["before"]}
    return {"number": number, "before": ledger.get("requests", 0)}
