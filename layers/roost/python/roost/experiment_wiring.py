"""What stands behind the observation of experiments."""

from roost.adapters.dynamodb_outcomes import DynamoDBOutcomes
from roost.adapters.s3_predictions import S3Predictions
from roost.settings import ExperimentSettings
from roost.wiring import pipeline
from roost.workflows.experiment_observing import ExperimentObserver


def experiment_observer(model: str) -> ExperimentObserver:
    """The observer of a model's experiments, behind the environment's settings."""
    ports = pipeline()
    outcomes = DynamoDBOutcomes(ExperimentSettings.read().outcomes_table, model)
    return ExperimentObserver(model, S3Predictions(ports.lake, model), outcomes, ports)
