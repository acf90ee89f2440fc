"""Which adapter stands behind which port, from the settings. Built once per execution environment.

Adapters of engines that only some layers carry are imported where they are wired.
"""

import functools
from typing import TYPE_CHECKING

from roost.adapters.cloudwatch_evidence import CloudWatchEvidence
from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.lambda_compute import LambdaCompute
from roost.adapters.lambda_endpoint import LambdaEndpoint
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.sqs_training import SqsTrainingQueue
from roost.adapters.step_functions import StepFunctionsPipeline
from roost.adapters.system_clock import SystemClock
from roost.names import Problem, scoring_function
from roost.ports import (
    Clock,
    Compute,
    Connectors,
    OnnxModel,
    PipelinePorts,
    PipelineStarter,
    TableEngine,
    Trainer,
    TrainingQueue,
)
from roost.settings import PipelineSettings, StarterSettings, function_memory

if TYPE_CHECKING:
    from roost.spec import Model


@functools.cache
def pipeline() -> PipelinePorts:
    """The ports behind the environment's settings."""
    settings = PipelineSettings.read()
    return PipelinePorts(
        lake=S3ObjectStore(settings.lake_bucket),
        packages=S3ObjectStore(settings.packages_bucket),
        online=DynamoDBOnlineStore(settings.online_table),
        registry=DynamoDBRegistryStore(settings.registry_table),
        evidence=CloudWatchEvidence(settings.stage),
        endpoint=lambda model: LambdaEndpoint(scoring_function(settings.stage, model)),
        clock=SystemClock(),
    )


def clock() -> Clock:
    """The time."""
    return SystemClock()


def training_pipeline() -> PipelineStarter:
    """The training pipeline behind the queue."""
    return StepFunctionsPipeline(StarterSettings.read().pipeline_arn)


def connectors() -> Connectors:
    """Pulls rows from databases and APIs; only the connectors layer carries it."""
    from roost.adapters.origins import OriginConnectors
    from roost.adapters.secrets_manager import SecretsManager

    return OriginConnectors(SecretsManager())


def training_queue(arn: str) -> TrainingQueue:
    """The queue that an event's records came from, by its ARN."""
    return SqsTrainingQueue(arn.rpartition(":")[2])


def step_code(model: "Model", handler: str) -> str:
    """Digest of the code that runs a step; layers without definitions do not carry what it needs."""
    from roost.adapters.running_code import running_code

    return running_code(model, handler)


def trainer() -> Trainer:
    """Fits estimators; only the training layer carries it."""
    from roost.adapters.scikit_learn import ScikitLearnTrainer

    return ScikitLearnTrainer()


def open_model(body: bytes, problem: Problem = Problem.BINARY) -> OnnxModel:
    """Opens ONNX models; only the scoring layer carries it."""
    from roost.adapters import onnx_runtime

    return onnx_runtime.open_model(body, problem)


def compute() -> Compute:
    """Where estimators are fitted: this function."""
    return LambdaCompute()


def tables() -> TableEngine:
    """Reads and joins tables; only the features layer carries it."""
    from roost.adapters.duckdb_tables import DuckDBTables

    return DuckDBTables(memory_limit=f"{function_memory() // 2}MB")
