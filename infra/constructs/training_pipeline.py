"""The training pipeline of one model. States are named after the functions, functions after their files."""

from dataclasses import dataclass
from typing import Any

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.load_states import load_states
from infra.constructs.pipeline_states import (
    REQUEST,
    RUN,
    State,
    catch_explained,
    failure_states,
    last,
    redrivable,
    retry,
    task,
)
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.search_states import SearchFunctions, search_branch
from infra.constructs.state_machine import StateMachine, machine_arn
from infra.constructs.training_compute import LambdaCompute
from roost import names
from roost.names import Approval
from roost.release_names import OnConflict
from roost.spec import Model

TRAINING_SET = {"training_set.$": "$.features.training_set"}


@dataclass(frozen=True)
class TrainingFunctions:
    """The functions of the pipeline's states."""

    ingest: PlatformFunction
    validate_data: PlatformFunction
    build_features: PlatformFunction
    check_leakage: PlatformFunction
    materialize_features: PlatformFunction
    plan_search: PlatformFunction
    run_trial: PlatformFunction
    next_rung: PlatformFunction
    train_model: PlatformFunction
    evaluate_model: PlatformFunction
    register_model: PlatformFunction


class TrainingPipeline(Construct):
    """From what has landed to a registered version, and on to its release if the model's rollout is automatic."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        model: Model,
        functions: TrainingFunctions,
        load: PlatformFunction | None = None,
    ) -> None:
        super().__init__(scope, name)
        self._load = load_states(model, load, "Ingest")
        self._release = machine_arn(self, names.release_pipeline(config.stage, model.name))
        self.pipeline = StateMachine(
            self,
            "Pipeline",
            config,
            machine_name=names.training_pipeline(config.stage, model.name),
            definition=self._definition(model, functions, config.code),
            functions=[*vars(functions).values(), *([load] if load else [])],
        )
        if _releases(model):
            self.pipeline.allow_start(self._release)

    def _definition(self, model: Model, functions: TrainingFunctions, code: str) -> State:
        return {
            "Comment": f"Train {model.name}. Input: see docs/pipelines.md; may be empty.",
            "StartAt": next(iter(self._load), "Ingest"),
            "States": redrivable(
                {
                    **self._load,
                    **_data_states(model, functions),
                    "TrainAndMaterialize": _side_by_side(model, functions),
                    **_model_states(model, functions, code),
                    **(self._release_state() if _releases(model) else {}),
                    **failure_states(),
                }
            ),
        }

    def _release_state(self) -> dict[str, State]:
        request = {
            "version.$": "$.registration.version",
            "requested_by": "training pipeline",
            "on_conflict": OnConflict.QUEUE.value,
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


def _releases(model: Model) -> bool:
    """Whether a run goes on to release what it registered: where a person approves, the release follows from that."""
    return model.rollout.automatic and model.approval is Approval.AUTOMATIC


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
    compute = LambdaCompute(functions.train_model)
    search = SearchFunctions(functions.plan_search, functions.run_trial, functions.next_rung, compute)
    return {
        "Type": "Parallel",
        "Parameters": {"datasets.$": "$.ingest.datasets", **TRAINING_SET},
        "Branches": [
            {"StartAt": "MaterializeFeatures", "States": {"MaterializeFeatures": materialize}},
            search_branch(model, search),
        ],
        "ResultSelector": {"online.$": "$[0]", "search.$": "$[1].search", "training.$": "$[1].training"},
        "ResultPath": "$.trained",
        "Catch": catch_explained(),
        "Next": "EvaluateModel",
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
    chosen = {"candidate.$": "$.trained.search.candidate", "search.$": "$.trained.search"}
    evaluation = _payload(model, **made_from, **chosen)
    evaluated = {"evaluation.$": "$.evaluation", "approval": model.approval.value}
    registration = _payload(model, **made_from, **evaluated)
    register = task(functions.register_model.arn, registration, "$.registration", "StartRelease", catch)
    refuse = task(functions.register_model.arn, registration, "$.registration", "GatesFailed", catch)
    return {
        "EvaluateModel": task(functions.evaluate_model.arn, evaluation, "$.evaluation", "GatesPassed", catch),
        "GatesPassed": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.evaluation.passed", "BooleanEquals": True, "Next": "RegisterModel"}],
            "Default": "RegisterRejected",
        },
        "RegisterRejected": refuse,
        "GatesFailed": {"Type": "Fail", "Error": "GatesFailed", "CausePath": "$.evaluation.reasons"},
        "RegisterModel": register if _releases(model) else last(register),
    }
