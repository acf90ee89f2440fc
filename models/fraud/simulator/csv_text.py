"""Transactions as CSV text, a column at a time, which is several times as fast as a row at a time."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import numpy.typing as npt

from .transactions import Moments, Transactions

Characters = npt.NDArray[np.uint8]

HEADER = ",".join(field.name for field in fields(Transactions)) + "\n"
ABSENT = b"\0"


def csv_text(rows: Transactions) -> bytes:
    """Return a header and a line per transaction: times as ISO 8601 in UTC, amounts with two decimals, flags 0 or 1."""
    cents = np.rint(rows.amount * 100).astype(np.int64)
    comma = _constant(",", len(rows))
    table: Characters = np.hstack(
        [
            *(_number(rows.transaction_id), comma, _moment(rows.event_time), _constant("Z,", len(rows))),
            *(_number(rows.customer_id), comma, _number(rows.terminal_id), comma),
            *(_number(cents // 100), _constant(".", len(rows)), _number(cents % 100, padded_to=2), comma),
            *(_number(rows.is_fraud), comma, _number(rows.fraud_scenario), _constant("\n", len(rows))),
        ]
    )
    return HEADER.encode("ascii") + table.tobytes().translate(None, ABSENT)


def _number(values: npt.NDArray[np.generic], padded_to: int = 1) -> Characters:
    """Return the decimal digits of integers from 0 as (n, width) characters, absent ones for leading zeros."""
    integers = values.astype(np.int64)[:, np.newaxis]
    width = max(padded_to, len(str(integers.max(initial=0))))
    power = 10 ** np.arange(width)[::-1]
    shown = (integers >= power) | (np.arange(width) >= width - padded_to)
    return np.where(shown, integers // power % 10 + ord("0"), 0).astype(np.uint8)


def _moment(times: Moments) -> Characters:
    text = np.datetime_as_string(times, unit="s").astype("U19")
    return text.view(np.uint32).reshape(len(times), 19).astype(np.uint8)


def _constant(text: str, count: int) -> Characters:
    return np.broadcast_to(np.frombuffer(text.encode("ascii"), np.uint8), (count, len(text)))
