"""The simulated transactions of the fraud model."""

import random
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from models.fraud.simulator import SimulationSize, Transactions, between_days, simulate
from models.fraud.simulator.fraud_scenarios import LARGEST_HONEST_AMOUNT

SMALL = SimulationSize(customers=40, terminals=150, days=20, radius=15.0)


@pytest.fixture(scope="module")
def transactions() -> Transactions:
    return simulate(SMALL)


def same(left: Transactions, right: Transactions) -> bool:
    return all(np.array_equal(getattr(left, field.name), getattr(right, field.name)) for field in fields(Transactions))


def day_of(transactions: Transactions) -> Any:
    return (transactions.event_time - np.datetime64(SMALL.start, "s")) // np.timedelta64(1, "D")


def test_equal_sizes_give_equal_transactions(transactions: Transactions) -> None:
    assert same(simulate(SMALL), transactions)


def test_global_generators_are_neither_read_nor_moved(transactions: Transactions) -> None:
    random.seed(5)
    np.random.seed(5)
    python_next, numpy_next = random.random(), np.random.random_sample()
    random.seed(5)
    np.random.seed(5)
    assert same(simulate(SMALL), transactions)
    assert (random.random(), np.random.random_sample()) == (python_next, numpy_next)


def test_columns_have_their_types_and_one_length(transactions: Transactions) -> None:
    kinds = ["int64", "datetime64[s]", "int64", "int64", "float64", "bool", "int8"]
    columns = [getattr(transactions, field.name) for field in fields(Transactions)]
    assert [str(column.dtype) for column in columns] == kinds
    assert {len(column) for column in columns} == {len(transactions)}


def test_rows_are_numbered_in_order_of_time(transactions: Transactions) -> None:
    assert np.array_equal(transactions.transaction_id, np.arange(len(transactions)))
    assert (np.diff(transactions.event_time) >= np.timedelta64(0, "s")).all()


def test_rows_stay_within_the_size(transactions: Transactions) -> None:
    assert set(day_of(transactions)) == set(range(SMALL.days))
    assert 0 <= transactions.customer_id.min() <= transactions.customer_id.max() < SMALL.customers
    assert 0 <= transactions.terminal_id.min() <= transactions.terminal_id.max() < SMALL.terminals


def test_amounts_are_whole_cents(transactions: Transactions) -> None:
    assert np.array_equal(np.round(transactions.amount, 2), transactions.amount)
    assert transactions.amount.min() >= 0


def test_a_fraud_is_a_transaction_of_some_scenario(transactions: Transactions) -> None:
    assert np.array_equal(transactions.is_fraud, transactions.fraud_scenario > 0)
    assert set(transactions.fraud_scenario) >= {0, 2, 3}


def test_a_large_amount_is_always_a_fraud(transactions: Transactions) -> None:
    large = transactions.amount > LARGEST_HONEST_AMOUNT
    assert large.any()
    assert transactions.is_fraud[large].all()


def test_no_fraud_by_terminal_or_card_starts_on_the_only_day() -> None:
    assert set(simulate(replace(SMALL, days=1)).fraud_scenario) <= {0, 1}


def test_a_longer_period_begins_with_the_payments_of_the_shorter_one(transactions: Transactions) -> None:
    longer = simulate(replace(SMALL, days=SMALL.days + 10)).rows(slice(0, len(transactions)))
    for name in ("transaction_id", "event_time", "customer_id", "terminal_id"):
        assert np.array_equal(getattr(longer, name), getattr(transactions, name))


def test_frauds_two_weeks_before_the_end_do_not_depend_on_the_length(transactions: Transactions) -> None:
    longer, settled = simulate(replace(SMALL, days=SMALL.days + 10)), date(2018, 4, 7)
    assert same(between_days(longer, None, settled), between_days(transactions, None, settled))


def test_another_start_only_moves_the_times(transactions: Transactions) -> None:
    moved = simulate(replace(SMALL, start=date(2019, 4, 1)))
    back = replace(moved, event_time=moved.event_time - np.timedelta64(365, "D"))
    assert same(back, transactions)


def test_more_customers_leave_the_others_payments_alone(transactions: Transactions) -> None:
    crowd = simulate(replace(SMALL, customers=60))
    known = crowd.rows(crowd.customer_id < SMALL.customers)
    assert np.array_equal(known.event_time, transactions.event_time)
    assert np.array_equal(known.terminal_id, transactions.terminal_id)


def test_customers_without_a_terminal_in_reach_do_not_pay() -> None:
    assert len(simulate(replace(SMALL, radius=1e-9))) == 0


def test_a_wider_reach_never_silences_a_customer(transactions: Transactions) -> None:
    wide = simulate(replace(SMALL, radius=200.0))
    assert set(wide.customer_id) >= set(transactions.customer_id)
    assert len(set(wide.terminal_id)) > len(set(transactions.terminal_id))


def test_progress_rises_to_one() -> None:
    reports: list[float] = []
    simulate(replace(SMALL, customers=120, days=1), progress=reports.append)
    assert reports == [50 / 120, 100 / 120, 1.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customers": 2}, r"customers must be an integer of at least 3, got 2"),
        ({"terminals": 1}, r"terminals must be an integer of at least 2, got 1"),
        ({"days": 0}, r"days must be an integer of at least 1, got 0"),
        ({"days": 1.5}, r"days must be an integer"),
        ({"customers": True}, r"customers must be an integer"),
        ({"radius": 0.0}, r"radius must be a positive, finite number, got 0.0"),
        ({"radius": float("nan")}, r"radius must be a positive"),
        ({"radius": float("inf")}, r"radius must be a positive"),
        ({"start": datetime(2018, 4, 1, 12)}, r"start must be a datetime.date"),
        ({"start": "2018-04-01"}, r"start must be a datetime.date"),
    ],
)
def test_an_impossible_size_is_refused_by_its_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SimulationSize(**change)


def test_the_smallest_size_can_be_simulated() -> None:
    smallest = SimulationSize(customers=3, terminals=2, days=1, radius=200.0)
    assert set(simulate(smallest).terminal_id) <= {0, 1}


@pytest.mark.parametrize(
    ("first", "until", "days"),
    [
        (date(2018, 4, 3), date(2018, 4, 5), {2, 3}),
        (None, date(2018, 4, 3), {0, 1}),
        (date(2018, 4, 19), None, {18, 19}),
        (None, None, set(range(20))),
        (date(2018, 4, 5), date(2018, 4, 5), set()),
        (date(2018, 4, 6), date(2018, 4, 5), set()),
        (date(2018, 5, 5), None, set()),
    ],
)
def test_a_slice_holds_the_days_up_to_but_not_including_the_last(
    transactions: Transactions, first: date | None, until: date | None, days: set[int]
) -> None:
    assert set(day_of(between_days(transactions, first, until))) == days


def test_adjoining_slices_make_the_whole(transactions: Transactions) -> None:
    cut = date(2018, 4, 11)
    assert len(between_days(transactions, None, cut)) + len(between_days(transactions, cut)) == len(transactions)
