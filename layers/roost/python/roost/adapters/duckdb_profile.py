"""Profiles of valid tables: what set-level rules need to know, in a few passes over Parquet."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from roost.adapters.duckdb_connection import literal, quoted
from roost.domain.profile import Bins, ColumnFacts, Profile, ProfileQuestions, share_name
from roost.spec.sources import NUMERIC, Source

DECILES = tuple(tenth / 10 for tenth in range(1, 10))
MOST_VALUES = 20


def profile(opened: duckdb.DuckDBPyConnection, table: Path, source: Source, asked: ProfileQuestions) -> Profile:
    """Answer questions about a valid table."""
    rows = f"read_parquet({literal(str(table))})"
    last = f"coalesce(max(floor(epoch_us({quoted(source.event_time)}) / 1e6)), 0)::BIGINT"
    count, newest = opened.execute(f"SELECT count(*), {last} FROM {rows}").fetchall()[0]
    bins = {name: _bins(opened, rows, source, name) for name in asked.binned}
    return Profile(
        rows=int(count),
        last=int(newest),
        columns={name: _facts(opened, rows, source, name, asked.label) for name in asked.columns},
        shares={share_name(*share): _share(opened, rows, *share) for share in asked.shares},
        repeated=_repeated(opened, rows, asked.keys),
        bins=bins,
        counts=bin_counts(opened, table, source, bins, None),
    )


def bin_counts(
    opened: duckdb.DuckDBPyConnection, table: Path, source: Source, bins: Mapping[str, Bins], after: int | None
) -> dict[str, tuple[int, ...]]:
    """Rows of a valid table by bin, those after a second since 1970 only if it is given."""
    when = f"WHERE floor(epoch_us({quoted(source.event_time)}) / 1e6) > {after}" if after is not None else ""
    rows = f"(SELECT * FROM read_parquet({literal(str(table))}) {when})"
    return {name: _counts(opened, rows, name, bins[name]) for name in bins}


def _facts(opened: duckdb.DuckDBPyConnection, rows: str, source: Source, name: str, label: str) -> ColumnFacts:
    cell = quoted(name)
    kind = "DOUBLE" if {source.column(name).type, source.column(label).type} <= NUMERIC else "VARCHAR"
    nulls, low, high, differing = opened.execute(
        f"SELECT count(*) - count({cell}), min({cell})::VARCHAR, max({cell})::VARCHAR, "
        f"count(*) FILTER ({cell}::{kind} IS DISTINCT FROM {quoted(label)}::{kind}) FROM {rows}"
    ).fetchall()[0]
    return ColumnFacts(int(nulls), low == high, str(low or ""), differing == 0)


def _share(opened: duckdb.DuckDBPyConnection, rows: str, name: str, value: str) -> tuple[int, int]:
    cell = quoted(name)
    found = opened.execute(
        f"SELECT count(*) FILTER ({cell} = TRY_CAST({literal(value)} AS {_kind(opened, rows, name)})), count({cell}) "
        f"FROM {rows}"
    ).fetchall()
    return int(found[0][0]), int(found[0][1])


def _kind(opened: duckdb.DuckDBPyConnection, rows: str, name: str) -> str:
    return str(opened.execute(f"DESCRIBE SELECT {quoted(name)} FROM {rows}").fetchall()[0][1])


def _repeated(opened: duckdb.DuckDBPyConnection, rows: str, keys: tuple[str, ...]) -> int:
    if not keys:
        return 0
    columns = ", ".join(map(quoted, keys))
    found = opened.execute(
        f"SELECT coalesce(sum(copies - 1), 0)::BIGINT FROM (SELECT count(*) AS copies FROM {rows} GROUP BY {columns})"
    ).fetchall()
    return int(found[0][0])


def _bins(opened: duckdb.DuckDBPyConnection, rows: str, source: Source, name: str) -> Bins:
    cell = quoted(name)
    if source.column(name).type in NUMERIC:
        cuts = opened.execute(f"SELECT quantile_disc({cell}::DOUBLE, {list(DECILES)}) FROM {rows}").fetchall()[0][0]
        return Bins(edges=tuple(sorted(set(cuts or ()))))
    frequent = opened.execute(
        f"SELECT {cell}::VARCHAR AS value, count(*) AS rows FROM {rows} WHERE {cell} IS NOT NULL "
        f"GROUP BY value ORDER BY rows DESC, value LIMIT {MOST_VALUES}"
    ).fetchall()
    return Bins(values=tuple(str(value) for value, _ in frequent))


def _counts(opened: duckdb.DuckDBPyConnection, rows: str, name: str, bins: Bins) -> tuple[int, ...]:
    cell = quoted(name)
    last = bins.count - 1
    if bins.values:
        listed = ", ".join(map(literal, bins.values))
        place = f"coalesce(nullif(list_position([{listed}], {cell}::VARCHAR), 0) - 1, {last - 1})"
    else:
        place = " + ".join(["0", *(f"({cell}::DOUBLE > {edge!r}::DOUBLE)::INT" for edge in bins.edges)])
    found = opened.execute(
        f"SELECT CASE WHEN {cell} IS NULL THEN {last} ELSE {place} END AS bin, count(*) FROM {rows} GROUP BY bin"
    ).fetchall()
    by_bin = {int(number): int(count) for number, count in found}
    return tuple(by_bin.get(number, 0) for number in range(bins.count))
