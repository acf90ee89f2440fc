"""Rebuild a model's online features from the offline store: a state machine of one state, started by a person."""

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.pipeline_states import catch_explained, failure_states, last, task
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.state_machine import StateMachine
from roost import names
from roost.spec import Model


class BackfillPipeline(Construct):
    """One model's. Input: none that matters; ``requested_by`` is kept with the run."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, model: Model, backfill: PlatformFunction
    ) -> None:
        super().__init__(scope, name)
        parameters = {"model": model.name, "run.$": "$$.Execution.Name"}
        state = last(task(backfill.arn, parameters, "$.backfill", "", catch_explained()))
        self.pipeline = StateMachine(
            self,
            "Pipeline",
            config,
            machine_name=names.backfill_pipeline(config.stage, model.name),
            definition={
                "Comment": f"Rebuild the online features of {model.name} from the offline store.",
                "StartAt": "BackfillFeatures",
                "States": {"BackfillFeatures": state, **failure_states()},
            },
            functions=[backfill],
        )
