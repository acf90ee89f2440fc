"""Train a version again from its lineage and compare: the training pipeline's own functions, in another order.

Nothing is searched, registered, released or written to the online store.
"""

from typing import Any

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.pipeline_states import REQUEST, RUN, State, last, task
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.state_machine import StateMachine
from infra.constructs.training_pipeline import TrainingFunctions
from roost import names
from roost.spec import Model

PLANNED = {"datasets.$": "$.plan.datasets", "request.$": "$.plan.request"}
RECORDED = {
    "recorded.$": "$.plan.recorded",
    "candidate.$": "$.plan.recorded.candidate",
    "parameters.$": "$.plan.recorded.parameters",
}


class ReproductionPipeline(Construct):
    """Green if the package has the digest that is registered, red with what differs if not."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        model: Model,
        training: TrainingFunctions,
        plan: PlatformFunction,
        compare: PlatformFunction,
    ) -> None:
        super().__init__(scope, name)
        self._model, self._training, self._plan, self._compare = model, training, plan, compare
        steps = (training.ingest, training.validate_data, training.build_features, training.train_model)
        self.pipeline = StateMachine(
            self,
            "Pipeline",
            config,
            machine_name=names.reproduction_pipeline(config.stage, model.name),
            definition={
                "Comment": f"Train a version of {model.name} again and compare. Input: version.",
                "StartAt": "PlanReproduction",
                "States": {**self._ends(config.code), **self._data(), **self._models()},
            },
            functions=[plan, *steps, training.evaluate_model, compare],
        )

    def _payload(self, **more: Any) -> State:
        return {"model": self._model.name, "run.$": RUN, **more}

    def _ends(self, code: str) -> dict[str, State]:
        asked = self._payload(**{"request.$": REQUEST, "code": code})
        found = {
            "plan.$": "$.plan",
            "training_set.$": "$.features.training_set",
            "package.$": "$.evaluation.package",
        }
        compare = task(self._compare.arn, self._payload(**found), "$.comparison", "", [])
        return {
            "PlanReproduction": task(self._plan.arn, asked, "$.plan", "Ingest", []),
            "CompareReproduction": last(compare),
        }

    def _data(self) -> dict[str, State]:
        planned = self._payload(**PLANNED)
        return {
            "Ingest": task(self._training.ingest.arn, planned, "$.ingest", "ValidateData", []),
            "ValidateData": task(self._training.validate_data.arn, planned, "$.validation", "BuildFeatures", []),
            "BuildFeatures": task(self._training.build_features.arn, planned, "$.features", "TrainModel", []),
        }

    def _models(self) -> dict[str, State]:
        made = {**RECORDED, "request.$": "$.plan.request", "training_set.$": "$.features.training_set"}
        judged = {
            **made,
            "dataset.$": "$.plan.dataset",
            "datasets.$": "$.plan.datasets",
            "code.$": "$.plan.code",
            "search.$": "$.plan.search",
        }
        train, judge = self._training.train_model.arn, self._training.evaluate_model.arn
        return {
            "TrainModel": task(train, self._payload(**made), "$.trained", "EvaluateModel", []),
            "EvaluateModel": task(judge, self._payload(**judged), "$.evaluation", "CompareReproduction", []),
        }
