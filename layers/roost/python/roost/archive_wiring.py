"""What stands behind ArchivePredictions."""

from datetime import datetime
from typing import Any

from roost.adapters.s3_predictions import S3Predictions
from roost.spec import model_names
from roost.wiring import pipeline, tables
from roost.workflows.prediction_archiving import PredictionArchive


def archive(since: datetime | None) -> dict[str, Any]:
    """Archive the logs of all models of the project; answers hours and predictions by model."""
    ports, engine = pipeline(), tables()
    archives = {
        name: PredictionArchive(name, S3Predictions(ports.lake, name), ports.lake, engine, ports.clock)
        for name in model_names()
    }
    return {name: one.run(since) for name, one in archives.items()}
