"""Experiments, outcomes and the records of predictions in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roost.domain.experiments import Experiment
from roost.experiment_errors import UnknownExperiment


@dataclass
class ExperimentRecords:
    """The experiments of a registry in dicts."""

    experiment_records: dict[str, dict[str, Experiment]] = field(default_factory=dict)

    def keep_experiments(self, model: str, experiments: Iterable[Experiment]) -> None:
        """Store experiments in place of those of the same identifier."""
        self.experiment_records.setdefault(model, {}).update({each.identifier: each for each in experiments})

    def experiment(self, model: str, identifier: str) -> Experiment:
        """One experiment, or ``UnknownExperiment``."""
        found = self.experiment_records.get(model, {})
        if identifier not in found:
            raise UnknownExperiment(f"{model} has no experiment {identifier!r}")
        return found[identifier]

    def experiments(self, model: str) -> list[Experiment]:
        """All experiments, oldest first."""
        return sorted(self.experiment_records.get(model, {}).values(), key=lambda e: (e.started_at, e.identifier))


@dataclass
class InMemoryPredictionRecords:
    """Log lines of answered predictions in a list."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def page(self, since: datetime, until: datetime, limit: int) -> list[dict[str, Any]]:
        """The first lines of the time, in its order."""
        first, last = (int(moment.timestamp() * 1000) for moment in (since, until))
        found = [line for line in self.lines if first <= line["_aws"]["Timestamp"] < last]
        return sorted(found, key=lambda line: line["_aws"]["Timestamp"])[:limit]


@dataclass
class InMemoryOutcomes:
    """Outcomes by the identifier of the prediction."""

    by_prediction: dict[str, float] = field(default_factory=dict)

    def outcomes(self, model: str, identifiers: Sequence[str]) -> Mapping[str, float]:  # noqa: ARG002
        """Those that are known."""
        return {name: self.by_prediction[name] for name in identifiers if name in self.by_prediction}
