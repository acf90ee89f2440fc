"""Who pays and where: customers and terminals on a map of 100 by 100."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

CUSTOMER_SEED = 0
TERMINAL_SEED = 1
MAP_SIDE = 100.0
LEAST_MEAN_AMOUNT, LARGEST_MEAN_AMOUNT = 5.0, 100.0
LARGEST_DAILY_RATE = 4.0


@dataclass(frozen=True, eq=False)
class Customers:
    """Profiles, one entry a customer.

    Attributes:
        place: (n, 2) coordinates on the map.
        mean_amount: the usual amount of a payment.
        daily_rate: the expected number of payments a day.
    """

    place: Reals
    mean_amount: Reals
    daily_rate: Reals


def draw_customers(count: int) -> Customers:
    """Draw profiles; the first n of a larger population are the population of n."""
    share = np.random.RandomState(CUSTOMER_SEED).random_sample((count, 4))
    spread = LARGEST_MEAN_AMOUNT - LEAST_MEAN_AMOUNT
    return Customers(
        place=MAP_SIDE * share[:, :2],
        mean_amount=LEAST_MEAN_AMOUNT + spread * share[:, 2],
        daily_rate=LARGEST_DAILY_RATE * share[:, 3],
    )


def draw_terminals(count: int) -> Reals:
    """Draw the (count, 2) coordinates of the terminals."""
    return MAP_SIDE * np.random.RandomState(TERMINAL_SEED).random_sample((count, 2))


def terminals_in_reach(customers: Customers, terminals: Reals, radius: float) -> Iterator[list[int]]:
    """Yield, per customer, the ids of the terminals nearer than the radius, ascending."""
    eastward = np.argsort(terminals[:, 0], kind="stable")
    east = terminals[eastward, 0]
    for place in customers.place:
        strip = eastward[slice(*np.searchsorted(east, (place[0] - radius, place[0] + radius)))]
        distance = np.sqrt(((terminals[strip] - place) ** 2).sum(axis=1))
        yield np.sort(strip[distance < radius]).tolist()
