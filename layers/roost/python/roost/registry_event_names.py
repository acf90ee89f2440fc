"""Names of the registry's events on EventBridge."""

from roost.names import Action
from roost.release_names import ReleaseAction

REGISTRY_EVENTS = "roost.registry"  # source of the registry's events on EventBridge
AUDIT_ALTERED = "Audit Log Altered"
DETAIL_TYPES: dict[Action | ReleaseAction, str] = {
    Action.REGISTER: "Model Version Registered",
    Action.MOVE: "Model Version Status Changed",
    Action.TAG: "Model Version Tagged",
    Action.EXPIRE: "Model Package Expired",
    Action.RELEASE: "Release Started",
    Action.PROGRESS: "Release Progressed",
    Action.COMPLETE: "Release Completed",
    Action.ROLL_BACK: "Release Rolled Back",
    Action.EXPERIMENT: "Experiment Changed",
    ReleaseAction.QUEUE: "Release Queued",
    ReleaseAction.SUPERSEDE: "Release Superseded",
    ReleaseAction.ASK_APPROVAL: "Release Waits For Approval",
    ReleaseAction.APPROVE: "Release Approved",
    ReleaseAction.REJECT: "Release Rejected",
    ReleaseAction.PAUSE: "Release Paused",
    ReleaseAction.RESUME: "Release Resumed",
    ReleaseAction.ABORT: "Release Aborted",
    ReleaseAction.CLAIM: "Release Claimed",
}
