"""The sample of an experiment: each entity once, as it was when it first met the experiment.

Requests of one entity are not independent, entities are, so the entity is the unit of analysis (Kohavi, Tang and Xu,
"Trustworthy Online Controlled Experiments", 2020, chapter 22). An entity belongs to the arm of its first exposure for
good, also when new shares move it later: comparing by intention keeps the arms alike.

Reading the log again changes nothing. Memory is bounded: once ``most`` entities are known, others no longer enter. The
rule looks at their number only, so it stops the sample without choosing it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from roost.domain.experiments import Experiment
from roost.domain.logged_score import LoggedScore
from roost.experiment_names import Measure

MOST = 250_000
HASH_BYTES = 8  # two of a quarter of a million entities share a hash with probability 2e-9


@dataclass(frozen=True)
class Exposure:
    """An entity's first prediction: when (milliseconds since 1970), which arm, how probable that was, and its value.

    ``value`` is None where it is not known yet.
    """

    at: int
    arm: str
    propensity: float
    prediction: str
    value: float | None


@dataclass
class FirstExposures:
    """First exposures by hash of the entity."""

    most: int = MOST
    by_entity: dict[str, Exposure] = field(default_factory=dict)

    def add(self, experiment: Experiment, scores: Iterable[LoggedScore]) -> None:
        """Take the scores that belong to the experiment and to an entity."""
        for score in scores:
            told = score.experiment
            if told.get("id") == experiment.identifier and told.get("assigned", True):
                self._take(entity_hash(score.request[experiment.by]), _exposure(experiment, score))

    def _take(self, entity: str, exposure: Exposure) -> None:
        known = self.by_entity.get(entity)
        if known is None:
            if len(self.by_entity) < self.most:
                self.by_entity[entity] = exposure
        elif (exposure.at, exposure.prediction) < (known.at, known.prediction):
            self.by_entity[entity] = exposure

    @property
    def full(self) -> bool:
        """Whether no other entity enters any more."""
        return len(self.by_entity) >= self.most

    def unknown(self) -> list[str]:
        """Predictions whose value is not known yet."""
        return [exposure.prediction for exposure in self.by_entity.values() if exposure.value is None]

    def learn(self, values: Mapping[str, float]) -> None:
        """Take values by prediction."""
        for entity, exposure in self.by_entity.items():
            if exposure.prediction in values:
                self.by_entity[entity] = replace(exposure, value=values[exposure.prediction])

    def ordered(self) -> list[Exposure]:
        """Exposures in the order of their time."""
        return sorted(self.by_entity.values(), key=lambda exposure: (exposure.at, exposure.prediction))

    def document(self) -> dict[str, Any]:
        """A JSON form."""
        return {"most": self.most, "exposures": {e: list(asdict(x).values()) for e, x in self.by_entity.items()}}


def first_exposures(document: Mapping[str, Any]) -> FirstExposures:
    """What a JSON form says."""
    found = {entity: Exposure(*values) for entity, values in document["exposures"].items()}
    return FirstExposures(document["most"], found)


def entity_hash(entity: Any) -> str:
    """What stands for an entity: the sample keeps no keys."""
    return hashlib.blake2b(str(entity).encode(), digest_size=HASH_BYTES).hexdigest()


def _exposure(experiment: Experiment, score: LoggedScore) -> Exposure:
    told = score.experiment
    return Exposure(score.at, told["arm"], told["propensity"], score.identifier, _value(experiment, score))


def _value(experiment: Experiment, score: LoggedScore) -> float | None:
    metric = experiment.measured.metric
    if metric == Measure.OUTCOME:
        return None
    if metric == Measure.SCORE:
        return score.score
    if metric == Measure.DECISION_RATE:
        return float(score.decision == experiment.positive)
    found = score.request.get(metric)
    return None if found is None else float(found)
