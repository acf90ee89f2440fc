"""How an entity's features came to be, as a table and as JSON."""

from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from roost.cli.display import table, when
from roost.domain.entity_events import MICROS
from roost.spec import FeatureView
from roost.workflows.feature_timeline import Timeline


def as_documents(timeline: Timeline) -> list[dict[str, Any]]:
    """Moments as JSON values, newest first."""
    return [
        {
            "event": moment.event,
            "event_time": _iso(moment.time),
            "known_at": _iso(moment.known),
            "columns": moment.columns,
            "features": moment.features,
        }
        for moment in timeline.moments
    ]


def drawing(view: FeatureView, key: str, timeline: Timeline) -> Table:
    """Moments as rows; features go by what follows the view's name."""
    head = ["known at", "event", "event time", *view.used_columns()]
    head += [feature.removeprefix(f"{view.name}__") for feature in view.features()]
    rows = [
        [when(_iso(moment.known)), moment.event, when(_iso(moment.time)), *map(_short, moment.columns.values()),
         *(_short(moment.features[name]) for name in view.features())]
        for moment in timeline.moments
    ]  # fmt: skip
    return table(f"{view.name} of {key}: what became known, and the features just after it", head, rows)


def _iso(micros: int) -> str:
    return datetime.fromtimestamp(micros / MICROS, UTC).isoformat()


def _short(value: Any) -> Any:
    return f"{value:.10g}" if isinstance(value, float) else value
