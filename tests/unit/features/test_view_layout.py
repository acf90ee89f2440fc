"""Layouts follow from definitions, survive a manifest, and name their online items by what those look like."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from roost.domain.view_layout import Stored, ViewLayout
from roost.spec import Aggregation, Column, ColumnType, WindowView
from roost.spec.layouts import layout_of, plan_of
from tests.unit.features.payments import CARD, PAYMENTS, doubled, model, view


def test_a_layout_is_the_view_in_seconds() -> None:
    layout = layout_of(view(delay=timedelta(days=7)))
    assert (layout.name, layout.key, layout.tile, layout.delay) == ("card_spend", "card", 3_600, 7 * 86_400)
    assert layout.windows == (4 * 3_600, 86_400)
    assert layout.reach == 8 * 86_400


def test_features_keep_the_order_and_the_names_of_the_view() -> None:
    assert tuple(item.feature for item in layout_of(view()).aggregates) == view().features()


def test_a_manifest_holds_the_whole_layout() -> None:
    layout = layout_of(view(delay=timedelta(hours=2)))
    assert ViewLayout.from_manifest(json.loads(json.dumps(layout.to_manifest()))) == layout


def test_decimals_are_the_columns_own() -> None:
    assert layout_of(view()).columns == (Stored("amount", 2),)


@pytest.mark.parametrize("kind", [ColumnType.INTEGER, ColumnType.BOOLEAN])
def test_whole_numbers_are_summed_without_decimals(kind: ColumnType) -> None:
    columns = tuple(Column(name="amount", type=kind) if c.name == "amount" else c for c in PAYMENTS.columns)
    whole = WindowView(
        name="v",
        entity=CARD,
        source=PAYMENTS.model_copy(update={"columns": columns}),
        windows=(timedelta(days=1),),
        aggregations=(Aggregation(function="sum", column="amount"),),
    )
    assert layout_of(whole).columns == (Stored("amount", 0),)


@pytest.mark.parametrize(
    "change",
    [{"tile": 7_200}, {"key": "terminal"}, {"delay": 3_600}, {"columns": (Stored("amount", 3),)}, {"columns": ()}],
)
def test_layouts_whose_tiles_differ_have_different_online_names(change: dict[str, Any]) -> None:
    layout = layout_of(view())
    assert replace(layout, **change).online_name != layout.online_name


def test_a_longer_window_needs_older_tiles_and_so_another_online_name() -> None:
    layout = layout_of(view())
    longer = replace(layout, aggregates=(*layout.aggregates, replace(layout.aggregates[0], window=86_400 * 2)))
    assert longer.online_name != layout.online_name


def test_another_aggregate_of_the_same_tiles_keeps_the_online_name() -> None:
    layout = layout_of(view())
    assert replace(layout, aggregates=layout.aggregates[1:]).online_name == layout.online_name
    assert layout.online_name.startswith("card_spend@")


def test_a_plan_holds_the_functions_themselves() -> None:
    plan = plan_of(model())
    assert plan.on_demand[0].function is doubled
    assert plan.features == model().features
