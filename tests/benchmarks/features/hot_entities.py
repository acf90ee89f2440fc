"""An entity with very many events: what one more event writes, and how long its features take, in one item and cut.

``python -m tests.benchmarks.features.hot_entities`` measures this alone.
"""

import math
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from roost.adapters.in_memory import InMemoryOnlineStore
from roost.domain.entity_events import Event, event_number
from roost.domain.event_codec import as_arrays
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import values
from roost.errors import ItemTooLarge
from roost.ports import OnlineItem
from roost.spec import load_model
from roost.spec.layouts import layout_of
from roost.workflows.account_reading import stored_events
from roost.workflows.accounts import apply
from roost.workflows.sealing import segments_first, stored_account

SIZES = (1_000, 15_000, 100_000)
WHOLE = 10**9  # events that a main item may hold, as if there were no segments
WRITES, WHOLE_WRITES, ROUNDS = 3_000, 40, 15  # two times as many as from one sealing to the next
END = 1_700_000_000 * 10**6
KILOBYTE = 1024


@dataclass
class Weighing(InMemoryOnlineStore):
    """Adds up the bytes that are written, and DynamoDB's write units: segments go through transactions, at twice."""

    bytes: int = 0
    units: int = 0

    def write(self, items: Iterable[OnlineItem]) -> int:
        return super().write(self._weighed(items, price=2))

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        return super().swap(list(self._weighed(items, price=1)))

    def _weighed(self, items: Iterable[OnlineItem], price: int) -> Iterator[OnlineItem]:
        for item in items:
            self.bytes += len(item.payload)
            self.units += price * math.ceil(len(item.payload) / KILOBYTE)
            yield item


def events(layout: ViewLayout, count: int, step: int, first: int = 0) -> list[Event]:
    """Sales at uneven times within ``step`` microseconds each, of 1.00 to 1,000.00; they arrive within a minute."""
    draw = random.Random(count)
    made = []
    for number in range(first, first + count):
        at = END + number * step + draw.randrange(step)
        row = tuple(draw.randrange(100, 100_000) for _ in layout.columns)
        made.append(Event(at, event_number(str(number), at), at + draw.randrange(60 * 10**6), row))
    return made


def filled(layout: ViewLayout, count: int, most: int | None) -> Weighing:
    """A store with one entity that has so many events in reach."""
    store, step = Weighing(), layout.reach * 10**6 // count
    arrays = as_arrays(events(layout, count, step, -count), len(layout.columns))
    store.write(segments_first(store, [stored_account(layout, "7", arrays, 0, most)]))
    store.bytes = store.units = 0
    return store


def written(layout: ViewLayout, count: int, most: int | None, writes: int) -> tuple[float, float, float]:
    """Bytes, write units and milliseconds of one more event, each written alone."""
    store = filled(layout, count, most)
    started = time.perf_counter()
    for event in events(layout, writes, layout.reach * 10**6 // count):
        apply(store, layout, {"7": [event]}, 0, most)
    taken = time.perf_counter() - started
    return store.bytes / writes, store.units / writes, taken / writes * 1000


def scored(layout: ViewLayout, count: int, most: int | None) -> float:
    """Median milliseconds from the read of the main item to the features."""
    store, at, taken = filled(layout, count, most), END / 10**6, []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        values(layout, stored_events(store, layout, "7", at)[1], at)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def hot_figures() -> list[str]:
    """Lines for the report."""
    layout = layout_of(load_model("fraud").views[0])
    return [line for count in SIZES for line in _figures(layout, count)]


def _figures(layout: ViewLayout, count: int) -> Iterator[str]:
    for name, most, writes in (("one item", WHOLE, WHOLE_WRITES), ("with segments", None, WRITES)):
        try:
            size, units, taken = written(layout, count, most, writes)
        except ItemTooLarge:
            yield f"hot entity, {count:,} events in reach, {name}: refused, the item is too large"
            continue
        yield (
            f"hot entity, {count:,} events in reach, {name}: an event writes {size / 1000:.1f} kB, {units:.1f} write "
            f"units, in {taken:.1f} ms; features read and computed in {scored(layout, count, most):.2f} ms"
        )


if __name__ == "__main__":
    print(*hot_figures(), sep="\n")
