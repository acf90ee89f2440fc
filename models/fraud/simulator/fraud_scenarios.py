"""The three ways in which a transaction becomes a fraud, applied one after the other.

Each day's draws come from generators seeded with the day's number. `RandomState(d).choice(n, k, replace=False)` gives
the rows that `DataFrame.sample(k, random_state=d)` gives for a table of n rows.
"""

from __future__ import annotations

import random

import numpy as np

from .simulation_size import COMPROMISED_CUSTOMERS_A_DAY, COMPROMISED_TERMINALS_A_DAY, SimulationSize
from .transactions import Integers, Reals, Scenarios

LARGEST_HONEST_AMOUNT = 220.0
DAYS_OF_A_COMPROMISED_TERMINAL = 28
DAYS_OF_A_COMPROMISED_CARD = 14
STOLEN_SHARE = 3
STOLEN_FACTOR = 5.0


class TimeLines:
    """Finds the rows of one terminal or one customer within some days, without scanning all rows."""

    def __init__(self, owner: Integers, owners: int, day: Integers) -> None:
        """Index rows ordered by day: `owner` holds ids below `owners`, `day` the day's number, both (n,)."""
        self._rows = np.argsort(owner, kind="stable")
        self._bounds = np.searchsorted(owner[self._rows], np.arange(owners + 1))
        self._day = day[self._rows]

    def within(self, chosen: Integers, first_day: int, days: int) -> Integers:
        """Return, ascending, the rows of the chosen owners with first_day <= day < first_day + days."""
        return np.sort(np.concatenate([self._of_one(owner, first_day, first_day + days) for owner in chosen]))

    def _of_one(self, owner: int, first_day: int, until_day: int) -> Integers:
        own = slice(self._bounds[owner], self._bounds[owner + 1])
        begin, end = np.searchsorted(self._day[own], [first_day, until_day])
        return self._rows[own][begin:end]


def large_amounts(scenario: Scenarios, amount: Reals) -> None:
    """Scenario 1: every amount over the limit is a fraud. Marks `scenario` in place."""
    scenario[amount > LARGEST_HONEST_AMOUNT] = 1


def compromised_terminals(scenario: Scenarios, terminal_id: Integers, day: Integers, size: SimulationSize) -> None:
    """Scenario 2: each day two terminals fall, for four weeks, with all that is paid there. Marks in place."""
    lines = TimeLines(terminal_id, size.terminals, day)
    for first_day in range(size.days - 1):
        fallen = draw_rows(size.terminals, COMPROMISED_TERMINALS_A_DAY, first_day)
        _mark(scenario, lines.within(fallen, first_day, DAYS_OF_A_COMPROMISED_TERMINAL), 2)


def compromised_customers(
    scenario: Scenarios, amount: Reals, customer_id: Integers, day: Integers, size: SimulationSize
) -> None:
    """Scenario 3: each day three cards leak; a third of their next two weeks is stolen at five times the amount.

    Marks `scenario` and raises `amount` in place. A card that leaks again may have the same payment raised again.
    """
    lines = TimeLines(customer_id, size.customers, day)
    for first_day in range(size.days - 1):
        leaked = draw_rows(size.customers, COMPROMISED_CUSTOMERS_A_DAY, first_day)
        exposed = lines.within(leaked, first_day, DAYS_OF_A_COMPROMISED_CARD)
        stolen = random.Random(first_day).sample(exposed.tolist(), len(exposed) // STOLEN_SHARE)
        amount[stolen] = np.round(amount[stolen] * STOLEN_FACTOR, 2)
        _mark(scenario, np.array(stolen, np.int64), 3)


def draw_rows(population: int, count: int, seed: int) -> Integers:
    """Draw `count` different rows of a table of `population` rows, in the order of drawing."""
    return np.random.RandomState(seed).choice(population, count, replace=False)


def _mark(scenario: Scenarios, rows: Integers, number: int) -> None:
    scenario[rows[scenario[rows] == 0]] = number
