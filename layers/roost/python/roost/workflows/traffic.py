"""ShiftTraffic: the only steps that move the alias ``live``, by compare-and-set, and do nothing else."""

from typing import Any

from roost.domain.release import AliasState
from roost.domain.release_plan import ALL
from roost.errors import TrafficMovedElsewhere
from roost.ports import PipelinePorts


def shift_traffic(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Give the version under release the weight of the step.

    Raises:
        TrafficMovedElsewhere: the alias serves a version that this release neither found nor published.
        ConcurrentUpdate: the alias moved between read and write.
    """
    plan, canary, step = event["plan"], event["function_version"], event["step"]
    endpoint, weight = ports.endpoint(event["model"]), plan["steps"][step]
    now = endpoint.alias()
    if now.primary not in (plan["previous_function_version"], canary):
        raise TrafficMovedElsewhere(f"alias live serves function version {now.primary}, which this release never set")
    endpoint.shift(_weighted(plan["previous_function_version"], canary, weight, now.revision))
    return {
        "primary": canary if weight == ALL else plan["previous_function_version"],
        "canary": canary,
        "weight": weight,
        "step": step,
        "next_step": step + 1,
        "judge": weight < ALL or plan["bake"],
        "since": ports.clock.now().isoformat(),
    }


def restore_traffic(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Send all traffic back to the version that served before the release; harmless if it never left."""
    previous = event["plan"]["previous_function_version"]
    endpoint = ports.endpoint(event["model"])
    endpoint.shift(AliasState(primary=previous, revision=endpoint.alias().revision))
    return {"primary": previous, "canary": "", "weight": 0, "since": ports.clock.now().isoformat()}


def _weighted(previous: str, canary: str, weight: int, revision: str) -> AliasState:
    if weight == ALL:
        return AliasState(primary=canary, revision=revision)
    return AliasState(primary=previous, revision=revision, canary=canary, weight=weight)
