"""What stands behind the observation of experiments."""

from roost.adapters.cloudwatch_records import CloudWatchRecords
from roost.adapters.no_outcomes import NoOutcomes
from roost.names import scoring_function
from roost.settings import PipelineSettings
from roost.wiring import pipeline
from roost.workflows.experiment_observing import ExperimentObserver


def experiment_observer(model: str) -> ExperimentObserver:
    """The observer of a model's experiments, behind the environment's settings."""
    records = CloudWatchRecords(scoring_function(PipelineSettings.read().stage, model))
    return ExperimentObserver(model, records, NoOutcomes(), pipeline())
