"""Outcomes of predictions, in memory and over the Amazon DynamoDB API (moto, embedded AWS)."""

from datetime import UTC, datetime, timedelta

import pytest

from roost.adapters.dynamodb_outcomes import DynamoDBOutcomes
from roost.adapters.in_memory import InMemoryOutcomes
from roost.domain.outcomes import MOST_REPORTS, Outcome
from roost.monitoring_names import Recorded
from roost.ports import OutcomeStore
from tests.contract.conftest import KINDS, reach, table

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> OutcomeStore:
    if request.param == "in_memory":
        return InMemoryOutcomes()
    reach(request)
    writers = 1 if request.param == "moto" else 8  # moto keeps its tables in dicts that threads must not share
    return DynamoDBOutcomes(table("roost-test-outcomes", "pk"), "fraud", writers=writers)


def outcome(prediction: str, label: float | str = 1, days: float = 0) -> Outcome:
    return Outcome(prediction, label, AT + timedelta(days=days))


def test_what_was_not_reported_is_left_out(store: OutcomeStore) -> None:
    assert store.of(["p"]) == {}
    assert store.of([]) == {}
    assert list(store.record([])) == []


def test_each_report_is_told_what_became_of_it_in_its_order(store: OutcomeStore) -> None:
    reports = [
        outcome("a"), outcome("b", "red"), outcome("a"), outcome("a", 0, days=1), outcome("a", 1, days=-1),
        outcome("a", 0),
    ]  # fmt: skip
    assert list(store.record(reports)) == [
        Recorded.NEW, Recorded.NEW, Recorded.REPEATED, Recorded.CORRECTED, Recorded.LATE, Recorded.CONTRADICTED,
    ]  # fmt: skip
    found = store.of(["a", "b", "c", "a"])
    assert {name: (one.label, one.contradictions) for name, one in found.items()} == {"a": (0, 1), "b": ("red", 0)}
    assert found["a"].observed_at == "2026-01-02T00:00:00.000Z"


def test_many_are_read_and_written_at_once(store: OutcomeStore) -> None:
    names = [f"p{number}" for number in range(230)]
    assert set(store.record([outcome(name, number % 2) for number, name in enumerate(names)])) == {Recorded.NEW}
    assert {name: one.label for name, one in store.of(names).items()} == {n: i % 2 for i, n in enumerate(names)}


def test_one_report_too_many_is_refused_and_those_that_are_known_are_not(store: OutcomeStore) -> None:
    reports = [outcome("p", 1, days=day) for day in range(MOST_REPORTS)]
    store.record(reports)
    assert list(store.record([outcome("p", 0), reports[0]])) == [Recorded.REFUSED, Recorded.REPEATED]
    assert len(store.of(["p"])["p"].reports) == MOST_REPORTS
