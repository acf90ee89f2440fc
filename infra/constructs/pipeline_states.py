"""States of the Amazon States Language that both pipelines use, as plain data."""

from typing import Any

from roost import errors, experiment_errors, release_errors

State = dict[str, Any]
RUN = "$$.Execution.Name"  # the context object of Step Functions
REQUEST = "$$.Execution.Input"

LAMBDA_FAULTS = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
TASK_SECONDS = 900


def _descendants(base: type[Exception]) -> list[str]:
    found = [base.__name__]
    for child in base.__subclasses__():
        found += _descendants(child)
    return found


PARTS = (experiment_errors.__name__, release_errors.__name__)  # their classes are in the tree once they are imported
EXPLAINED = sorted(_descendants(errors.RoostError))
TRANSIENT = sorted(_descendants(errors.TransientError))


def retry(attempts: int = 5) -> list[State]:
    """Retry what may pass: our transient errors by name, and Lambda's own faults.

    Step Functions Developer Guide, "Handle transient Lambda service exceptions".
    """
    return [
        {
            "ErrorEquals": [*TRANSIENT, *LAMBDA_FAULTS],
            "IntervalSeconds": 1,
            "MaxAttempts": attempts,
            "BackoffRate": 2,
            "JitterStrategy": "FULL",
        }
    ]


def task(function_arn: str, parameters: State, result_path: str, following: str, catch: list[State]) -> State:
    """A task that calls a function with exactly these parameters and keeps its answer under a path."""
    return {
        "Type": "Task",
        "Resource": function_arn,
        "Parameters": parameters,
        "ResultPath": result_path,
        "TimeoutSeconds": TASK_SECONDS,
        "Retry": retry(),
        **({"Catch": catch} if catch else {}),
        "Next": following,
    }


def last(state: State) -> State:
    """The state as the end of its machine, branch or item."""
    kept = {key: value for key, value in state.items() if key != "Next" and value != []}
    return {**kept, "End": True}


def catch_all(following: str, path: str = "$.failure") -> list[State]:
    """Catch everything and go on elsewhere, with ``Error`` and ``Cause`` under a path."""
    return [{"ErrorEquals": ["States.ALL"], "ResultPath": path, "Next": following}]


def catch_explained() -> list[State]:
    """Catch our own errors, whose cause is Lambda's JSON, apart from everything else, whose cause is text."""
    ours = {"ErrorEquals": EXPLAINED, "ResultPath": "$.failure", "Next": "ExplainFailure"}
    return [ours, *catch_all("Failed")]


def redrivable(states: dict[str, State]) -> dict[str, State]:
    """The states without what explains a failure, so that a failed run can be redriven at the state that failed.

    A redrive "reenters the Fail state and fails again" where a failure was caught and led to one, and runs the failed
    task again where it was not ("Redriving executions", AWS Step Functions Developer Guide).
    """
    explaining = failure_states()
    return {name: _uncaught(state, explaining) for name, state in states.items() if name not in explaining}


def _uncaught(state: State, explaining: dict[str, State]) -> State:
    rules = [rule for rule in state.get("Catch", []) if rule["Next"] not in explaining]
    kept = {key: value for key, value in state.items() if key != "Catch"}
    return {**kept, "Catch": rules} if rules else kept


def failure_states() -> dict[str, State]:
    """Where ``catch_explained`` leads: red, with the error's name and its message alone."""
    return {
        "ExplainFailure": {
            "Type": "Pass",
            "Parameters": {
                "Error.$": "$.failure.Error",
                "Cause.$": "States.StringToJson($.failure.Cause)",
            },
            "ResultPath": "$.failure",
            "Next": "FailedAsExplained",
        },
        "FailedAsExplained": {
            "Type": "Fail",
            "ErrorPath": "$.failure.Error",
            "CausePath": "$.failure.Cause.errorMessage",
        },
        "Failed": {"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"},
    }
