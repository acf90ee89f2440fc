"""A small project, and a lake to land its files in: card payments with a fraud flag."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.in_memory import (
    FixedClock,
    InMemoryEndpoint,
    InMemoryEvidence,
    InMemoryObjectStore,
    InMemoryOnlineStore,
    InMemoryRegistryStore,
)
from roost.object_keys import VALID_ROWS, dataset_key, landing_prefix
from roost.ports import PipelinePorts
from roost.spec import (
    Aggregation,
    Candidate,
    Column,
    ColumnType,
    DecisionThreshold,
    Entity,
    Gate,
    Model,
    OnDemandFeature,
    Source,
    TimeSplit,
    WindowView,
)

NOW = datetime(2020, 6, 1, 12, tzinfo=UTC)
DAY = 86_400
HEADER = ("payment_id", "paid_at", "card", "amount", "is_fraud")

PAYMENTS = Source(
    name="payments",
    event_time="paid_at",
    columns=(
        Column(name="payment_id", type=ColumnType.INTEGER, unique=True),
        Column(name="paid_at", type=ColumnType.TIMESTAMP),
        Column(name="card", type=ColumnType.STRING, nullable=True),
        Column(name="amount", type=ColumnType.DECIMAL, decimals=2, minimum=0, maximum=1000, nullable=True),
        Column(name="is_fraud", type=ColumnType.INTEGER, minimum=0, maximum=1, nullable=True),
    ),
    max_rejected_share=0.5,
)
CARD = Entity(name="card", key="card")


def view(delay: timedelta = timedelta(0), tile: timedelta = timedelta(hours=1)) -> WindowView:
    return WindowView(
        name="card_spend",
        entity=CARD,
        source=PAYMENTS,
        windows=(timedelta(hours=4), timedelta(days=1)),
        aggregations=(
            Aggregation(function="count"),
            Aggregation(function="sum", column="amount"),
            Aggregation(function="mean", column="amount"),
        ),
        tile=tile,
        delay=delay,
    )


def doubled(amount: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return amount * 2


def model(**changes: Any) -> Model:
    settings: dict[str, Any] = {
        "name": "payments",
        "source": PAYMENTS,
        "label": "is_fraud",
        "request": ("paid_at", "card", "amount"),
        "views": (view(),),
        "on_demand": (OnDemandFeature(name="twice", function=doubled, inputs=("amount",)),),
        "features": ("amount", "twice", "card_spend__count_1d", "card_spend__amount_mean_1d"),
        "defaults": {"card_spend__amount_mean_1d": -1.0},
        "split": TimeSplit(train=timedelta(days=2), gap=timedelta(days=1), holdout=timedelta(days=1)),
        "candidates": (Candidate(name="line", estimator="logistic_regression"),),
        "gates": (Gate(metric="roc_auc", at_least=0.5),),
        "threshold": DecisionThreshold(review_rate=0.1),
    }
    return Model(**(settings | changes))


def csv_text(rows: Iterable[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@dataclass
class Lake:
    """In-memory ports, and DuckDB."""

    store: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    online: InMemoryOnlineStore = field(default_factory=InMemoryOnlineStore)
    tables: DuckDBTables = field(default_factory=DuckDBTables)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    @property
    def ports(self) -> PipelinePorts:
        return PipelinePorts(
            lake=self.store,
            packages=InMemoryObjectStore(),
            online=self.online,
            registry=InMemoryRegistryStore(),
            evidence=InMemoryEvidence(),
            endpoint=lambda _model: InMemoryEndpoint(lambda _variables, _event: {}),
            clock=self.clock,
        )

    def land(self, body: bytes, name: str = "a.csv", source: Source = PAYMENTS) -> str:
        key = landing_prefix(source.name) + name
        self.store.put(key, body)
        return key

    def put_valid(
        self, folder: Path, columns: Mapping[str, Any], dataset: str = "d1", source: str = PAYMENTS.name
    ) -> dict[str, str]:
        """Store valid rows directly, without ingestion; returns the data set by its source."""
        path = folder / VALID_ROWS
        self.tables.write_table(columns, path)
        self.store.upload(path, dataset_key(dataset, VALID_ROWS))
        return {source: dataset}

    def table(self, key: str, folder: Path) -> dict[str, list[Any]]:
        """A stored Parquet file as columns."""
        import duckdb

        path = folder / "stored.parquet"
        self.store.download(key, path)
        with duckdb.connect() as opened:
            cursor = opened.execute(f"SELECT * FROM '{path}'")
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall()
        return {name: [row[index] for row in rows] for index, name in enumerate(names)}
