"""What became of predictions: their records in the order of time, and their outcomes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class PredictionRecords(Protocol):
    """The whole log lines of one model's answered predictions."""

    def page(self, since: datetime, until: datetime, limit: int) -> Sequence[Mapping[str, Any]]:
        """The first ``limit`` lines with ``since <= time < until`` (UTC), as ``prediction_record.log_line`` made them.

        They come in the order of their time, so that a reader goes on from the last one's.
        """
        ...


class OutcomeLookup(Protocol):
    """What became of predictions, as far as it is known."""

    def outcomes(self, model: str, identifiers: Sequence[str]) -> Mapping[str, float]:
        """Outcomes by prediction; those that are not known yet are left out."""
        ...
