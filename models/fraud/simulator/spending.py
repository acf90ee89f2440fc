"""The payments of one customer over the whole period.

The order of the draws is the definition: a stream per customer, NumPy's legacy Mersenne Twister for counts, times and
amounts beside Python's for the terminals. `loc + scale * standard_normal()` is what the legacy `normal` computes.
"""

from __future__ import annotations

import random
from typing import NamedTuple

import numpy as np

from .transactions import Integers, Reals

SECONDS_A_DAY = 86_400
NOON = 43_200
SPREAD_OF_TIME = 20_000
RELATIVE_SPREAD_OF_AMOUNT = 0.5


class Payments(NamedTuple):
    """Columns of one customer's payments, in the order of their drawing.

    Attributes:
        second: seconds since the start of the period.
        amount: in whole cents.
        terminal_id: where.
    """

    second: Integers
    amount: Reals
    terminal_id: Integers


def draw_payments(customer_id: int, mean_amount: float, daily_rate: float, days: int, reach: list[int]) -> Payments:
    """Draw the payments of one customer at the terminals in reach; none in reach, no payments."""
    if not reach:
        return Payments(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
    seconds, amounts = _draw_times_and_amounts(np.random.RandomState(customer_id), mean_amount, daily_rate, days)
    choose = random.Random(customer_id).choice
    terminals = [choose(reach) for _ in seconds]
    return Payments(np.array(seconds, np.int64), np.round(np.array(amounts, float), 2), np.array(terminals, np.int64))


def _draw_times_and_amounts(
    stream: np.random.RandomState, mean_amount: float, daily_rate: float, days: int
) -> tuple[list[int], list[float]]:
    seconds: list[int] = []
    amounts: list[float] = []
    normal, spread = stream.standard_normal, RELATIVE_SPREAD_OF_AMOUNT * mean_amount
    for midnight in range(0, days * SECONDS_A_DAY, SECONDS_A_DAY):
        for _ in range(stream.poisson(daily_rate)):
            second = int(NOON + SPREAD_OF_TIME * normal())
            if 0 < second < SECONDS_A_DAY:
                amount = mean_amount + spread * normal()
                seconds.append(midnight + second)
                amounts.append(amount if amount >= 0 else 2 * mean_amount * stream.random_sample())
    return seconds, amounts
