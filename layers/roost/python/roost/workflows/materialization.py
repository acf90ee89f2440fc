"""MaterializeFeatures: the state of every entity at the end of the data, to the online store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from roost.domain.entity_events import MICROS
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import first_in_reach
from roost.ports import PipelinePorts, TableEngine
from roost.spec import Model, Source
from roost.workflows.backfill import rebuild
from roost.workflows.feature_history import stream_logs
from roost.workflows.freshness import mark
from roost.workflows.kept_layouts import Released, kept, told
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
    written: dict[str, int] = {}
    as_of: dict[str, str] = {}
    released = Released(ports.registry, ports.packages).layouts([model.name])
    with valid_tables(ports.lake, datasets) as found:
        for source in model.sources:
            layouts, table = kept(source, model.views, released), found[source.name]
            end = _end(source, table, tables)
            for name, layout in told(layouts).items():
                written[name] = _materialized(layout, source, table, end, tables, ports)
            mark(ports.online, dict.fromkeys(layouts, end))
            as_of[source.name] = datetime.fromtimestamp(end, UTC).isoformat()
    return {"views": written, "as_of": as_of}


def _end(source: Source, table: Path, tables: TableEngine) -> int:
    return tables.time_span(table, source.event_time)[1] + 1


def _materialized(
    layout: ViewLayout, source: Source, table: Path, end: int, tables: TableEngine, ports: PipelinePorts
) -> int:
    if source.streamed:
        return rebuild(layout, source, partial(_with_logs, table, source, ports), tables, ports)
    since = first_in_reach(layout, end * MICROS) // MICROS
    keys, events = tables.accounts([table], source, layout, since)
    return ports.online.write(segments_first(ports.online, online_items(layout, keys, events, end)))


@contextmanager
def _with_logs(table: Path, source: Source, ports: PipelinePorts) -> Iterator[list[Path]]:
    with stream_logs(source, ports.lake) as logs:
        yield [table, *logs]
