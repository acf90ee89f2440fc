"""What stands behind a skew audit."""

from roost.adapters.cloudwatch_predictions import CloudWatchPredictions
from roost.adapters.standard_output import write_line
from roost.names import scoring_function
from roost.settings import PipelineSettings
from roost.spec import Model
from roost.wiring import pipeline, tables
from roost.workflows.skew_audit import SkewAudit


def skew_audit(model: Model) -> SkewAudit:
    """The audit of a model's predictions, behind the environment's settings."""
    function = scoring_function(PipelineSettings.read().stage, model.name)
    log = CloudWatchPredictions(function, model.source.event_time)
    return SkewAudit(model, tables(), log, pipeline(), write_line)
