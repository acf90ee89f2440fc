"""Writes transactions as the raw files that a bank would drop into a data lake."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from .csv_text import csv_text
from .transactions import Transactions, between_days

COMPRESSION_LEVEL = 1


def write_landing_files(
    transactions: Transactions, folder: Path, from_day: date | None = None, until_day: date | None = None
) -> list[Path]:
    """Write gzip-compressed CSV, one file per calendar month (cut at the bounds), named after its days.

    Equal transactions give equal bytes, so that landing the same days again changes nothing.

    Args:
        transactions: ordered by time.
        folder: created where missing; a file of the same days is replaced.
        from_day: the first day to write; None for the first there is.
        until_day: the first day not to write; None to write to the end.

    Returns:
        The files in order of time, each `transactions_<first day>_<last day>.csv.gz`; none without transactions.
    """
    chosen = between_days(transactions, from_day, until_day)
    folder.mkdir(parents=True, exist_ok=True)
    return [_write_month(chosen, folder, first, last) for first, last in _months(chosen, from_day, until_day)]


def _months(chosen: Transactions, from_day: date | None, until_day: date | None) -> Iterator[tuple[date, date]]:
    if not len(chosen):
        return
    first = from_day or _day_of(chosen.event_time[0])
    end = until_day - timedelta(days=1) if until_day else _day_of(chosen.event_time[-1])
    while first <= end:
        last = min(end, _next_month(first) - timedelta(days=1))
        yield first, last
        first = last + timedelta(days=1)


def _write_month(transactions: Transactions, folder: Path, first: date, last: date) -> Path:
    path = folder / f"transactions_{first}_{last}.csv.gz"
    text = csv_text(between_days(transactions, first, last + timedelta(days=1)))
    path.write_bytes(gzip.compress(text, COMPRESSION_LEVEL, mtime=0))
    return path


def _day_of(moment: np.datetime64) -> date:
    day: date = moment.astype("datetime64[D]").item()
    return day


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
