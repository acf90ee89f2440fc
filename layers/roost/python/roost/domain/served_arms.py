"""The arms of an experiment as a function version carries them: compact JSON in one environment variable.

All of a function's variables together may hold 4 KB (AWS Lambda Developer Guide, "Lambda quotas"), so the arms are
kept to a part of it.
"""

import json
from dataclasses import dataclass

from roost.domain.assignment import Split
from roost.domain.experiments import Arm, Experiment
from roost.experiment_errors import InvalidExperimentRequest

MAX_BYTES = 2048


@dataclass(frozen=True)
class ServedArms:
    """What a function version knows of its experiment; the first arm is the control."""

    experiment: str
    arms: tuple[Arm, ...]
    split: Split


def frozen(experiment: Experiment) -> str:
    """The variable's text.

    Raises:
        InvalidExperimentRequest: it would take too much of what a function's variables may hold.
    """
    arms = [[arm.name, arm.version, arm.package, arm.share] for arm in experiment.arms]
    document = {"id": experiment.identifier, "by": experiment.by, "salt": experiment.salt, "arms": arms}
    text = json.dumps(document, separators=(",", ":"))
    if len(text.encode()) > MAX_BYTES:
        raise InvalidExperimentRequest(f"salt and names take {len(text.encode())} bytes; at most {MAX_BYTES} fit")
    return text


def thawed(text: str) -> ServedArms:
    """What a variable's text says."""
    document = json.loads(text)
    arms = tuple(Arm(*values) for values in document["arms"])
    shares = tuple(arm.share for arm in arms)
    return ServedArms(document["id"], arms, Split(document["by"], document["salt"], shares))
