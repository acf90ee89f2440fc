"""Limits as DuckDB writes them, and how many portions keep within one."""

import pytest

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.memory_limit import engine_share, in_bytes, portions
from roost.spec.layouts import layout_of
from tests.unit.features.payments import view


@pytest.mark.parametrize(
    ("limit", "size"),
    [("512MB", 512 * 10**6), ("3GB", 3 * 10**9), ("1.5 GiB", 3 * 2**29), (" 40 kb ", 40_000), ("1TiB", 2**40)],
)
def test_a_limit_in_bytes(limit: str, size: int) -> None:
    assert in_bytes(limit) == size


@pytest.mark.parametrize("limit", ["", "512", "MB", "80%", "-1GB", "1,5GB", "1 PB"])
def test_another_spelling_is_refused(limit: str) -> None:
    with pytest.raises(ValueError, match="write a number and a unit"):
        DuckDBTables(limit)


def test_duckdb_spills_beyond_half() -> None:
    assert in_bytes(engine_share(512 * 10**6)) == 256 * 10**6


def test_what_fits_is_answered_at_once_and_twice_the_rows_take_twice_the_portions() -> None:
    layout, limit = layout_of(view()), 512 * 10**6
    assert portions(layout, 1_000, 1_000, limit) == 1
    many = portions(layout, 10**8, 10**8, limit)
    assert portions(layout, 2 * 10**8, 2 * 10**8, limit) in (2 * many - 1, 2 * many)
    assert 1 < portions(layout, 10**8, 10**8, 2 * limit) < many // 2
