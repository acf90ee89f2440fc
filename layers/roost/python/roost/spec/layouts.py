"""From definitions to what the code computes with: view layouts and the feature plan."""

from datetime import timedelta

from roost.domain.feature_vector import FeaturePlan, OnDemand
from roost.domain.view_layout import Aggregate, ViewLayout
from roost.spec.features import WindowView
from roost.spec.model import Model
from roost.spec.sources import Column, ColumnType

WHOLE = (ColumnType.INTEGER, ColumnType.BOOLEAN)


def layout_of(view: WindowView) -> ViewLayout:
    """The layout of a view; whole numbers are summed without decimal places."""
    return ViewLayout(
        name=view.name,
        key=view.entity.key,
        tile=_seconds(view.tile),
        delay=_seconds(view.delay),
        columns=tuple((name, _decimals(view.source.column(name))) for name in view.summed_columns()),
        aggregates=_aggregates(view),
    )


def plan_of(model: Model) -> FeaturePlan:
    """How the model's columns become its input matrix."""
    on_demand = tuple(OnDemand(feature.name, feature.function, feature.inputs) for feature in model.on_demand)
    return FeaturePlan(features=model.features, on_demand=on_demand, defaults=model.defaults)


def _aggregates(view: WindowView) -> tuple[Aggregate, ...]:
    pairs = [(window, aggregation) for window in view.windows for aggregation in view.aggregations]
    return tuple(
        Aggregate(feature, aggregation.function, aggregation.column, _seconds(window))
        for feature, (window, aggregation) in zip(view.features(), pairs, strict=True)
    )


def _decimals(column: Column) -> int:
    return 0 if column.type in WHOLE else column.decimals


def _seconds(duration: timedelta) -> int:
    return round(duration.total_seconds())
