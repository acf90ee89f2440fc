"""Window state as bytes: what goes in comes out, and what is not ours is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.tile_state import EMPTY, FORMAT, WRITE_UNIT, StoredTiles, TileState, pack, unpack

LARGE = 2**62


def state(tiles: list[tuple[int, int, int, int]]) -> TileState:
    """Tiles of one column as (start, events, nulls, sum)."""
    rows = np.array(sorted(tiles), dtype=np.int64).reshape(-1, 4)
    return TileState(rows[:, 0], rows[:, 1], rows[:, 1:2] - rows[:, 2:3], rows[:, 3:4])


def same(stored: StoredTiles, made: TileState) -> bool:
    nulls = (made.events[:, np.newaxis] - made.counts).ravel()
    missing = nulls.tolist() if nulls.any() else []
    lists = (made.starts.tolist(), made.events.tolist(), missing, made.sums.ravel().tolist())
    return (stored.starts, stored.events, stored.nulls, stored.sums) == lists


tiles = st.lists(
    st.tuples(st.integers(-(10**6), 10**6), st.integers(1, 10**9), st.integers(0, 10**9), st.integers(-LARGE, LARGE)),
    max_size=40,
    unique_by=lambda tile: tile[0],
)


@given(tiles)
def test_a_state_survives_packing(chosen: list[tuple[int, int, int, int]]) -> None:
    assert same(unpack(pack(state(chosen))), state(chosen))


@given(st.integers(0, 4), st.integers(1, 5))
def test_any_number_of_columns_survives_packing(columns: int, length: int) -> None:
    counts = np.arange(length * columns, dtype=np.int64).reshape(length, columns)
    made = TileState(np.arange(length, dtype=np.int64), np.full(length, 99, np.int64), counts, -counts)
    assert same(unpack(pack(made)), made)


def test_the_empty_state_survives_packing() -> None:
    assert unpack(pack(state([]))) == replace(EMPTY, columns=1)


def test_forty_usual_tiles_take_less_than_a_write_unit() -> None:
    usual = state([(420_000 + 5 * index, 1, 0, 4_000 + 37 * index) for index in range(40)])
    assert len(pack(usual)) < WRITE_UNIT / 4


def test_a_large_state_is_compressed() -> None:
    large = state([(index, 1, 0, 10**6) for index in range(5_000)])
    assert len(pack(large)) < 1_000
    assert same(unpack(pack(large)), large)


def test_what_does_not_shrink_is_left_plain() -> None:
    noise = np.random.default_rng(7).integers(-LARGE, LARGE, 2_000)
    large = state([(index, 1, 0, int(value)) for index, value in enumerate(noise)])
    assert len(pack(large)) < 2_000 * (8 + 1 + 1) + 64
    assert same(unpack(pack(large)), large)


@pytest.mark.parametrize("payload", [b"", bytes([FORMAT]), bytes([FORMAT + 1, 0]) + b"\0" * 40, b"junk"])
def test_what_is_no_state_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="window state"):
        unpack(payload)


@given(tiles.filter(len), st.data())
def test_a_cut_payload_is_refused(chosen: list[tuple[int, int, int, int]], data: st.DataObject) -> None:
    payload = pack(state(chosen))
    cut = payload[: data.draw(st.integers(0, len(payload) - 1))]
    with pytest.raises(ValueError):
        unpack(cut)
