"""The handbook's transactions as a Parquet file."""

from pathlib import Path

import numpy as np

from models.fraud.simulator import SimulationSize, simulate
from roost.adapters.duckdb_tables import DuckDBTables


def write_transactions(path: Path) -> int:
    """Write the full set; returns its rows."""
    made = simulate(SimulationSize(customers=5000, terminals=10_000, days=183))
    columns = {
        "transaction_id": made.transaction_id,
        "event_time": made.event_time.astype("datetime64[us]"),
        "customer_id": made.customer_id,
        "terminal_id": made.terminal_id,
        "amount": made.amount,
        "is_fraud": made.is_fraud.astype(np.int64),
        "known_at": np.full(len(made), np.datetime64("NaT"), dtype="datetime64[us]"),
    }
    DuckDBTables().write_table(columns, path)
    return len(made)
