"""The record of an experiment: two versions, how entities are split between them, and what is measured."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from roost.domain.assignment import Split
from roost.experiment_names import Better, ExperimentStatus, Policy


@dataclass(frozen=True)
class Arm:
    """One version of an experiment and its share of the entities, 0 to 1; ``package`` is its package's digest."""

    name: str
    version: int
    package: str
    share: float


@dataclass(frozen=True)
class Measured:
    """What an experiment measures: a metric within ``low`` and ``high``, and the difference that would not matter.

    ``alpha`` is the chance of calling a difference where there is none, over all looks.
    """

    metric: str
    better: Better = Better.HIGHER
    low: float = 0.0
    high: float = 1.0
    margin: float = 0.01
    alpha: float = 0.05


@dataclass(frozen=True)
class SharePolicy:
    """How shares move: none below ``floor``, and at most every ``every_hours``."""

    kind: Policy = Policy.FIXED
    floor: float = 0.1
    every_hours: float = 24.0


@dataclass(frozen=True)
class Experiment:
    """One experiment of a model; the first arm is the control, which served before it and serves after it.

    ``function_version`` carries all arms; it changes when the shares do. ``published`` is the last one that was
    published for it, which traffic may have reached before the registry knew. ``challenger_was`` is the status that the
    challenger returns to. Times are ISO 8601.
    """

    model: str
    identifier: str
    status: ExperimentStatus
    arms: tuple[Arm, ...]
    by: str
    salt: str
    measured: Measured
    policy: SharePolicy
    requested_by: str
    started_at: str
    challenger_was: str
    previous_function_version: str
    positive: str = ""
    function_version: str = ""
    published: str = ""
    shared_at: str = ""
    finished_at: str = ""
    reason: str = ""

    @property
    def control(self) -> Arm:
        """The arm that serves before and after."""
        return self.arms[0]

    @property
    def challenger(self) -> Arm:
        """The other arm."""
        return self.arms[1]

    @property
    def split(self) -> Split:
        """How entities are assigned."""
        return Split(self.by, self.salt, tuple(arm.share for arm in self.arms))

    @property
    def title(self) -> str:
        """The experiment in a few words."""
        arms = " against ".join(f"version {arm.version}" for arm in self.arms)
        return f"experiment {self.identifier} of {self.model} ({arms})"


def experiment_from(body: Mapping[str, Any]) -> Experiment:
    """An experiment from its JSON form; fields that this code does not know are left out."""
    known = {field.name: body[field.name] for field in fields(Experiment) if field.name in body}
    measured, policy = dict(body["measured"]), dict(body["policy"])
    known["arms"] = tuple(Arm(**arm) for arm in body["arms"])
    known["status"] = ExperimentStatus(body["status"])
    known["measured"] = Measured(**{**measured, "better": Better(measured["better"])})
    known["policy"] = SharePolicy(**{**policy, "kind": Policy(policy["kind"])})
    return Experiment(**known)
