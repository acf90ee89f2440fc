"""MaterializeFeatures: the state of every entity at the end of the data, to the online store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from roost.domain.entity_events import MICROS
from roost.domain.windows import first_in_reach
from roost.ports import PipelinePorts, TableEngine
from roost.spec import FeatureView, Model, Source
from roost.spec.layouts import layout_of
from roost.workflows.backfill import rebuild
from roost.workflows.feature_history import stream_logs
from roost.workflows.freshness import mark
from roost.workflows.landed_files import valid_tables
from roost.workflows.online_items import online_items
from roost.workflows.sealing import segments_first


def materialize_features(
    model: Model, datasets: Mapping[str, str], tables: TableEngine, ports: PipelinePorts
) -> dict[str, Any]:
    """Write the events that any value can still reach; an item newer than its data set is left alone.

    Where a stream writes too, items are rebuilt from the data set and what the stream has logged.

    ``datasets`` holds the digest of the data set of each of the model's sources, by the source's name.

    Returns:
        Items written, by view, and to when the data set of each source is complete (ISO 8601).

    Raises:
        NoDataFound: a data set has not been validated.
    """
    with valid_tables(ports.lake, datasets) as found:
        ends = {source.name: _end(source, found[source.name], tables) for source in model.sources}
        written = {view.name: _materialized(view, found[view.source.name], tables, ports) for view in model.views}
    mark(ports.online, {layout_of(view): ends[view.source.name] for view in model.views})
    return {
        "views": written,
        "as_of": {name: datetime.fromtimestamp(end, UTC).isoformat() for name, end in ends.items()},
    }


def _end(source: Source, table: Path, tables: TableEngine) -> int:
    return tables.time_span(table, source.event_time)[1] + 1


def _materialized(view: FeatureView, table: Path, tables: TableEngine, ports: PipelinePorts) -> int:
    if view.source.streamed:
        return rebuild(view, partial(_with_logs, table, view.source, ports), tables, ports)
    layout, as_of = layout_of(view), _end(view.source, table, tables)
    since = first_in_reach(layout, as_of * MICROS) // MICROS
    keys, events = tables.accounts([table], view.source, layout, since)
    return ports.online.write(segments_first(ports.online, online_items(layout, keys, events, as_of)))


@contextmanager
def _with_logs(table: Path, source: Source, ports: PipelinePorts) -> Iterator[list[Path]]:
    with stream_logs(source, ports.lake) as logs:
        yield [table, *logs]
