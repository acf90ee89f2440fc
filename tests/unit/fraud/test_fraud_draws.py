"""The draws of the simulator against the libraries and the rules that define them."""

import math
import random

import numpy as np
import pandas
import pytest

from models.fraud.simulator.fraud_scenarios import (
    TimeLines,
    compromised_customers,
    compromised_terminals,
    draw_rows,
    large_amounts,
)
from models.fraud.simulator.population import Customers, draw_customers, draw_terminals, terminals_in_reach
from models.fraud.simulator.simulation_size import SimulationSize
from models.fraud.simulator.spending import draw_payments


@pytest.mark.parametrize(("rows", "count"), [(10_000, 2), (5_000, 3), (7, 3), (3, 3), (2, 2)])
def test_rows_are_drawn_as_pandas_samples_them(rows: int, count: int) -> None:
    table = pandas.Series(range(rows))
    for seed in range(40):
        assert draw_rows(rows, count, seed).tolist() == table.sample(n=count, random_state=seed).tolist()


def test_profiles_are_drawn_customer_by_customer() -> None:
    stream, customers = np.random.RandomState(0), draw_customers(20)
    for customer in range(20):
        assert customers.place[customer].tolist() == [stream.uniform(0, 100), stream.uniform(0, 100)]
        assert customers.mean_amount[customer] == stream.uniform(5, 100)
        assert customers.daily_rate[customer] == stream.uniform(0, 4)


def test_terminals_are_drawn_one_by_one() -> None:
    stream = np.random.RandomState(1)
    expected = [[stream.uniform(0, 100), stream.uniform(0, 100)] for _ in range(20)]
    assert draw_terminals(20).tolist() == expected


@pytest.mark.parametrize("radius", [1.0, 7.5, 40.0, 200.0])
def test_the_reach_is_every_terminal_nearer_than_the_radius(radius: float) -> None:
    customers, terminals = draw_customers(10), draw_terminals(300)
    for place, reach in zip(customers.place, terminals_in_reach(customers, terminals, radius), strict=True):
        assert reach == [i for i, terminal in enumerate(terminals) if math.dist(place, terminal) < radius]


def test_a_terminal_at_the_radius_is_out_of_reach() -> None:
    customer = Customers(place=np.array([[50.0, 50.0]]), mean_amount=np.ones(1), daily_rate=np.ones(1))
    terminals = np.array([[45.0, 50.0], [50.0, 54.9], [55.0, 50.0], [47.0, 50.0]])
    assert list(terminals_in_reach(customer, terminals, 5.0)) == [[1, 3]]


@pytest.mark.parametrize("customer", range(8))
def test_payments_follow_the_rules_draw_by_draw(customer: int) -> None:
    mean, rate, reach = 10.0 + customer, customer / 2, [3, 5, 8, 13, 21]
    numpy_stream, python_stream, expected = np.random.RandomState(customer), random.Random(customer), []
    for day in range(30):
        for _ in range(numpy_stream.poisson(rate)):
            second = int(numpy_stream.normal(43_200, 20_000))
            if not 0 < second < 86_400:
                continue
            amount = numpy_stream.normal(mean, mean / 2)
            if amount < 0:
                amount = numpy_stream.uniform(0, 2 * mean)
            expected.append((day * 86_400 + second, round(amount, 2), python_stream.choice(reach)))
    payments = draw_payments(customer, mean, rate, 30, reach)
    assert list(zip(*(column.tolist() for column in payments), strict=True)) == expected


def test_nothing_in_reach_means_no_payments() -> None:
    assert [len(column) for column in draw_payments(1, 50.0, 4.0, 30, [])] == [0, 0, 0]


def test_time_lines_find_the_rows_of_owners_within_days() -> None:
    day, owner = np.repeat(np.arange(10), 30), np.random.default_rng(0).integers(0, 6, 300)
    lines = TimeLines(owner, 7, day)
    for first_day in (-1, 0, 4, 9, 12):
        found = lines.within(np.array([5, 0, 6]), first_day, 3)
        wanted = np.isin(owner, [5, 0]) & (day >= first_day) & (day < first_day + 3)
        assert found.tolist() == np.flatnonzero(wanted).tolist()


def test_only_amounts_over_the_limit_are_frauds() -> None:
    scenario = np.zeros(3, np.int8)
    large_amounts(scenario, np.array([220.0, 220.01, 5.0]))
    assert scenario.tolist() == [0, 1, 0]


def test_all_that_is_paid_at_a_fallen_terminal_is_fraud_for_four_weeks() -> None:
    size = SimulationSize(customers=3, terminals=2, days=2)
    day, scenario = np.arange(-1, 31), np.zeros(32, np.int8)
    compromised_terminals(scenario, np.arange(32) % 2, day, size)
    assert day[scenario == 2].tolist() == list(range(28))


def test_a_third_of_what_leaked_cards_pay_in_two_weeks_is_stolen_fivefold() -> None:
    size = SimulationSize(customers=3, terminals=2, days=2)
    day, scenario, amount = np.arange(-1, 31), np.zeros(32, np.int8), np.full(32, 10.01)
    compromised_customers(scenario, amount, np.arange(32) % 3, day, size)
    assert np.count_nonzero(scenario) == 14 // 3
    assert set(day[scenario == 3]) <= set(range(14))
    assert amount[scenario == 3].tolist() == [50.05] * 4
    assert amount[scenario == 0].tolist() == [10.01] * 28


def test_a_fraud_keeps_the_scenario_that_made_it_one() -> None:
    size = SimulationSize(customers=3, terminals=2, days=2)
    scenario, day = np.array([1, 0, 0, 1, 0, 0], np.int8), np.zeros(6, np.int64)
    compromised_terminals(scenario, np.arange(6) % 2, day, size)
    assert scenario.tolist() == [1, 2, 2, 1, 2, 2]
