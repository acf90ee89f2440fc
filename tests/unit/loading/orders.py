"""A source of orders that is pulled from elsewhere, and rows of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from roost.spec import Column, ColumnType, Model, Source, SqlOrigin, TimeSplit
from tests.unit.features.payments import model as payments

START = datetime(2020, 5, 1, tzinfo=UTC)
COLUMNS = (
    Column(name="order_id", type=ColumnType.INTEGER),
    Column(name="at", type=ColumnType.TIMESTAMP),
    Column(name="amount", type=ColumnType.DECIMAL, decimals=2, nullable=True),
    Column(name="late", type=ColumnType.INTEGER, minimum=0, maximum=1, nullable=True),
)


def origin(**changes: Any) -> SqlOrigin:
    return SqlOrigin(**{"secret": "shop/db", "table": "orders", "watermark": "at", **changes})


def source(where: Any = None, **changes: Any) -> Source:
    fields: dict[str, Any] = {"name": "orders", "format": "json", "event_time": "at", "columns": COLUMNS}
    return Source(**{**fields, "origin": where or origin(), **changes})


def model(of: Source) -> Model:
    return payments(
        source=of, label="late", request=("amount",), views=(), on_demand=(), features=("amount",), defaults={},
        split=TimeSplit(train=timedelta(days=2), gap=timedelta(0), holdout=timedelta(days=1)),
    )  # fmt: skip


def row(number: int, minutes: float = 0, amount: Any = "9.50") -> dict[str, Any]:
    return {"order_id": number, "at": START + timedelta(minutes=minutes), "amount": amount, "late": number % 2}
