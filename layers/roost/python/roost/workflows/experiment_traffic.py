"""ShiftTraffic of an experiment: back to where traffic was, unless somebody else has moved it since."""

from typing import Any

from roost.domain.release import AliasState
from roost.ports import PipelinePorts
from roost.workflows.traffic import note_of, note_of_end


def return_traffic(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Send traffic back to the function version before, if it is on one that the experiment published.

    An experiment that was ended while it started must not take back what a later release has set. The alias is written
    even if traffic never left, so that a shift which comes late is refused.
    """
    plan, published = event["plan"], event.get("state", {}).get("published", {}).get("function_version", "")
    endpoint, back_to = ports.endpoint(event["model"]), plan["previous_function_version"]
    now = endpoint.alias()
    ours = now.primary in {version for version in (plan["function_version"], plan["published"], published) if version}
    untouched = now.note in (plan["alias_note"], note_of(event)) and not now.canary
    if ours or untouched:
        now = endpoint.shift(AliasState(primary=back_to, revision=now.revision, note=note_of_end(event)))
    return {"primary": now.primary, "returned": now.primary == back_to, "since": ports.clock.now().isoformat()}
