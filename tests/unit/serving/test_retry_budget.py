"""The bucket of tokens for retries."""

from roost.adapters.retry_budget import FAILED, THROTTLED, RetryBudget, Throttled, price
from roost.errors import DependencyUnavailable


def test_tokens_are_spent_and_come_back_up_to_the_capacity() -> None:
    budget = RetryBudget(20)
    assert [budget.spend(14), budget.spend(14), budget.spend(6), budget.spend(1)] == [True, False, True, False]
    budget.give_back(1)
    assert budget.spend(1)
    budget.give_back(100)
    assert not budget.spend(21)
    assert budget.spend(20)


def test_a_retry_after_a_failure_costs_more_than_after_throttling() -> None:
    assert price(DependencyUnavailable("lost")) == FAILED > THROTTLED
    assert price(Throttled("slow down")) == price(None) == THROTTLED
