"""The states of the search: plan, try in parallel, keep the best for more rows, until one is chosen and trained."""

from dataclasses import dataclass

from infra.constructs.pipeline_states import REQUEST, RUN, State, last, task
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.training_compute import TrainingCompute
from roost.spec import Model, Search

MADE_FROM = {"training_set.$": "$.training_set", "request.$": REQUEST}


@dataclass(frozen=True)
class SearchFunctions:
    """The functions of the search's states, and what fits the model that it chose."""

    plan_search: PlatformFunction
    run_trial: PlatformFunction
    next_rung: PlatformFunction
    train_model: TrainingCompute


def search_branch(model: Model, functions: SearchFunctions) -> State:
    """The branch of the pipeline that ends with a trained model, under ``$.search`` and ``$.training``."""
    return {"StartAt": "PlanSearch", "States": _states(model, functions)}


def _states(model: Model, functions: SearchFunctions) -> dict[str, State]:
    this = {"model": model.name, "run.$": RUN}
    rung = {**this, "rung.$": "$.search.rung", "results.$": "$.results"}
    chosen = {**this, **MADE_FROM, "candidate.$": "$.search.candidate", "parameters.$": "$.search.parameters"}
    found: dict[str, State] = {
        "PlanSearch": task(functions.plan_search.arn, this, "$.search", "TrainTrials", []),
        "TrainTrials": _trials(model, functions),
        "NextRung": task(functions.next_rung.arn, rung, "$.search", "TrialChosen", []),
        "TrialChosen": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.search.done", "BooleanEquals": True, "Next": "TrainModel"}],
            "Default": "TrainTrials",
        },
        "TrainModel": last(functions.train_model.state(chosen, "$.training", "", [])),
    }
    return {name: {key: value for key, value in state.items() if value != []} for name, state in found.items()}


def _trials(model: Model, functions: SearchFunctions) -> State:
    """One item a trial; one that dies without an answer (out of memory, out of time) is recorded as failed."""
    died = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "TrialFailed"}]
    payload = {"model": model.name, "run.$": RUN, **MADE_FROM, "trial.$": "$.trial", "share.$": "$.share"}
    return {
        "Type": "Map",
        "ItemsPath": "$.search.trials",
        "ItemSelector": {
            "trial.$": "$$.Map.Item.Value",
            "share.$": "$.search.share",
            "training_set.$": "$.training_set",
        },
        "MaxConcurrency": (model.search or Search()).parallel,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "RunTrial",
            "States": {
                "RunTrial": last(task(functions.run_trial.arn, payload, "$", "", died)),
                "TrialFailed": {
                    "Type": "Pass",
                    "Parameters": {
                        "trial.$": "$.trial.trial",
                        "candidate.$": "$.trial.candidate",
                        "error.$": "$.error",
                    },
                    "End": True,
                },
            },
        },
        "ResultPath": "$.results",
        "Next": "NextRung",
    }
