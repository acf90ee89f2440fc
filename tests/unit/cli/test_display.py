"""What a person sees: ages in words, and tables that fit."""

import pytest

from roost.cli.display import age, fits, table


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 seconds"), (0, "0 seconds"), (59.4, "59 seconds"), (60, "1 minute"), (119, "1 minute"),
        (7_199, "1 hour"), (7_200, "2 hours"), (86_399, "23 hours"), (86_400, "1 day"), (2_000 * 86_400, "2,000 days"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_its_largest_whole_unit(seconds: float, words: str) -> None:
    assert age(seconds) == words


@pytest.mark.parametrize(("columns", "room"), [("20", False), ("60", True)])
def test_a_table_fits_or_not(columns: str, room: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert fits(table("", ("one", "two", "three"), [["cell " * 2] * 3])) is room
