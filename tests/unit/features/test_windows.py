"""Values of windows at a time, tile by tile."""

import numpy as np
import pytest

from roost.domain.windows import EMPTY, Aggregate, StoredTiles, ViewLayout, WindowTotals, feature_columns, values
from roost.domain.windows import fixed_point as units

HOUR = 3_600
T = 1_000 * HOUR


def layout(delay: int = 0, window: int = 4 * HOUR) -> ViewLayout:
    aggregates = (
        Aggregate("n", "count", None, window),
        Aggregate("total", "sum", "amount", window),
        Aggregate("average", "mean", "amount", window),
    )
    return ViewLayout("spend", "card", HOUR, delay, (("amount", 2),), aggregates)


def one_event_per_tile(*tiles: int, null: tuple[int, ...] = ()) -> StoredTiles:
    """An event of 1.00 in each tile, null in some."""
    nulls = [int(tile in null) for tile in tiles]
    return StoredTiles(1, list(tiles), [1] * len(tiles), nulls, [100 * (1 - missing) for missing in nulls])


def test_nothing_known_is_count_0_sum_0_and_no_mean() -> None:
    assert values(layout(), EMPTY, T) == {"n": 0.0, "total": 0.0, "average": None}


def test_a_layout_without_columns_reads_the_empty_state() -> None:
    counting = ViewLayout("v", "card", HOUR, 0, (), (Aggregate("n", "count", None, HOUR),))
    assert values(counting, EMPTY, T) == {"n": 0.0}


@pytest.mark.parametrize(("tile", "counts"), [(995, 0), (996, 1), (999, 1), (1_000, 0)])
def test_at_a_tile_border_the_window_is_that_many_tiles(tile: int, counts: int) -> None:
    assert values(layout(), one_event_per_tile(tile), T)["n"] == counts


@pytest.mark.parametrize(("tile", "counts"), [(995, 0), (996, 1), (1_000, 1), (1_001, 0)])
def test_within_a_tile_its_own_events_and_the_whole_last_tile_count(tile: int, counts: int) -> None:
    assert values(layout(), one_event_per_tile(tile), T + 0.001)["n"] == counts


@pytest.mark.parametrize(("tile", "counts"), [(993, 0), (994, 1), (997, 1), (998, 0)])
@pytest.mark.parametrize("second", [0.0, 0.5, HOUR - 0.001])
def test_a_delayed_window_is_floored_at_both_ends(second: float, tile: int, counts: int) -> None:
    assert values(layout(delay=2 * HOUR), one_event_per_tile(tile), T + second)["n"] == counts


def test_nulls_count_as_events_but_not_in_the_mean() -> None:
    state = one_event_per_tile(996, 997, 998, null=(997,))
    assert values(layout(), state, T) == {"n": 3.0, "total": 2.0, "average": 1.0}


def test_a_window_of_nulls_has_sum_0_and_no_mean() -> None:
    assert values(layout(), one_event_per_tile(997, null=(997,)), T) == {"n": 1.0, "total": 0.0, "average": None}


def test_times_before_1970_fall_into_their_tile() -> None:
    assert values(layout(), one_event_per_tile(-1), -1.0)["n"] == 1.0


def test_fixed_point_rounds_half_up() -> None:
    assert units(np.array([0.125, -0.125, 10.0, 0.005]), 2).tolist() == [13, -12, 1000, 1]


def test_fixed_point_sums_do_not_depend_on_the_order() -> None:
    amounts = np.array([0.1, 1e9, -1e9, 0.2] * 50)
    assert units(amounts, 2).sum() == units(amounts[::-1], 2).sum() == 50 * 30


def test_columns_are_values_of_many_rows() -> None:
    totals = WindowTotals(np.array([0, 3]), {"amount": np.array([0, 2])}, {"amount": np.array([0, 501])})
    columns = feature_columns(layout(), {4 * HOUR: totals})
    assert columns["n"].tolist() == [0.0, 3.0]
    assert columns["total"].tolist() == [0.0, 5.01]
    assert np.isnan(columns["average"][0])
    assert columns["average"][1] == 5.01 / 2
