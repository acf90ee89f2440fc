"""Whether a served prediction used the features that the offline store says were known then.

Knowing takes time: an event is known when it arrives, and in the online store a moment later; what lands in files is in
the online store after the next materialisation. So a prediction may be *stale*: its features are those of an earlier
moment. What no earlier moment explains, or only one before an arrival that is longer ago than it may take, is skew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from roost.domain.entity_events import MICROS
from roost.domain.naive_features import Known, naive_features, same_value
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import microseconds
from roost.names import Agreement

Values = Mapping[str, float | None]

EVENTS_SHOWN = 20
MOMENTS = 200  # how many arrivals back an explanation is looked for


@dataclass(frozen=True)
class LoggedPrediction:
    """A prediction as it was logged: ``scored`` is when, ``at`` the event time it asked about, in microseconds.

    ``request`` holds the fields of the request, ``inputs`` the numbers that the model's features were made of.
    """

    identifier: str
    model_version: int
    scored: int
    at: int
    request: Mapping[str, Any]
    inputs: Values

    def entity(self, layout: ViewLayout) -> str:
        """The entity's key in a view."""
        return str(self.request[layout.key])


def read_line(line: Mapping[str, Any], event_time: str) -> LoggedPrediction:
    """The prediction in a line that ``prediction_record.log_line`` made; ``event_time`` names the request's field.

    Raises:
        KeyError: the line holds no prediction that was answered.
    """
    record = line["prediction"]
    return LoggedPrediction(
        identifier=record["prediction_id"],
        model_version=int(record["model_version"]),
        scored=(int(line["_aws"]["Timestamp"]) + 1) * 1000 - 1,  # logged in milliseconds
        at=microseconds(record["inputs"][event_time]),
        request=record["request"],
        inputs=record["inputs"],
    )


@dataclass(frozen=True)
class Comparison:
    """One view of one prediction: how it agrees, how stale it was in seconds, and what it should have been."""

    agreement: Agreement
    staleness: float
    expected: Values

    def differing(self, logged: Values) -> dict[str, tuple[float | None, float | None]]:
        """Logged and expected value of each feature that differs."""
        pairs = {name: (logged[name], value) for name, value in self.expected.items()}
        return {name: pair for name, pair in pairs.items() if not same_value(*pair)}


@dataclass(frozen=True)
class AuditedView:
    """One view of one prediction, all rows of its entity, and what came out."""

    prediction: LoggedPrediction
    layout: ViewLayout
    rows: Sequence[Known]
    comparison: Comparison

    def restated(self) -> "AuditedView":
        """The same as explained by what the data were before they were stated anew."""
        return replace(self, comparison=replace(self.comparison, agreement=Agreement.STALE))

    def told(self) -> dict[str, Any]:
        """For a report: what differs, and the newest events that were known, as JSON values."""
        known = sorted((row for row in self.rows if row.known <= self.prediction.scored), key=lambda row: row.known)
        pairs = self.comparison.differing(self.prediction.inputs)
        return {
            "prediction_id": self.prediction.identifier,
            "model_version": self.prediction.model_version,
            "scored_at": _iso(self.prediction.scored),
            "asked_about": _iso(self.prediction.at),
            "view": self.layout.name,
            "entity": self.prediction.entity(self.layout),
            "lost_for_seconds": self.comparison.staleness,
            "features": {name: {"logged": pair[0], "recomputed": pair[1]} for name, pair in pairs.items()},
            "events": [
                {"event": row.event, "time": _iso(row.time), "known": _iso(row.known), "values": row.values}
                for row in known[-EVENTS_SHOWN:]
            ],
        }


def compared(layout: ViewLayout, rows: Sequence[Known], prediction: LoggedPrediction, grace: float) -> Comparison:
    """Compare the features of a view that a prediction used with those of its entity's rows.

    Args:
        layout: the view, as in the package that scored.
        rows: all rows of the entity, whenever they became known.
        prediction: what was logged.
        grace: seconds that an arrival may take to reach the online store. Rows that say no more of when they became
            known than when they happened came in files, and may take until the next materialisation.
    """
    layout = _as_served(layout)
    expected = naive_features(layout, rows, prediction.at, prediction.scored)
    if _agree(expected, prediction.inputs):
        return Comparison(Agreement.EQUAL, 0.0, expected)
    for moment in _moments(rows, prediction.scored):
        if _agree(naive_features(layout, rows, prediction.at, moment - 1), prediction.inputs):
            staleness = (prediction.scored - moment) / MICROS
            lost = staleness > grace and any(_arrived(row) and moment <= row.known <= prediction.scored for row in rows)
            return Comparison(Agreement.SKEWED if lost else Agreement.STALE, staleness, expected)
    return Comparison(Agreement.SKEWED, 0.0, expected)


def _as_served(layout: ViewLayout) -> ViewLayout:
    """A latest-value view looks back as far as serving may, not as training."""
    return replace(layout, lookback=layout.windows[-1]) if layout.latest else layout


def _moments(rows: Sequence[Known], until: int) -> list[int]:
    """When rows became known, the latest first."""
    return sorted({row.known for row in rows if row.known <= until}, reverse=True)[:MOMENTS]


def _iso(micros: int) -> str:
    return datetime.fromtimestamp(micros / MICROS, UTC).isoformat()


def _arrived(row: Known) -> bool:
    return row.known > row.time


def _agree(expected: Values, logged: Values) -> bool:
    return all(same_value(logged[name], value) for name, value in expected.items())
