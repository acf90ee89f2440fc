"""How the features of one entity came to be: what became known when, and what they were just after it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.entity_events import MICROS
from roost.domain.naive_features import Known
from roost.errors import UnknownEntity
from roost.ports import ObjectStore, TableEngine
from roost.spec import FeatureView
from roost.spec.layouts import layout_of
from roost.workflows.feature_history import key_column, offline_tables


@dataclass(frozen=True)
class Span:
    """Moments from ``since`` on and before ``until``, both timezone aware; None leaves an end open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: int) -> bool:
        """Whether a moment (microseconds since 1970) lies inside."""
        early = self.since is not None and moment < self.since.timestamp() * MICROS
        late = self.until is not None and moment >= self.until.timestamp() * MICROS
        return not (early or late)


@dataclass(frozen=True)
class Moment:
    """A version of an event became known; times in microseconds since 1970.

    ``event`` is its id; where the source names no ``event_id``, the row's place in the data set. ``columns`` are what
    the view reads of it, ``features`` the entity's a microsecond after it became known.
    """

    event: str
    time: int
    known: int
    columns: Mapping[str, Any]
    features: Mapping[str, float | None]


@dataclass(frozen=True)
class Timeline:
    """Moments, newest first; ``total`` is how many there are, with those beyond the limit."""

    moments: tuple[Moment, ...]
    total: int


def feature_timeline(
    view: FeatureView, key: str, span: Span, limit: int, tables: TableEngine, lake: ObjectStore
) -> Timeline:
    """The newest moments of a span at which something became known of an entity, at most ``limit``.

    What lies in the data set and in the stream's log, or was delivered twice, is one moment.

    Raises:
        NoDataFound: nothing of the view's source was ever validated or streamed.
        UnknownEntity: no event has this key.
        ValueError: the key is no integer where the view's key is one.
    """
    keys = key_column(view, key)
    with offline_tables(view.source, lake) as paths:
        rows = tables.histories(paths, view.source, layout_of(view), keys.tolist()).get(str(keys[0]), ())
        if not rows:
            raise UnknownEntity(
                f"no event of source {view.source.name!r} has {view.entity.key} {key!r}, in the newest data set or the "
                f"stream's log; check the key, or land its events: roost data upload {view.source.name} FILE..."
            )
        inside = [row for row in _different(rows) if span.holds(row.known)]
        shown = sorted(inside, key=lambda row: (row.known, row.time, row.event), reverse=True)[:limit]
        return Timeline(tuple(_moments(view, keys, shown, paths, tables)), len(inside))


def _different(rows: Iterable[Known]) -> list[Known]:
    plain = [row._replace(values={name: _plain(value) for name, value in row.values.items()}) for row in rows]
    return list({(row.event, row.time, row.known, *row.values.values()): row for row in plain}.values())


def _plain(value: Any) -> Any:
    """NaN is how files of a stream's log say null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _moments(
    view: FeatureView, keys: npt.NDArray[Any], rows: Sequence[Known], paths: Sequence[Path], tables: TableEngine
) -> Iterable[Moment]:
    """All in one call: features are read at as many times as there are rows."""
    times = np.array([row.known + 1 for row in rows], dtype=np.int64)
    found = tables.features_at(paths, view.source, layout_of(view), np.repeat(keys, len(rows)), times)
    for place, row in enumerate(rows):
        features = {name: _plain(float(column[place])) for name, column in found.items()}
        yield Moment(row.event, row.time, row.known, row.values, features)
