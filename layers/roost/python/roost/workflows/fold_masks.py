"""Rows into folds: by time or by a hash, with a label, and for evaluation only those that the model's filter keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.folds import Fold, Span, comparison_fold, fold_before, next_midnight
from roost.domain.key_shares import key_shares
from roost.errors import DataRejected
from roost.spec import HashSplit, Model, TimeSplit
from roost.workflows.labels import Labels, check_fold

Columns = Mapping[str, npt.NDArray[Any]]
Mask = npt.NDArray[np.bool_]

SELECTION_TRAIN, SELECTION_TEST, TRAIN, HOLDOUT = "selection_train", "selection_test", "train", "holdout"


@dataclass(frozen=True)
class Rows:
    """Rows to train on, rows between, rows to evaluate, as masks; ``told`` says where the first and the last lie."""

    training: Mask
    gap: Mask
    evaluated: Mask
    told: tuple[str, str]


def stretch(model: Model, events: tuple[int, int], cutoff: str | None) -> Span:
    """The time whose rows may be in a fold; ``events`` are first and last event time, in seconds since 1970.

    It ends at the cutoff (ISO 8601), or after the last event: at midnight where the split is by time.

    Raises:
        DataRejected: the cutoff is no time.
    """
    first, last = events
    if isinstance(model.split, TimeSplit):
        end = _seconds(cutoff) if cutoff else next_midnight(last)
        return Span(comparison_fold(_final(model.split, end)).train.start, end)
    return Span(first, _seconds(cutoff) if cutoff else last + 1)


def fold_masks(model: Model, columns: Columns, label: Labels, time: Span) -> dict[str, Mask]:
    """Which rows belong to each fold; ``time`` is the model's ``stretch``.

    Raises:
        DataRejected: a fold lacks a class, or its labels do not vary; the message names it, where it lies, and counts.
    """
    labelled = ~np.isnan(label)
    selection, final = _rows(model, columns, time)
    masks: dict[str, Mask] = {}
    for train, test, rows in ((SELECTION_TRAIN, SELECTION_TEST, selection), (TRAIN, HOLDOUT, final)):
        found = {train: labelled & rows.training, test: _kept(model, columns, labelled, rows)}
        for told, (name, mask) in zip(rows.told, found.items(), strict=True):
            check_fold(model, f"'{name}' {told}", label[mask])
        masks |= found
    return masks


def _rows(model: Model, columns: Columns, time: Span) -> tuple[Rows, Rows]:
    """To choose a candidate on, and to fit it for good and to judge it."""
    if isinstance(model.split, HashSplit):
        return _by_hash(model.split, columns[model.split.by])
    final, at = _final(model.split, time.end), columns[model.source.event_time]
    return _by_time(comparison_fold(final), at), _by_time(final, at)


def _final(split: TimeSplit, end: int) -> Fold:
    return fold_before(end, *(round(length.total_seconds()) for length in (split.train, split.gap, split.holdout)))


def _by_time(fold: Fold, time: npt.NDArray[Any]) -> Rows:
    training, gap, evaluated = (_within(time, span) for span in (fold.train, fold.gap, fold.evaluated))
    return Rows(training, gap, evaluated, (_told(fold.train), _told(fold.evaluated)))


def _told(span: Span) -> str:
    return f"from {iso(span.start)} to {iso(span.end)}"


def _by_hash(split: HashSplit, keys: npt.NDArray[Any]) -> tuple[Rows, Rows]:
    share, nobody, by = key_shares(keys, split.seed), np.zeros(len(keys), np.bool_), f"by the hash of {split.by}"
    held, chosen = share < split.holdout, share < split.holdout + split.selection
    return Rows(~chosen, nobody, chosen & ~held, (by, by)), Rows(~held, nobody, held, (by, by))


def _kept(model: Model, columns: Columns, labelled: Mask, rows: Rows) -> Mask:
    mask = labelled & rows.evaluated
    if model.holdout_filter is None:
        return mask
    parts = {"training": labelled & rows.training, "gap": labelled & rows.gap, "evaluated": mask}
    inputs = {
        part: {name: columns[name][those] for name in model.holdout_filter.inputs} for part, those in parts.items()
    }
    kept = mask.copy()
    kept[mask] = model.holdout_filter.function(**inputs)
    return kept


def _within(time: npt.NDArray[Any], span: Span) -> Mask:
    return np.asarray((time >= span.start) & (time < span.end))


def _seconds(cutoff: str) -> int:
    try:
        moment = datetime.fromisoformat(cutoff)
    except ValueError as error:
        raise DataRejected(f"cutoff {cutoff!r} is no time; write it like 2018-08-15T00:00:00") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def iso(seconds: int) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
