"""The stream consumer against the in-memory store: how fast, and how much it writes for an event."""

import json
import time

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.in_memory import InMemoryObjectStore, InMemoryOnlineStore
from roost.domain.arrivals import StreamRecord
from roost.spec import load_model
from roost.spec.feeds import feed_of
from roost.spec.layouts import layout_of
from roost.workflows.streaming import StreamConsumer

EVENTS, BATCH, CUSTOMERS, TERMINALS = 20_000, 500, 5_000, 10_000
BEGIN = 1_700_000_000


def _record(number: int) -> StreamRecord:
    event = {
        "transaction_id": number, "event_time": f"2023-11-14T22:13:20.{number:06}Z", "customer_id": number % CUSTOMERS,
        "terminal_id": number * 7919 % TERMINALS, "amount": (number % 9_000) / 100,
    }  # fmt: skip
    return StreamRecord(f"shard-{number}", BEGIN * 10**6 + number * 10, json.dumps(event).encode())


def stream_figures() -> list[str]:
    """Lines for the report."""
    model, online = load_model("fraud"), InMemoryOnlineStore()
    layouts = tuple(layout_of(view) for view in model.views)
    consumer = StreamConsumer(feed_of(model.source), layouts, InMemoryObjectStore(), online, DuckDBTables())
    records = [_record(number) for number in range(EVENTS)]
    written, started = 0, time.perf_counter()
    for first in range(0, EVENTS, BATCH):
        written += consumer.consume(records[first : first + BATCH]).written
    taken = time.perf_counter() - started
    sizes = [len(item.payload) for item in online.items.values()]
    return [
        f"stream: {EVENTS / taken:,.0f} events/s on one worker, store in memory, batches of {BATCH}, two views;",
        f"{written / EVENTS:.2f} items written an event, {sum(sizes) / len(sizes):.0f} bytes an item on average.",
    ]
