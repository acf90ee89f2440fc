"""What fits estimators: the port that the training pipeline sees, and Lambda behind it.

A place for sets that outgrow Lambda (a container task, a training job) is another class of this shape; the program that
it runs is ``roost.workflows.training.train_model`` with a ``Compute`` of its own.
"""

from typing import Any, Protocol

from infra.constructs.pipeline_states import State, task
from infra.constructs.platform_function import PlatformFunction


class TrainingCompute(Protocol):
    """Makes the state that runs one fit of the pipeline."""

    def state(self, parameters: State, result_path: str, following: str, catch: list[State]) -> State:
        """A task that is called with the parameters and keeps its answer under a path."""
        ...


class LambdaCompute:
    """Fits in one call of a Lambda function: at most 15 minutes and 10,240 MB ("Lambda quotas", AWS Lambda)."""

    def __init__(self, function: PlatformFunction) -> None:
        self.function = function

    def state(self, parameters: State, result_path: str, following: str, catch: list[State]) -> State:
        """A task that calls the function."""
        found: dict[str, Any] = task(self.function.arn, parameters, result_path, following, catch)
        return found
