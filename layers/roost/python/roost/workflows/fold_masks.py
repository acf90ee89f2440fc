"""Rows into folds: by time, with a label, and for evaluation only those that the model's filter keeps."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.folds import Fold, Span, comparison_fold, fold_before, next_midnight
from roost.errors import DataRejected
from roost.spec import Model

Columns = Mapping[str, npt.NDArray[Any]]
Mask = npt.NDArray[np.bool_]

SELECTION_TRAIN, SELECTION_TEST, TRAIN, HOLDOUT = "selection_train", "selection_test", "train", "holdout"


def final_fold(model: Model, last_event: int, cutoff: str | None) -> Fold:
    """The fold that the model is judged on: it ends at the cutoff (ISO 8601), or after the last day with data.

    Raises:
        DataRejected: the cutoff is no time.
    """
    end = _seconds(cutoff) if cutoff else next_midnight(last_event)
    lengths = (model.split.train, model.split.gap, model.split.holdout)
    return fold_before(end, *(round(length.total_seconds()) for length in lengths))


def spans(final: Fold) -> dict[str, Span]:
    """The stretch of time of each fold."""
    earlier = comparison_fold(final)
    return {
        SELECTION_TRAIN: earlier.train, SELECTION_TEST: earlier.evaluated, TRAIN: final.train, HOLDOUT: final.evaluated,
    }  # fmt: skip


def fold_masks(model: Model, columns: Columns, final: Fold) -> dict[str, Mask]:
    """Which rows belong to each fold.

    Raises:
        DataRejected: a label is neither 0 nor 1, or a fold lacks a class; the message names it, its time and counts.
    """
    label = columns[model.label].astype(np.float64)
    _check_labels(model, label)
    labelled, time = ~np.isnan(label), columns[model.source.event_time]
    masks = {name: labelled & _within(time, span) for name, span in spans(final).items()}
    for name, fold in ((SELECTION_TEST, comparison_fold(final)), (HOLDOUT, final)):
        masks[name] = _kept(model, columns, labelled, fold, masks[name])
    for name, span in spans(final).items():
        _check_classes(name, span, label[masks[name]])
    return masks


def _kept(model: Model, columns: Columns, labelled: Mask, fold: Fold, mask: Mask) -> Mask:
    if model.holdout_filter is None:
        return mask
    time = columns[model.source.event_time]
    parts = {"training": fold.train, "gap": fold.gap, "evaluated": fold.evaluated}
    rows = {part: labelled & _within(time, span) for part, span in parts.items()}
    inputs = {part: {name: columns[name][rows[part]] for name in model.holdout_filter.inputs} for part in parts}
    kept = mask.copy()
    kept[mask] = model.holdout_filter.function(**inputs)
    return kept


def _within(time: npt.NDArray[Any], span: Span) -> Mask:
    return np.asarray((time >= span.start) & (time < span.end))


def _check_labels(model: Model, label: npt.NDArray[np.float64]) -> None:
    others = np.setdiff1d(label[~np.isnan(label)], (0.0, 1.0))
    if others.size:
        raise DataRejected(
            f"label '{model.label}' holds {others[0]:g}; it must be 0 or 1: declare minimum 0 and maximum 1 to have "
            "such rows quarantined"
        )


def _check_classes(name: str, span: Span, label: npt.NDArray[np.float64]) -> None:
    positives = int(label.sum())
    if positives in (0, len(label)):
        raise DataRejected(
            f"fold '{name}' from {iso(span.start)} to {iso(span.end)} has {len(label)} labelled rows, {positives} of "
            "them positive; both classes are needed: land more data, move the cutoff, or change the split"
        )


def _seconds(cutoff: str) -> int:
    try:
        moment = datetime.fromisoformat(cutoff)
    except ValueError as error:
        raise DataRejected(f"cutoff {cutoff!r} is no time; write it like 2018-08-15T00:00:00") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def iso(seconds: int) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
