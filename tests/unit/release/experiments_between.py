"""Experiments between releases: they hold the model, move its alias, and give both back."""

from dataclasses import dataclass
from typing import Any

from roost.domain.experiment_moves import experiment_end, experiment_start
from roost.domain.experiments import Arm, Experiment, Measured, SharePolicy
from roost.domain.registry import Actor, Change, ModelHead
from roost.experiment_names import CHALLENGER, CONTROL, ExperimentStatus
from roost.settings import ScoringSettings
from roost.workflows.registry_moves import move
from roost.workflows.traffic import restore_traffic, shift_traffic
from tests.unit.release.conftest import MODEL, ReleaseBench


@dataclass
class Experiments:
    """One experiment after the other, each with a challenger of its own; ``serving`` is the function version of one."""

    bench: ReleaseBench
    held: str = ""
    serving: str = ""
    count: int = 0

    def begin(self) -> None:
        """Take the model and all its traffic."""
        registry, actor = self.bench.registry, Actor("eve", self.bench.ports.clock.now())
        challenger = registry.version(MODEL, self.bench.add_version([0.5, 0.2]))
        champion = registry.version(MODEL, registry.head(MODEL).champion or 0)
        arms = (Arm(CONTROL, champion.number, champion.package, 0.5),
                Arm(CHALLENGER, challenger.number, challenger.package, 0.5))  # fmt: skip
        alias = self.bench.endpoint.alias()
        asked = Experiment(
            MODEL, f"experiment-{self.count + 1}", ExperimentStatus.STARTING, arms, "customer", "salt",
            Measured("score"), SharePolicy(), actor.name, actor.at.isoformat(), challenger.status.value, alias.primary,
        )  # fmt: skip
        move(registry, MODEL, lambda head: experiment_start(head, asked, challenger, actor))
        self.count, self.held = self.count + 1, asked.identifier
        package = {ScoringSettings.variable("package"): champion.package}
        self.serving = self.bench.endpoint.publish(package, asked.identifier)
        shift_traffic({**self._event(asked, alias.note), "step": 0}, self.bench.ports)

    def end(self) -> None:
        """Give traffic back, and then the model."""
        registry, actor = self.bench.registry, Actor("eve", self.bench.ports.clock.now())
        found = registry.experiment(MODEL, self.held)
        restore_traffic(self._event(found, self.bench.endpoint.alias().note), self.bench.ports)

        def ended(head: ModelHead) -> Change:
            challenger = registry.version(MODEL, found.challenger.version)
            return experiment_end(head, found, challenger, ExperimentStatus.STOPPED, actor, "seen enough")

        move(registry, MODEL, ended)
        self.held = self.serving = ""

    def _event(self, experiment: Experiment, note: str) -> dict[str, Any]:
        plan = {
            "experiment": experiment.identifier, "alias_note": note, "steps": [100], "bake": False,
            "previous_function_version": experiment.previous_function_version,
        }  # fmt: skip
        return {"model": MODEL, "plan": plan, "function_version": self.serving}
