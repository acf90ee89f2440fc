"""Experiments in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field

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
