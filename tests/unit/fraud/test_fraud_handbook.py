"""The handbook's protocol: who trains, who tests, how many cards are found."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from models.fraud.handbook import (
    PUBLISHED_BASELINES,
    card_precision_at_100,
    card_precision_at_k,
    protocol_split,
    without_compromised_customers,
)

START = date(2020, 1, 1)


def at_noon(days: list[int]) -> Any:
    return np.datetime64(START, "s") + np.array(days) * np.timedelta64(86_400, "s") + np.timedelta64(43_200, "s")


def split(days: list[int], customers: list[int], frauds: list[int], **lengths: int) -> tuple[list[int], list[int]]:
    train, test = protocol_split(at_noon(days), np.array(customers), np.array(frauds), START, **lengths)
    return train.tolist(), test.tolist()


def test_training_gap_and_test_follow_each_other() -> None:
    days = list(range(-1, 23))
    train, test = split(days, days, [0] * len(days))
    assert [days[row] for row in train] == list(range(7))
    assert [days[row] for row in test] == list(range(14, 21))


def test_lengths_can_be_chosen() -> None:
    days = list(range(10))
    assert split(days, days, [0] * 10, train_days=2, delay_days=3, test_days=1) == ([0, 1], [5])


@pytest.mark.parametrize(
    ("fraud_day", "left"),
    [(-1, [14, 15, 16]), (0, []), (6, []), (7, [14]), (8, [14, 15]), (13, [14, 15, 16]), (14, [14, 15, 16])],
)
def test_a_compromised_customer_is_left_out_once_it_is_known(fraud_day: int, left: list[int]) -> None:
    days = [fraud_day, 14, 15, 16]
    _, test = split(days, [9, 9, 9, 9], [1, 0, 0, 0])
    assert [days[row] for row in test if row > 0] == left


def test_frauds_of_others_leave_nobody_out() -> None:
    assert split([0, 14], [1, 2], [1, 0]) == ([0], [1])


@pytest.mark.parametrize("fraud_day", range(-2, 18))
@pytest.mark.parametrize("as_seconds", [True, False])
def test_the_pipelines_filter_is_the_protocols(fraud_day: int, as_seconds: bool) -> None:
    days, fraud = [fraud_day, *range(14, 21)], np.array([1] + [0] * 7)
    time, customer = at_noon(days), np.full(8, 4)
    _, test = protocol_split(time, customer, fraud, START)
    column = time.astype(np.int64).astype(float) if as_seconds else time
    parts = {
        part: {"event_time": column[rows], "customer_id": customer[rows], "is_fraud": fraud[rows]}
        for part, rows in {
            "training": np.array(days) < 7,
            "gap": (np.array(days) >= 7) & (np.array(days) < 14),
            "evaluated": np.array(days) >= 14,
        }.items()
    }
    kept = np.flatnonzero(np.array(days) >= 14)[without_compromised_customers(**parts)]
    assert kept.tolist() == test.tolist()


CUSTOMERS = np.array([1, 1, 2, 3, 1, 2, 3])
DAYS = np.array([0, 0, 0, 0, 1, 1, 1])
FRAUDS = np.array([0, 1, 0, 1, 1, 1, 0])
SCORES = np.array([0.9, 0.1, 0.8, 0.2, 1.0, 0.3, 0.4])


@pytest.mark.parametrize(
    ("k", "expected"),
    [
        (1, (1 + 0) / 2),  # day 0 finds card 1, which is then blocked; day 1 checks card 3 first: honest
        (2, (1 / 2 + 1 / 2) / 2),  # day 0: cards 1 and 2; day 1: 3 and 2
        (3, (2 / 3 + 1 / 3) / 2),  # day 0 finds 1 and 3; day 1 has card 2 alone
        (10, (2 / 10 + 1 / 10) / 2),
    ],
)
def test_card_precision_by_hand(k: int, expected: float) -> None:
    assert card_precision_at_k(DAYS, CUSTOMERS, FRAUDS, SCORES, k) == pytest.approx(expected, abs=1e-15)


def test_card_precision_does_not_depend_on_the_order_of_rows() -> None:
    turned = slice(None, None, -1)
    backwards = card_precision_at_k(DAYS[turned], CUSTOMERS[turned], FRAUDS[turned], SCORES[turned], 2)
    assert backwards == card_precision_at_k(DAYS, CUSTOMERS, FRAUDS, SCORES, 2)


def test_equal_scores_are_checked_in_the_order_of_customers() -> None:
    day, tied = np.zeros(3, int), np.ones(3)
    assert card_precision_at_k(day, np.array([7, 5, 6]), np.array([0, 1, 0]), tied, 1) == 1.0
    assert card_precision_at_k(day, np.array([5, 7, 6]), np.array([0, 1, 0]), tied, 1) == 0.0


def test_card_precision_at_100_takes_the_day_from_the_time() -> None:
    seconds = DAYS * 86_400 + 86_399
    expected = card_precision_at_k(DAYS, CUSTOMERS, FRAUDS, SCORES, 100)
    assert card_precision_at_100(label=FRAUDS, score=SCORES, event_time=seconds, customer_id=CUSTOMERS) == expected


def test_card_precision_needs_transactions_and_a_budget() -> None:
    none = np.empty(0)
    with pytest.raises(ValueError, match="at least one transaction"):
        card_precision_at_k(none, none, none, none)
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        card_precision_at_k(DAYS, CUSTOMERS, FRAUDS, SCORES, 0)


def test_the_published_baselines_are_the_handbooks_five() -> None:
    assert len(PUBLISHED_BASELINES) == 5
    assert max(PUBLISHED_BASELINES.values(), key=lambda one: one.average_precision).average_precision == 0.658
