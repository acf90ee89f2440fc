"""Draws the whole data set."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .fraud_scenarios import compromised_customers, compromised_terminals, large_amounts
from .population import draw_customers, draw_terminals, terminals_in_reach
from .simulation_size import SimulationSize
from .spending import SECONDS_A_DAY, Payments, draw_payments
from .transactions import Integers, Reals, Scenarios, Transactions

Progress = Callable[[float], None]
CUSTOMERS_A_REPORT = 50


def simulate(size: SimulationSize, progress: Progress | None = None) -> Transactions:
    """Simulate card payments and frauds; equal sizes give equal data.

    After Le Borgne, Siblini, Lebichot and Bontempi, *Reproducible Machine Learning for Credit Card Fraud Detection*,
    ULB 2022, chapter 3. Touches no global generator.

    Args:
        size: how many customers, terminals and days.
        progress: called with the finished share, rising from above 0 to exactly 1.

    Returns:
        The transactions, ordered by time (at the same second: by customer, then by drawing).
    """
    customer_id, payments = _pay(size, progress or _silent)
    day = payments.second // SECONDS_A_DAY
    amount, scenario = _commit_frauds(customer_id, payments, day, size)
    return Transactions(
        transaction_id=np.arange(len(day)),
        event_time=np.datetime64(size.start, "s") + payments.second,
        customer_id=customer_id,
        terminal_id=payments.terminal_id,
        amount=amount,
        is_fraud=scenario > 0,
        fraud_scenario=scenario,
    )


def _pay(size: SimulationSize, progress: Progress) -> tuple[Integers, Payments]:
    by_customer = _payments_by_customer(size, progress)
    customer_id = np.repeat(np.arange(size.customers), [len(one.second) for one in by_customer])
    second, amount, terminal_id = (np.concatenate(column) for column in zip(*by_customer, strict=True))
    order = np.argsort(second, kind="stable")
    return customer_id[order], Payments(second[order], amount[order], terminal_id[order])


def _payments_by_customer(size: SimulationSize, progress: Progress) -> list[Payments]:
    customers, terminals = draw_customers(size.customers), draw_terminals(size.terminals)
    drawn = []
    for customer_id, reach in enumerate(terminals_in_reach(customers, terminals, size.radius)):
        mean, rate = float(customers.mean_amount[customer_id]), float(customers.daily_rate[customer_id])
        drawn.append(draw_payments(customer_id, mean, rate, size.days, reach))
        if len(drawn) % CUSTOMERS_A_REPORT == 0 or len(drawn) == size.customers:
            progress(len(drawn) / size.customers)
    return drawn


def _commit_frauds(
    customer_id: Integers, payments: Payments, day: Integers, size: SimulationSize
) -> tuple[Reals, Scenarios]:
    amount, scenario = payments.amount.copy(), np.zeros(len(day), np.int8)
    large_amounts(scenario, amount)
    compromised_terminals(scenario, payments.terminal_id, day, size)
    compromised_customers(scenario, amount, customer_id, day, size)
    return amount, scenario


def _silent(_: float) -> None:
    """Report to nobody."""
