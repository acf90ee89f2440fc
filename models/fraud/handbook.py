"""The evaluation protocol of the handbook, for any period: who is left out of the test, and what card precision is.

Le Borgne, Siblini, Lebichot and Bontempi, "Reproducible Machine Learning for Credit Card Fraud Detection: Practical
Handbook", Université Libre de Bruxelles, 2022, chapter 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

DAY = 86_400
REPORTING_DAYS = 7
TOP = 100

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Baseline:
    """A published result on the handbook's test week."""

    model: str
    roc_auc: float
    average_precision: float
    card_precision_at_100: float


PUBLISHED = (
    Baseline("logistic regression", 0.871, 0.606, 0.291),
    Baseline("decision tree, depth 2", 0.763, 0.496, 0.241),
    Baseline("decision tree, unlimited", 0.788, 0.309, 0.243),
    Baseline("random forest", 0.867, 0.658, 0.287),
    Baseline("XGBoost", 0.862, 0.639, 0.273),
)


def without_compromised_customers(
    training: Mapping[str, Array], gap: Mapping[str, Array], evaluated: Mapping[str, Array]
) -> npt.NDArray[np.bool_]:
    """Mask of the evaluated rows whose customer's card was not known to be compromised.

    Left out are customers with a fraud in the training rows and, on each day, those with a fraud on the day a week
    before it. Each mapping holds ``event_time`` (seconds since 1970), ``customer_id`` and ``is_fraud``.
    """
    known = np.unique(training["customer_id"][training["is_fraud"] == 1])
    reported = np.concatenate([_reports(gap), _reports(evaluated)])
    customer = evaluated["customer_id"]
    today = _pairs(customer, _day(evaluated["event_time"]))
    return ~np.isin(customer, known) & ~np.isin(today, reported)


def _reports(rows: Mapping[str, Array]) -> Array:
    fraud = rows["is_fraud"] == 1
    return _pairs(rows["customer_id"][fraud], _day(rows["event_time"][fraud]) + REPORTING_DAYS)


def card_precision_at_100(label: Array, score: Array, event_time: Array, customer_id: Array) -> float:
    """Mean over days of the share of compromised customers among the 100 with the highest score of the day.

    A customer found compromised is left out of later days. All arrays have shape (rows,).
    """
    return card_precision(label, score, event_time, customer_id, TOP)


def card_precision(label: Array, score: Array, event_time: Array, customer_id: Array, top: int) -> float:
    """Card precision among the ``top`` customers of each day."""
    day = _day(event_time)
    found: Array = np.empty(0, dtype=customer_id.dtype)
    shares = []
    for today in np.unique(day):
        rows = (day == today) & ~np.isin(customer_id, found)
        ranked, fraud = _customers(customer_id[rows], score[rows], label[rows])
        caught = ranked[:top][fraud[:top]]
        shares.append(len(caught) / top)
        found = np.concatenate([found, caught])
    return float(np.mean(shares))


def _customers(customer_id: Array, score: Array, label: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    customers, group = np.unique(customer_id, return_inverse=True)
    best = np.full(len(customers), -np.inf)
    np.maximum.at(best, group, score)
    fraud = np.zeros(len(customers), dtype=bool)
    np.logical_or.at(fraud, group, label == 1)
    order = np.argsort(-best, kind="stable")
    return customers[order], fraud[order]


def _day(event_time: Array) -> Array:
    return (np.asarray(event_time) // DAY).astype(np.int64)


def _pairs(customer_id: Array, day: Array) -> Array:
    return customer_id.astype(np.int64) * 1_000_000 + day
