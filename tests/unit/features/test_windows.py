"""Values of windows and of newest events at a time."""

import pytest

from roost.domain.event_codec import NOTHING, EventColumns
from roost.domain.view_layout import Aggregate, Stored, ViewLayout
from roost.domain.windows import fixed_point as units
from roost.domain.windows import text_number, values

HOUR = 3_600
T = 1_000 * HOUR


def layout(delay: int = 0, window: int = 4 * HOUR) -> ViewLayout:
    aggregates = (
        Aggregate("n", "count", None, window),
        Aggregate("total", "sum", "amount", window),
        Aggregate("average", "mean", "amount", window),
    )
    return ViewLayout("spend", "card", HOUR, delay, (Stored("amount", 2),), aggregates)


def newest(max_age: int) -> ViewLayout:
    return ViewLayout(
        "v", "card", 0, 0, (Stored("amount", 2),), (Aggregate("a", "newest", "amount", max_age),), 9 * HOUR
    )


def payments(*hours: float, null: tuple[float, ...] = ()) -> EventColumns:
    """A payment of 1.00 at each hour, null at some."""
    missing = [int(hour in null) for hour in hours]
    times = [round(hour * HOUR * 10**6) for hour in hours]
    return EventColumns(times, [[100 * (1 - one) for one in missing]], [missing if any(missing) else []])


def test_nothing_known_is_count_0_sum_0_and_no_mean() -> None:
    assert values(layout(), NOTHING, T) == {"n": 0.0, "total": 0.0, "average": None}


def test_a_layout_without_columns_reads_the_empty_state() -> None:
    counting = ViewLayout("v", "card", HOUR, 0, (), (Aggregate("n", "count", None, HOUR),))
    assert values(counting, NOTHING, T) == {"n": 0.0}


@pytest.mark.parametrize(("hour", "counts"), [(995.99, 0), (996, 1), (999.99, 1), (1_000, 0)])
def test_at_a_tile_border_the_window_is_that_many_tiles(hour: float, counts: int) -> None:
    assert values(layout(), payments(hour), T)["n"] == counts


@pytest.mark.parametrize(("hour", "counts"), [(995.99, 0), (996, 1), (1_000.4, 1), (1_000.5, 0)])
def test_within_a_tile_the_tail_is_floored_and_the_head_is_not(hour: float, counts: int) -> None:
    assert values(layout(), payments(hour), T + HOUR / 2)["n"] == counts


@pytest.mark.parametrize(("hour", "counts"), [(993.99, 0), (994, 1), (997.99, 1), (998, 0)])
@pytest.mark.parametrize("second", [0.0, 0.5, HOUR - 0.001])
def test_a_delayed_window_is_floored_at_both_ends(second: float, hour: float, counts: int) -> None:
    assert values(layout(delay=2 * HOUR), payments(hour), T + second)["n"] == counts


def test_nulls_count_as_events_but_not_in_the_mean() -> None:
    state = payments(996, 997, 998, null=(997,))
    assert values(layout(), state, T) == {"n": 3.0, "total": 2.0, "average": 1.0}


def test_a_window_of_nulls_has_sum_0_and_no_mean() -> None:
    assert values(layout(), payments(997, null=(997,)), T) == {"n": 1.0, "total": 0.0, "average": None}


def test_times_before_1970_fall_into_their_tile() -> None:
    assert values(layout(), payments(-0.5), -1.0)["n"] == 1.0


@pytest.mark.parametrize(("hour", "value"), [(998, 1.0), (997.99, None), (1_000, None)])
def test_the_newest_event_counts_until_it_is_too_old(hour: float, value: float | None) -> None:
    assert values(newest(2 * HOUR), payments(hour), T) == {"a": value}


def test_a_newest_event_without_a_value_has_none() -> None:
    assert values(newest(2 * HOUR), payments(998, 999, null=(999,)), T) == {"a": None}


def test_equal_texts_have_equal_numbers() -> None:
    assert text_number("shop") == text_number("shop") != text_number("Shop")
    assert -(2**63) <= text_number("shop") < 2**63


def test_fixed_point_rounds_half_up() -> None:
    assert [units(value, 2) for value in (0.125, -0.125, 10.0, 0.005)] == [13, -12, 1000, 1]


def test_fixed_point_sums_do_not_depend_on_the_order() -> None:
    amounts = [units(value, 2) for value in [0.1, 1e9, -1e9, 0.2] * 50]
    assert sum(amounts) == sum(reversed(amounts)) == 50 * 30
