"""What of a log is due, and how much of it a run takes."""

from datetime import UTC, datetime

from roost.domain.compaction import ENOUGH, PORTION_BYTES, PORTION_FILES, RUN_FILES, Compacted, Portion, due
from roost.object_keys import event_log_key

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def files(day: str, count: int, size: int = 1_000) -> dict[str, int]:
    return {event_log_key("payments", day, f"{number:07}"): size for number in range(count)}


def counts(sizes: dict[str, int]) -> list[tuple[str, int]]:
    return [(portion.day, len(portion.covers)) for portion in due("payments", sizes, NOON)]


def test_a_day_that_goes_on_is_taken_once_it_has_enough_files() -> None:
    assert counts(files("2026-03-05", ENOUGH - 1)) == []
    assert counts(files("2026-03-05", ENOUGH)) == [("2026-03-05", ENOUGH)]


def test_days_are_taken_one_by_one_oldest_first() -> None:
    assert counts({**files("2026-03-04", 3), **files("2026-02-28", 2)}) == [("2026-02-28", 2), ("2026-03-04", 3)]


def test_a_portion_is_bounded_in_files_and_in_bytes() -> None:
    assert counts(files("2026-03-01", PORTION_FILES + 1)) == [("2026-03-01", PORTION_FILES), ("2026-03-01", 1)]
    assert counts(files("2026-03-01", 5, PORTION_BYTES // 2)) == [
        ("2026-03-01", 2),
        ("2026-03-01", 2),
        ("2026-03-01", 1),
    ]
    assert counts(files("2026-03-01", 2, 2 * PORTION_BYTES)) == [("2026-03-01", 1), ("2026-03-01", 1)]


def test_a_run_leaves_the_rest_to_the_next() -> None:
    sizes = {**files("2026-03-01", RUN_FILES - 5), **files("2026-03-02", 9), **files("2026-03-03", 9)}
    taken = {key for portion in due("payments", sizes, NOON) for key in portion.covers}
    assert len(taken) == RUN_FILES
    left = {key: size for key, size in sizes.items() if key not in taken}
    assert counts(left) == [("2026-03-02", 4), ("2026-03-03", 9)]


def test_portions_cover_each_file_once() -> None:
    sizes = {**files("2026-03-01", 25, PORTION_BYTES // 10), **files("2026-03-03", 7)}
    covered = [key for portion in due("payments", sizes, NOON) for key in portion.covers]
    assert sorted(covered) == sorted(sizes)


def test_the_same_files_make_the_same_keys_and_others_others() -> None:
    one, other = (Portion("payments", "2026-03-01", covers) for covers in (("a", "b"), ("a", "c")))
    assert one.table == Portion("payments", "2026-03-01", ("a", "b")).table != other.table
    assert one.table.startswith("history/payments/date=2026-03-01/")
    assert one.record < one.table


def test_a_record_comes_back_as_it_was_written() -> None:
    record = Compacted(Portion("payments", "2026-03-01", ("a", "b")), 5, 4)
    assert Compacted.from_json(record.to_json()) == record
    assert Compacted.from_json(record.retire(NOON).to_json()).retired == "2026-03-05"
