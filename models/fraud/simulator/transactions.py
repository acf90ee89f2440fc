"""A set of card transactions, held as columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import numpy.typing as npt

Moments = npt.NDArray[np.datetime64]
Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Scenarios = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Transactions:
    """Columns of equal length, one entry a transaction, ordered by time.

    Attributes:
        transaction_id: rank by time in the whole simulation, from 0.
        event_time: datetime64[s], UTC.
        customer_id: who paid, from 0.
        terminal_id: where, from 0.
        amount: in whole cents.
        is_fraud: the label, which a bank learns about a week later.
        fraud_scenario: 0 for none, else the scenario (1, 2 or 3) that first made it a fraud.
    """

    transaction_id: Integers
    event_time: Moments
    customer_id: Integers
    terminal_id: Integers
    amount: Reals
    is_fraud: Flags
    fraud_scenario: Scenarios

    def __len__(self) -> int:
        """Return the number of transactions."""
        return len(self.transaction_id)

    def rows(self, chosen: slice | Integers | Flags) -> Transactions:
        """Return the chosen rows: a slice (views, no copy), positions or a mask."""
        return Transactions(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def between_days(
    transactions: Transactions, from_day: date | None = None, until_day: date | None = None
) -> Transactions:
    """Return the transactions with from_day <= day < until_day; None leaves that side open."""
    begin = 0 if from_day is None else _first_at(transactions, from_day)
    end = len(transactions) if until_day is None else _first_at(transactions, until_day)
    return transactions.rows(slice(begin, max(begin, end)))


def _first_at(transactions: Transactions, day: date) -> int:
    return int(np.searchsorted(transactions.event_time, np.datetime64(day, "s")))
