"""What stands behind a skew audit."""

from roost.adapters.s3_predictions import S3Predictions
from roost.adapters.standard_output import write_line
from roost.spec import Model
from roost.wiring import pipeline, tables
from roost.workflows.skew_audit import SkewAudit


def skew_audit(model: Model) -> SkewAudit:
    """The audit of a model's predictions, behind the environment's settings."""
    ports = pipeline()
    log = S3Predictions(ports.lake, model.name, model.source.event_time)
    return SkewAudit(model, tables(), log, ports, write_line)
