"""From definitions to what the code computes with: view layouts and the feature plan."""

from datetime import timedelta

from roost.domain.feature_vector import FeaturePlan
from roost.domain.on_demand import OnDemand
from roost.domain.view_layout import NEWEST, Aggregate, Stored, ViewLayout
from roost.spec.features import FeatureView, LatestView, WindowView
from roost.spec.model import Model
from roost.spec.sources import NUMERIC, Column, ColumnType

WHOLE = (ColumnType.INTEGER, ColumnType.BOOLEAN)


def layout_of(view: FeatureView) -> ViewLayout:
    """The layout of a view."""
    columns = tuple(_stored(view.source.column(name)) for name in view.used_columns())
    match view:
        case WindowView():
            aggregates, tile, delay = _window_aggregates(view), _seconds(view.tile), _seconds(view.delay)
            return ViewLayout(view.name, view.entity.key, tile, delay, columns, aggregates)
        case LatestView():
            pairs = zip(view.features(), view.columns, strict=True)
            newest = tuple(Aggregate(feature, NEWEST, column, _seconds(view.max_age)) for feature, column in pairs)
            return ViewLayout(view.name, view.entity.key, 0, 0, columns, newest, _seconds(view.lookback))
    raise TypeError(f"{view.name} is no view that can be computed")


def plan_of(model: Model) -> FeaturePlan:
    """How the model's columns become its input matrix."""
    on_demand = tuple(OnDemand(feature.name, feature.function, feature.inputs) for feature in model.on_demand)
    return FeaturePlan(
        features=model.features, on_demand=on_demand, defaults=model.defaults, categories=model.categories()
    )


def _window_aggregates(view: WindowView) -> tuple[Aggregate, ...]:
    pairs = [(window, aggregation) for window in view.windows for aggregation in view.aggregations]
    return tuple(
        Aggregate(feature, aggregation.function, aggregation.column, _seconds(window))
        for feature, (window, aggregation) in zip(view.features(), pairs, strict=True)
    )


def _stored(column: Column) -> Stored:
    """Whole numbers are kept without decimal places, text as numbers that stand for it."""
    text = column.type not in NUMERIC
    return Stored(column.name, 0 if text or column.type in WHOLE else column.decimals, text)


def _seconds(duration: timedelta) -> int:
    return round(duration.total_seconds())
