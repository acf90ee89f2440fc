"""ShiftTraffic: the only steps that move the alias ``live``, by compare-and-set, and do nothing else.

Both steps can be repeated, and come late: a step whose effect is there answers as if it had just made it. The alias's
description says which release moved it last, or ended; a shift that finds another one there than its plan did, or its
own, is refused. So a step of a release that has been ended moves nothing, however late it comes.
"""

from typing import Any

from roost.domain.release import AliasState
from roost.domain.release_plan import ALL
from roost.errors import TrafficMovedElsewhere
from roost.ports import PipelinePorts


def shift_traffic(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Give the version under release the weight of the step, which is never less than what it has.

    Raises:
        TrafficMovedElsewhere: the alias is not as this release left it, or the release has been ended.
        ConcurrentUpdate: the alias moved between read and write.
    """
    plan, canary, step = event["plan"], event["function_version"], event["step"]
    endpoint, weight = ports.endpoint(event["model"]), plan["steps"][step]
    now = endpoint.alias()
    wanted = _weighted(plan["previous_function_version"], canary, weight, now.revision, note_of(event))
    if now.note not in (plan["alias_note"], wanted.note):
        raise TrafficMovedElsewhere(f"alias live was moved since by: {now.note}; release {event['release']} is over")
    if not _as_left(now, plan["previous_function_version"], canary) or now.share_of(canary) > weight:
        raise TrafficMovedElsewhere(f"alias live serves {_told(now)}, which this release never set")
    if (now, now.note) != (wanted, wanted.note):
        endpoint.shift(wanted)
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
    """Send all traffic back to the version that served before the release; harmless if it never left.

    An alias that something else has moved since is left alone, and the answer's ``weight`` is None. One that is at its
    place already is written once more: its RevisionId changes with it, so that a shift which is under way fails.
    """
    previous, canary = event["plan"]["previous_function_version"], event.get("function_version", "")
    endpoint = ports.endpoint(event["model"])
    now, since = endpoint.alias(), ports.clock.now().isoformat()
    if not _as_left(now, previous, canary):
        return {"primary": now.primary, "canary": now.canary, "weight": None, "since": since}
    endpoint.shift(AliasState(primary=previous, revision=now.revision, note=note_of_end(event)))
    return {"primary": previous, "canary": "", "weight": 0, "since": since}


def _weighted(previous: str, canary: str, weight: int, revision: str, note: str) -> AliasState:
    if weight == ALL:
        return AliasState(primary=canary, revision=revision, note=note)
    return AliasState(primary=previous, revision=revision, canary=canary, weight=weight, note=note)


def _as_left(now: AliasState, previous: str, canary: str) -> bool:
    """Whether nothing serves but what the release found and what it published."""
    return now.primary in (previous, canary) and now.canary in ("", canary)


def note_of(event: dict[str, Any]) -> str:
    """Who moves traffic: a release, or an experiment's start or change of shares."""
    return f"release {event['release']}" if "release" in event else f"experiment {event['plan']['experiment']}"


def note_of_end(event: dict[str, Any]) -> str:
    """What the alias says from then on: a shift that comes late finds it, and is refused."""
    return f"{note_of(event)} ended"


def _told(now: AliasState) -> str:
    canary = f" and {now.canary} with {now.weight} percent" if now.canary else ""
    return f"function version {now.primary}{canary}"
