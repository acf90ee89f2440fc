"""The timeline finds what a plain loop finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.newest_events import Timeline

FAR = 2**45
entities = st.sampled_from([0, 1, 2, 70_000, 2**31])
times = st.one_of(st.integers(-5, 5), st.sampled_from([-FAR, FAR]))  # far apart, time and entity exceed 64 bits
events = st.lists(st.tuples(entities, times), min_size=1, max_size=30)
questions = st.lists(st.tuples(st.one_of(entities, st.just(-1)), times), max_size=30)


def integers(pairs: list[tuple[int, int]], place: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([pair[place] for pair in pairs], dtype=np.int64)


@given(events, questions)
def test_the_newest_event_before_a_time(found: list[tuple[int, int]], asked: list[tuple[int, int]]) -> None:
    timeline = Timeline.of(integers(found, 0), integers(found, 1))
    assert timeline is not None
    newest, tied = timeline.before(integers(asked, 0), integers(asked, 1))
    for (entity, at), place, several in zip(asked, newest.tolist(), tied.tolist(), strict=True):
        before = [time for whose, time in found if whose == entity and time < at]
        assert (place < 0) == (not before)
        if before:
            assert found[place] == (entity, max(before))
        assert several == (len(before) > 1 and before.count(max(before)) > 1)


def test_entities_without_end_are_refused() -> None:
    assert Timeline.of(np.array([2**61]), np.array([0])) is None
