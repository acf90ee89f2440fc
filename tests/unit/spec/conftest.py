"""A small, sound model definition to be broken in one place at a time."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from roost.spec import (
    Aggregation,
    Candidate,
    Column,
    ColumnType,
    DecisionThreshold,
    Entity,
    Gate,
    OnDemandFeature,
    Source,
    TimeSplit,
    WindowView,
)

DAY = timedelta(days=1)


def doubled(amount: Any) -> Any:
    return np.asarray(amount) * 2


def source(**changes: Any) -> Source:
    columns = (
        Column(name="at", type=ColumnType.TIMESTAMP),
        Column(name="customer", type=ColumnType.INTEGER),
        Column(name="amount", type=ColumnType.DECIMAL, decimals=2),
        Column(name="channel", type=ColumnType.STRING),
        Column(name="bad", type=ColumnType.INTEGER, minimum=0, maximum=1),
    )
    return Source(**{"name": "payments", "event_time": "at", "columns": columns, **changes})


def view(**changes: Any) -> WindowView:
    sound = {
        "name": "spend",
        "entity": Entity(name="customer", key="customer"),
        "source": source(),
        "windows": (DAY, 7 * DAY),
        "aggregations": (Aggregation(function="count"), Aggregation(function="sum", column="amount")),
    }
    return WindowView(**{**sound, **changes})


def model_fields() -> dict[str, Any]:
    return {
        "name": "fraud",
        "source": source(),
        "label": "bad",
        "request": ("at", "customer", "amount"),
        "views": (view(),),
        "on_demand": (OnDemandFeature(name="doubled", function=doubled, inputs=("amount",)),),
        "features": ("amount", "doubled", "spend__count_1d"),
        "split": TimeSplit(train=7 * DAY, gap=DAY, holdout=DAY),
        "candidates": (Candidate(name="line", estimator="logistic_regression"),),
        "gates": (Gate(metric="roc_auc", at_least=0.7),),
        "threshold": DecisionThreshold(review_rate=0.1),
    }


@pytest.fixture
def fields() -> dict[str, Any]:
    return model_fields()
