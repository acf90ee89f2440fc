"""The handbook's baseline protocol: which transactions train, which test, and how many cards an investigator finds.

After Le Borgne, Siblini, Lebichot and Bontempi, *Reproducible Machine Learning for Credit Card Fraud Detection*,
ULB 2022, chapters 3 and 4. Times are datetime64 or seconds since 1970, shape (rows,); days are those of UTC.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SECONDS_A_DAY = 86_400
REPORTING_DELAY_DAYS = 7
WATCHED_DAYS = 7
COLUMNS = ("event_time", "customer_id", "is_fraud")


class Baseline(NamedTuple):
    """Published quality on the test week."""

    roc_auc: float
    average_precision: float
    card_precision_at_100: float


PUBLISHED_BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "logistic regression": Baseline(0.871, 0.606, 0.291),
        "decision tree, depth 2": Baseline(0.763, 0.496, 0.241),
        "decision tree, unlimited": Baseline(0.788, 0.309, 0.243),
        "random forest": Baseline(0.867, 0.658, 0.287),
        "XGBoost": Baseline(0.862, 0.639, 0.273),
    }
)


def protocol_split(
    event_time: Array,
    customer_id: Array,
    is_fraud: Array,
    train_start: date,
    train_days: int = 7,
    delay_days: int = REPORTING_DELAY_DAYS,
    test_days: int = 7,
) -> tuple[Integers, Integers]:
    """Split by time, with a gap of the label's delay; the published split starts on 2018-07-25.

    A customer with a fraud since the start of training is left out of the test once the delay is over: of a test day
    when the fraud lies more than `delay_days` days before it.

    Returns:
        Positions of the training and of the test transactions, ascending.
    """
    day, start = _day_number(event_time), _day_number(np.datetime64(train_start, "D"))
    train = (start <= day) & (day < start + train_days)
    test_start = start + train_days + delay_days
    test = (test_start <= day) & (day < test_start + test_days)
    test &= ~_known_compromised(day, customer_id, is_fraud, int(start), delay_days)
    return np.flatnonzero(train), np.flatnonzero(test)


def without_compromised_customers(
    training: Mapping[str, Array], gap: Mapping[str, Array], evaluated: Mapping[str, Array]
) -> Mask:
    """Return which evaluated rows are of customers not known as compromised, as in `protocol_split`.

    Frauds count from 14 days before the first evaluated day (the start of the published training week), so that the
    test stays the same when training reaches further back.

    Args:
        training: columns event_time, customer_id and is_fraud of the training rows.
        gap: the same columns of the rows between training and evaluation.
        evaluated: the same columns of the rows to judge.
    """
    event_time, customer_id, is_fraud = (
        np.concatenate([part[name] for part in (training, gap, evaluated)]) for name in COLUMNS
    )
    day = _day_number(event_time)
    own = slice(len(day) - len(evaluated["event_time"]), None)
    since = int(day[own].min(initial=day.max(initial=0))) - REPORTING_DELAY_DAYS - WATCHED_DAYS
    return ~_known_compromised(day, customer_id, is_fraud, since, REPORTING_DELAY_DAYS)[own]


def card_precision_at_100(label: Array, score: Array, event_time: Array, customer_id: Array) -> float:
    """Return `card_precision_at_k` for an investigator who checks 100 cards a day."""
    return card_precision_at_k(_day_number(event_time), customer_id, label, score)


def card_precision_at_k(day: Array, customer_id: Array, is_fraud: Array, score: Array, k: int = 100) -> float:
    """Return the share of compromised cards among the k that are checked each day, averaged over the days.

    A card's score is its highest of the day; it is compromised if it had a fraud that day. A card that was found is
    blocked, so it is not seen on later days. Equal scores are checked in the order of the customer's id.

    Raises:
        ValueError: k is not positive, or there are no transactions.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    if not len(day):
        raise ValueError("card precision needs at least one transaction, got none")
    open_cards, precisions = np.ones(len(day), bool), []
    for today in np.unique(day):
        rows = open_cards & (day == today)
        found = _found_cards(customer_id[rows], is_fraud[rows], score[rows], k)
        precisions.append(len(found) / k)
        open_cards &= ~np.isin(customer_id, found)
    return float(np.mean(precisions))


def _found_cards(customer_id: Array, is_fraud: Array, score: Array, k: int) -> Array:
    cards, position = np.unique(customer_id, return_inverse=True)
    highest, compromised = np.full(len(cards), -np.inf), np.zeros(len(cards), bool)
    np.maximum.at(highest, position, score)
    compromised[position[is_fraud > 0]] = True
    checked = np.argsort(-highest, kind="stable")[:k]
    return cards[checked[compromised[checked]]]


def _known_compromised(day: Integers, customer_id: Array, is_fraud: Array, since: int, delay_days: int) -> Mask:
    customers, position = np.unique(customer_id, return_inverse=True)
    first_fraud = np.full(len(customers), np.iinfo(np.int64).max)
    counted = (is_fraud > 0) & (day >= since)
    np.minimum.at(first_fraud, position[counted], day[counted])
    known: Mask = first_fraud[position] < day - delay_days
    return known


def _day_number(event_time: Array | np.datetime64) -> Integers:
    times = np.asarray(event_time)
    is_date = times.dtype.kind == "M"
    day: Integers = (times.astype("datetime64[D]") if is_date else times // SECONDS_A_DAY).astype(np.int64)
    return day
