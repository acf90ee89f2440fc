"""The states of a sweep, as plain data: claim the release that has to end, restore its traffic, record its end."""

from infra.constructs.pipeline_states import State, catch_explained, failure_states
from infra.constructs.release_states import STUBBORN, Step, note, timed


def sweep_definition(model: str, pipeline: str, claim: Step, shift_traffic: Step, record_rollback: Step) -> State:
    """The states of a sweep: claim what has to end, restore its traffic, record it. Input: ``alarm``, or nothing.

    ``pipeline`` is the ARN of the model's release pipeline.
    """
    claimed = {"release.$": "$.claim.release", "plan.$": "$.claim.plan"}
    restored = {"model": model, "restore": True, **claimed, "function_version.$": "$.claim.function_version"}
    recorded = {"model": model, **claimed, "state": {}}
    asked = {"model": model, "pipeline": pipeline, "alarm.$": "$.alarm"}
    found = timed(claim, asked, "$.claim", "Claimed", catch_explained())
    restore = timed(shift_traffic, restored, "$.restored", "RecordRollback", catch_explained())
    record = timed(record_rollback, recorded, "$.recorded", "Swept", catch_explained())
    yes = {"Variable": "$.claim.claimed", "BooleanEquals": True, "Next": "RestoreTraffic"}
    return {
        "Comment": f"End releases of {model} that nobody drives any more; see docs/releases.md.",
        "StartAt": "Asked",
        "TimeoutSeconds": 3600,
        "States": {
            "Asked": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.alarm", "IsPresent": True, "Next": "ClaimRelease"}],
                "Default": "NoAlarm",
            },
            "NoAlarm": note("", "$.alarm", "ClaimRelease"),
            "ClaimRelease": {**found, "Retry": STUBBORN},
            "Claimed": {"Type": "Choice", "Choices": [yes], "Default": "Swept"},
            "RestoreTraffic": {**restore, "Retry": STUBBORN},
            "RecordRollback": {**record, "Retry": STUBBORN},
            "Swept": {"Type": "Succeed"},
            **failure_states(),
        },
    }
