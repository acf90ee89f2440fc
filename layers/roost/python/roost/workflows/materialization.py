"""MaterializeFeatures: the state of every entity at the end of the data, to the online store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from roost.domain.entity_events import MICROS
from roost.domain.windows import tail
from roost.ports import PipelinePorts, TableEngine
from roost.spec import FeatureView, Model
from roost.spec.layouts import layout_of
from roost.workflows.backfill import rebuild
from roost.workflows.feature_history import stream_logs
from roost.workflows.landed_files import valid_rows
from roost.workflows.online_items import online_items
from roost.workflows.sealing import segments_first


def materialize_features(model: Model, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Write the events that any value can still reach; an item newer than this data set is left alone.

    Where a stream writes too, items are rebuilt from the data set and what the stream has logged.

    Raises:
        NoDataFound: the data set has not been validated.
    """
    with valid_rows(ports.lake, dataset) as table:
        as_of = tables.time_span(table, model.source.event_time)[1] + 1
        history = partial(_with_logs, table, model, ports)
        written = {
            view.name: rebuild(view, history, tables, ports)
            if model.source.streamed
            else _written(view, table, as_of, tables, ports)
            for view in model.views
        }
    return {"views": written, "as_of": datetime.fromtimestamp(as_of, UTC).isoformat()}


def _written(view: FeatureView, table: Path, as_of: int, tables: TableEngine, ports: PipelinePorts) -> int:
    layout = layout_of(view)
    since = tail(layout, layout.reach - layout.delay, as_of * MICROS) // MICROS
    keys, events = tables.accounts([table], view.source, layout, since)
    return ports.online.write(segments_first(ports.online, online_items(layout, keys, events, as_of)))


@contextmanager
def _with_logs(table: Path, model: Model, ports: PipelinePorts) -> Iterator[list[Path]]:
    with stream_logs(model.source, ports.lake) as logs:
        yield [table, *logs]
