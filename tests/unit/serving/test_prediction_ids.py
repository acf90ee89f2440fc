"""Identifiers that carry their moment."""

import os
import uuid
from datetime import UTC, datetime

import pytest

from roost.domain.prediction_ids import moment_of, new_prediction_id

NOW = datetime(2026, 1, 2, 3, 4, 5, 345_678, tzinfo=UTC)


def test_an_identifier_is_a_uuid_of_version_7_and_the_rfc_variant() -> None:
    found = uuid.UUID(new_prediction_id(NOW))
    assert (found.version, found.variant) == (7, uuid.RFC_4122)


def test_the_moment_inside_is_the_given_one_to_the_millisecond() -> None:
    assert moment_of(new_prediction_id(NOW)) == NOW.replace(microsecond=345_000)


def test_the_example_of_the_rfc_has_its_time() -> None:
    """RFC 9562, appendix A.6: 2022-02-22 14:22:22.00 GMT-05:00."""
    assert moment_of("017f22e2-79b0-7cc3-98c4-dc0c0c07398f") == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_no_two_are_alike() -> None:
    assert len({new_prediction_id(NOW) for _ in range(10_000)}) == 10_000


def test_a_copy_of_the_process_makes_others() -> None:
    """As an environment restored from a snapshot does: the same memory, other randomness."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, new_prediction_id(NOW).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 36).decode()
    os.close(reader)
    os.close(writer)
    assert theirs[14:] != new_prediction_id(NOW)[14:]


@pytest.mark.parametrize(
    "wrong",
    [
        "", "7", "no-uuid", str(uuid.uuid4()), "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "ffffffff-ffff-7cc3-98c4-dc0c0c07398f",
    ],
)  # fmt: skip
def test_anything_else_has_no_moment(wrong: str) -> None:
    with pytest.raises(ValueError, match="UUID|year"):
        moment_of(wrong)
