"""Names that the parts of a release share."""

from enum import StrEnum

from roost import names

STATUS_EVENTS = ("ABORTED", "FAILED", "TIMED_OUT")  # ends of an execution after which nobody restores traffic


class ReleaseKind(StrEnum):
    """What a release brings: another version, new code around the champion, or what served before."""

    MODEL = "model"
    CODE = "code"
    ROLLBACK = "rollback"


class OnConflict(StrEnum):
    """What a release does while another one of its model has not ended."""

    REFUSE = "refuse"
    QUEUE = "queue"


class OnCodeChange(StrEnum):
    """What follows when a deployment changed a scoring function."""

    RELEASE = "release"
    HOLD = "hold"


class PlanState(StrEnum):
    """What PlanRelease answers: go on, wait for the other release to end, or there is nothing to release."""

    READY = "ready"
    QUEUED = "queued"
    NOTHING = "nothing"


class Gate(StrEnum):
    """State of a release's approval; empty where nobody was asked."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class ReleaseAction(StrEnum):
    """What an entry of the audit log says was done to a release on its way."""

    QUEUE = "queue"
    SUPERSEDE = "supersede"
    ASK_APPROVAL = "ask approval"
    APPROVE = "approve"
    REJECT = "reject"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    CLAIM = "claim"


def sweeping_pipeline(stage: str, model: str) -> str:
    """Name of the state machine that ends a model's releases which nobody drives any more."""
    return f"{names.release_pipeline(stage, model)}-sweep"


def canary_alarm(stage: str, model: str) -> str:
    """Name of the alarm on failures of a model's endpoint."""
    return f"{names.scoring_function(stage, model)}-failures"


def code_parameter(stage: str, model: str) -> str:
    """Name of the Parameter Store parameter that says which code and configuration a scoring function has."""
    return f"/roost/{stage}/models/{model}/code"
