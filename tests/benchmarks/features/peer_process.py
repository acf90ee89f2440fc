"""pandas' side, in an environment of its own. Argument: the folder."""

import sys

import numpy as np
import pandas as pd
from answering import answer_all

FOLDER = sys.argv[1]
np.seterr(invalid="ignore")  # no events, no share of frauds
DAYS, DELAY = (1, 7, 30), 7


def rolling() -> None:
    frame = pd.read_parquet(f"{FOLDER}/transactions.parquet").sort_values(["customer_id", "event_time"])
    by_customer = frame.groupby("customer_id")
    for days in DAYS:
        window = by_customer.rolling(f"{days}D", on="event_time", closed="left")["amount"]
        frame[f"sum_{days}"], frame[f"count_{days}"] = window.sum().to_numpy(), window.count().to_numpy()
    frame = frame.sort_values(["terminal_id", "event_time"])
    by_terminal = frame.groupby("terminal_id")
    delayed = by_terminal.rolling(f"{DELAY}D", on="event_time")["is_fraud"]
    frauds, count = delayed.sum().to_numpy(), delayed.count().to_numpy()
    for days in DAYS:
        window = by_terminal.rolling(f"{DELAY + days}D", on="event_time")["is_fraud"]
        events = window.count().to_numpy() - count
        frame[f"events_{days}"] = events
        frame[f"risk_{days}"] = (window.sum().to_numpy() - frauds) / events


def by_group() -> None:
    """As the handbook has it: a function applied to each entity's rows."""

    def customer(rows):  # type: ignore[no-untyped-def]
        rows = rows.set_index("event_time").sort_index()
        for days in DAYS:
            window = rows["amount"].rolling(f"{days}D")
            rows[f"count_{days}"], rows[f"mean_{days}"] = window.count(), window.mean()
        return rows

    def terminal(rows):  # type: ignore[no-untyped-def]
        rows = rows.set_index("event_time").sort_index()
        late = rows["is_fraud"].rolling(f"{DELAY}D")
        for days in DAYS:
            window = rows["is_fraud"].rolling(f"{DELAY + days}D")
            events = window.count() - late.count()
            rows[f"events_{days}"], rows[f"risk_{days}"] = events, (window.sum() - late.sum()) / events
        return rows

    frame = pd.read_parquet(f"{FOLDER}/transactions.parquet")
    frame.groupby("customer_id").apply(customer)
    frame.groupby("terminal_id").apply(terminal)


def asof() -> int:
    labels = pd.read_parquet(f"{FOLDER}/labels.parquet")
    for number in range(3):
        rows = pd.read_parquet(f"{FOLDER}/view{number}.parquet").add_suffix(f"_{number}")
        rows = rows.rename(columns={f"key_{number}": "key", f"time_{number}": "time"})
        labels = pd.merge_asof(labels, rows, on="time", by="key", allow_exact_matches=False)
    return len(labels)


answer_all({"rolling": rolling, "by_group": by_group, "asof": asof})
