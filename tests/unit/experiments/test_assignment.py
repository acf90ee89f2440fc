"""Assignment: sticky, monotone in the shares, and told what to do where nobody is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.assignment import Split, place, point

SHARES = st.floats(0.01, 0.99)


@given(st.text(max_size=40), st.text(max_size=15))
def test_a_point_lies_within_the_unit_interval_and_is_always_the_same(entity: str, salt: str) -> None:
    assert 0 <= point(salt, entity) < 1
    assert point(salt, entity) == point(salt, entity)


def test_points_are_pinned_so_that_no_new_code_moves_entities() -> None:
    assert point("salt", "7") == 0.6867360074839616


@given(st.floats(0, 1, exclude_max=True), SHARES, SHARES)
def test_only_entities_between_two_cuts_change_their_arm(at: float, before: float, after: float) -> None:
    """Where the challenger's share grows, nobody leaves it."""
    smaller, larger = sorted((before, after))
    first, second = place(at, (1 - smaller, smaller)), place(at, (1 - larger, larger))
    assert first <= second
    assert (first != second) == (1 - larger <= at < 1 - smaller)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_arms_get_their_shares(share: float) -> None:
    split = Split("customer", "salt", (1 - share, share))
    arms = [split.assign(number) for number in range(20_000)]
    counted = sum(each.place for each in arms) / len(arms)
    assert abs(counted - share) < 4 * (share * (1 - share) / len(arms)) ** 0.5
    assert {each.propensity for each in arms} <= {1 - share, share}


def test_a_number_and_its_text_are_one_entity() -> None:
    split = Split("customer", "salt", (0.5, 0.5))
    assert all(split.assign(number) == split.assign(str(number)) for number in range(50))


def test_nobody_is_sent_to_the_control_and_is_no_part_of_the_sample() -> None:
    assigned = Split("customer", "salt", (0.1, 0.9)).assign(None)
    assert (assigned.place, assigned.propensity, assigned.assigned) == (0, 1.0, False)


def test_a_growing_share_keeps_what_it_had() -> None:
    small, large = (Split("c", "salt", (1 - share, share)) for share in (0.2, 0.5))
    kept = [(small.assign(n).place, large.assign(n).place) for n in range(5_000)]
    assert (1, 0) not in kept
    assert 0.25 < sum(pair == (0, 1) for pair in kept) / len(kept) < 0.35
