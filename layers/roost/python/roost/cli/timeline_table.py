"""How an entity's features came to be, as a table and as JSON."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from roost.cli.display import fits, table, when
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
    """Moments as rows, with a column for each feature if the terminal is wide enough, else with one for all."""
    title = f"{view.name} of {key}: what became known, and the features just after it"
    head = ("known at", "event", "event time", *view.used_columns())
    names = {feature: feature.removeprefix(f"{view.name}__") for feature in view.features()}
    events = [[when(_iso(m.known)), m.event, when(_iso(m.time)), *map(_short, m.columns.values())]
              for m in timeline.moments]  # fmt: skip
    values = [[_short(moment.features[feature]) for feature in names] for moment in timeline.moments]
    pairs = zip(events, values, strict=True)
    wide = table(title, (*head, *names.values()), [[*event, *cells] for event, cells in pairs])
    if fits(wide):
        return wide
    rows = [[*event, _told(names.values(), cells)] for event, cells in zip(events, values, strict=True)]
    return table(title, (*head, "features"), rows)


def _told(names: Iterable[str], cells: Sequence[Any]) -> str:
    return ", ".join(f"{name} {'none' if cell is None else cell}" for name, cell in zip(names, cells, strict=True))


def _iso(micros: int) -> str:
    return datetime.fromtimestamp(micros / MICROS, UTC).isoformat()


def _short(value: Any) -> Any:
    return f"{value:.10g}" if isinstance(value, float) else value
