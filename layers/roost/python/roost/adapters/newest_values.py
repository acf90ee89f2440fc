"""Latest-value views by binary search: several times as fast as a join of events in fixed point.

The newest event before a row's time is its answer wherever it has its instant to itself and was known by then: whatever
else happened, was corrected or came late, happened before. The other rows are left to the SQL that knows versions.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Self

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_connection import THREADS
from roost.adapters.duckdb_events import History
from roost.adapters.entity_numbers import Asked, Events, numbered
from roost.domain.entity_events import MICROS
from roost.domain.newest_events import Booleans, Integers, Timeline
from roost.domain.view_layout import ViewLayout

Reals = npt.NDArray[np.float64]

LARGEST = 2.0**62


class Answers(NamedTuple):
    """Features by name, and which of the rows SQL has to answer instead; arrays of shape (rows,)."""

    features: dict[str, Reals]
    doubtful: Booleans

    @classmethod
    def empty(cls, layout: ViewLayout, rows: int) -> Self:
        """Room for so many rows."""
        return cls({recipe.feature: np.empty(rows) for recipe in layout.recipes}, np.empty(rows, np.bool_))

    def part(self, rows: slice) -> "Answers":
        """Some of the rows, in the same memory."""
        return Answers({name: column[rows] for name, column in self.features.items()}, self.doubtful[rows])


class Search(NamedTuple):
    """What the rows that ask are answered from."""

    layout: ViewLayout
    events: Events
    timeline: Timeline

    def answer(self, entities: Integers, times: Integers, answers: Answers) -> None:
        """Fill in the answers to some rows."""
        newest, tied = self.timeline.before(entities, times)
        missing = (newest < 0) | (self.events.time[newest] < times - self.layout.lookback * MICROS)
        late = False if self.events.known is None else self.events.known[newest] > times
        answers.doubtful[:] = (tied | late) & ~missing
        for recipe in self.layout.recipes:
            feature = answers.features[recipe.feature]
            np.take(self.events.columns[recipe.place], newest, mode="clip", out=feature)
            _round(feature, recipe.scale)
            feature[missing] = np.nan


def answers(opened: duckdb.DuckDBPyConnection, history: History, asked: Asked) -> Answers | None:
    """Features of the rows in ``asked``, NaN for none; None where SQL has to answer them all."""
    layout, rows = history.layout, len(asked.times)
    events, entities = numbered(opened, history, asked)
    timeline = Timeline.of(events.entity, events.time) if len(events.time) else None
    if timeline is None or not _fit_in_64_bits(layout, events):
        return None
    columns = [np.asarray(np.ma.filled(column, np.nan)) for column in events.columns]
    search, found = Search(layout, events._replace(columns=columns), timeline), Answers.empty(layout, rows)
    share = rows // THREADS + 1
    parts = [slice(first, first + share) for first in range(0, rows, share)]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda part: search.answer(entities[part], asked.times[part], found.part(part)), parts))
    return found


def _round(values: Reals, scale: float) -> None:
    """To fixed point and back, in place: arrays that are not made cost no memory."""
    np.multiply(values, scale, out=values)
    np.add(values, 0.5, out=values)
    np.floor(values, out=values)
    np.divide(values, scale, out=values)


def _fit_in_64_bits(layout: ViewLayout, events: Events) -> bool:
    """Whether all values do so in fixed point; what is no number in a file does not."""
    scales = {recipe.place: recipe.scale for recipe in layout.recipes}
    largest = {place: max(-events.columns[place].min(), events.columns[place].max()) for place in scales}
    return all(bool(largest[place] * scale < LARGEST) for place, scale in scales.items())
