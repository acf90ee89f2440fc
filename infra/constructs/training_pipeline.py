"""The training pipeline of one model. States are named after the functions, functions after their files."""

from dataclasses import dataclass
from typing import Any

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.pipeline_states import State, catch_explained, failure_states, last, redrivable, retry, task
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.state_machine import StateMachine, machine_arn
from roost import names
from roost.spec import Model

RUN = "$$.Execution.Name"
REQUEST = "$$.Execution.Input"
TRAINING_SET = {"training_set.$": "$.features.training_set"}


@dataclass(frozen=True)
class TrainingFunctions:
    """The functions of the pipeline's states."""

    ingest: PlatformFunction
    validate_data: PlatformFunction
    build_features: PlatformFunction
    check_leakage: PlatformFunction
    materialize_features: PlatformFunction
    train_model: PlatformFunction
    evaluate_model: PlatformFunction
    register_model: PlatformFunction


class TrainingPipeline(Construct):
    """From what has landed to a registered version, and on to its release if the model's rollout is automatic."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, model: Model, functions: TrainingFunctions
    ) -> None:
        super().__init__(scope, name)
        self._release = machine_arn(self, names.release_pipeline(config.stage, model.name))
        self.pipeline = StateMachine(
            self,
            "Pipeline",
            config,
            machine_name=names.training_pipeline(config.stage, model.name),
            definition=self._definition(model, functions, config.code),
            functions=list(vars(functions).values()),
        )
        if model.rollout.automatic:
            self.pipeline.allow_start(self._release)

    def _definition(self, model: Model, functions: TrainingFunctions, code: str) -> State:
        return {
            "Comment": f"Train {model.name}. Input: see docs/pipelines.md; may be empty.",
            "StartAt": "Ingest",
            "States": redrivable(
                {
                    **_data_states(model, functions),
                    "TrainAndMaterialize": _side_by_side(model, functions),
                    **_model_states(model, functions, code),
                    **(self._release_state() if model.rollout.automatic else {}),
                    **failure_states(),
                }
            ),
        }

    def _release_state(self) -> dict[str, State]:
        request = {
            "version.$": "$.registration.version",
            "requested_by": "training pipeline",
            "reason.$": f"States.Format('trained by run {{}}', {RUN})",
        }
        return {
            "StartRelease": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution",
                "Parameters": {
                    "StateMachineArn": self._release,
                    "Name.$": f"States.Format('version-{{}}-{{}}', $.registration.version, {RUN})",
                    "Input": request,
                },
                "ResultSelector": {"execution.$": "$.ExecutionArn"},
                "ResultPath": "$.release",
                "Retry": retry(),
                "Catch": catch_explained(),
                "End": True,
            }
        }


def _payload(model: Model, **more: Any) -> State:
    return {"model": model.name, "run.$": RUN, **more}


def _data_states(model: Model, functions: TrainingFunctions) -> dict[str, State]:
    catch, datasets = catch_explained(), {"datasets.$": "$.ingest.datasets"}
    request = {"request.$": REQUEST}
    return {
        "Ingest": task(functions.ingest.arn, _payload(model, **request), "$.ingest", "ValidateData", catch),
        "ValidateData": task(
            functions.validate_data.arn, _payload(model, **datasets), "$.validation", "BuildFeatures", catch
        ),
        "BuildFeatures": task(
            functions.build_features.arn,
            _payload(model, **datasets, **request),
            "$.features",
            "CheckLeakage",
            catch,
        ),
        "CheckLeakage": task(
            functions.check_leakage.arn,
            _payload(model, **datasets, **request, **TRAINING_SET),
            "$.leakage",
            "TrainAndMaterialize",
            catch,
        ),
    }


def _side_by_side(model: Model, functions: TrainingFunctions) -> State:
    datasets = {"datasets.$": "$.datasets"}
    materialize = last(task(functions.materialize_features.arn, _payload(model, **datasets), "$", "", []))
    return {
        "Type": "Parallel",
        "Parameters": {
            "datasets.$": "$.ingest.datasets",
            **TRAINING_SET,
            "candidates": [{"name": candidate.name} for candidate in model.candidates],
        },
        "Branches": [
            {"StartAt": "MaterializeFeatures", "States": {"MaterializeFeatures": materialize}},
            {"StartAt": "TrainCandidates", "States": {"TrainCandidates": _candidates(model, functions)}},
        ],
        "ResultSelector": {"online.$": "$[0]", "candidates.$": "$[1]"},
        "ResultPath": "$.trained",
        "Catch": catch_explained(),
        "Next": "EvaluateModel",
    }


def _candidates(model: Model, functions: TrainingFunctions) -> State:
    failed = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "CandidateFailed"}]
    payload = _payload(
        model, **{"candidate.$": "$.candidate", "training_set.$": "$.training_set", "request.$": REQUEST}
    )
    train = last(task(functions.train_model.arn, payload, "$", "", failed))
    return {
        "Type": "Map",
        "ItemsPath": "$.candidates",
        "ItemSelector": {"candidate.$": "$$.Map.Item.Value.name", "training_set.$": "$.training_set"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "TrainModel",
            "States": {
                "TrainModel": train,
                "CandidateFailed": {"Type": "Pass", "End": True},
            },
        },
        "End": True,
    }


def _model_states(model: Model, functions: TrainingFunctions, code: str) -> dict[str, State]:
    catch = catch_explained()
    made_from = {
        "dataset.$": "$.ingest.dataset",
        "datasets.$": "$.ingest.datasets",
        **TRAINING_SET,
        "code": code,
        "request.$": REQUEST,
    }
    evaluation = _payload(model, **made_from, **{"candidates.$": "$.trained.candidates"})
    registration = _payload(model, **made_from, **{"evaluation.$": "$.evaluation"})
    register = task(functions.register_model.arn, registration, "$.registration", "StartRelease", catch)
    return {
        "EvaluateModel": task(functions.evaluate_model.arn, evaluation, "$.evaluation", "GatesPassed", catch),
        "GatesPassed": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.evaluation.passed", "BooleanEquals": True, "Next": "RegisterModel"}],
            "Default": "GatesFailed",
        },
        "GatesFailed": {"Type": "Fail", "Error": "GatesFailed", "CausePath": "$.evaluation.reasons"},
        "RegisterModel": register if model.rollout.automatic else last(register),
    }
