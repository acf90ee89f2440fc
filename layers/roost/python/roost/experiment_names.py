"""Names of experiments and shadows that two parts of the system both spell."""

from enum import StrEnum

CONTROL, CHALLENGER = "a", "b"
ARMS = (CONTROL, CHALLENGER)


class ExperimentStatus(StrEnum):
    """Status of an experiment."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"
    PROMOTED = "promoted"
    FAILED = "failed"


HOLDING = frozenset({ExperimentStatus.STARTING, ExperimentStatus.RUNNING})


class ExperimentAction(StrEnum):
    """What a run of the experiment pipeline is asked to do."""

    START = "start"
    STOP = "stop"
    PROMOTE = "promote"
    RESHARE = "reshare"
    OBSERVE = "observe"
    REST = "rest"


class Policy(StrEnum):
    """How the shares of an experiment move: not at all, or towards the better arm."""

    FIXED = "fixed"
    THOMPSON = "thompson"


class Better(StrEnum):
    """Which way of the metric is the good one."""

    HIGHER = "higher"
    LOWER = "lower"


class Measure(StrEnum):
    """Metrics of an experiment beside the numeric columns of its requests."""

    OUTCOME = "outcome"
    SCORE = "score"
    DECISION_RATE = "decision_rate"


class Finding(StrEnum):
    """What the analysis of an experiment says at one look."""

    BLOCKED = "blocked"
    CHALLENGER_BETTER = "b is better"
    CONTROL_BETTER = "a is better"
    EQUIVALENT = "no difference beyond the margin"
    GO_ON = "go on"


def experiment_pipeline(stage: str, model: str) -> str:
    """Name of a model's experiment state machine."""
    return f"roost-{stage}-{model.replace('_', '-')}-experiment"


def shadow_pipeline(stage: str, model: str) -> str:
    """Name of the state machine that scores a model's shadow."""
    return f"roost-{stage}-{model.replace('_', '-')}-shadow"
