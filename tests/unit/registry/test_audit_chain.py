"""An audit log that was tampered with is found, and statuses move only where they may."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.audit_log import AuditEntry, first_broken_link
from roost.domain.registry import MOVES, Actor, ModelHead, Version, moved, registration
from roost.errors import StatusConflict
from roost.names import Status

ACTOR = Actor("ann", datetime(2026, 1, 1, tzinfo=UTC))
DRAFT = Version("fraud", 0, Status.CANDIDATE, "abc", "2026-01-01", "run", {}, {})


def chain(length: int) -> list[AuditEntry]:
    entries, head = [], ModelHead("fraud")
    for _ in range(length):
        change = registration(head, DRAFT, ACTOR)
        entries.append(change.entry)
        head = change.after
    return entries


def test_an_untouched_chain_holds() -> None:
    assert first_broken_link(chain(5)) is None
    assert first_broken_link([]) is None


@given(st.integers(0, 4), st.sampled_from(["actor", "action", "subject", "at"]))
def test_an_edited_entry_is_found(index: int, field: str) -> None:
    entries = chain(5)
    entries[index] = replace(entries[index], **{field: "mallory"})
    assert first_broken_link(entries) == index + 1


@given(st.integers(0, 4))
def test_an_edited_entry_with_a_new_hash_is_found_at_its_successor(index: int) -> None:
    entries = chain(6)
    entries[index] = replace(entries[index], actor="mallory").sealed()
    assert first_broken_link(entries) == index + 2


@given(st.integers(0, 3))
def test_a_missing_entry_is_found(index: int) -> None:
    entries = chain(5)
    del entries[index]
    assert first_broken_link(entries) == index + 1


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_statuses_move_only_where_they_may(before: Status, after: Status) -> None:
    version = replace(DRAFT, number=1, status=before)
    if after in MOVES[before]:
        assert moved(version, after, "because").status is after
    else:
        with pytest.raises(StatusConflict, match=f"is {before} and cannot become {after}"):
            moved(version, after)
