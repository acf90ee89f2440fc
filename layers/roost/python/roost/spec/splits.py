"""How the rows of a training set are split: by time, or by a hash of a key where time orders nothing."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from roost.spec.definition import Definition, Name


class TimeSplit(Definition):
    """Split by time, anchored at the end of the data.

    The last ``holdout`` is kept untouched for evaluation. Training ends one ``gap`` before it: the label's delay.
    Candidates are compared on an earlier fold of the same shape, which ends one ``gap`` before the holdout.
    """

    train: timedelta
    gap: timedelta
    holdout: timedelta

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.train <= timedelta(0) or self.holdout <= timedelta(0) or self.gap < timedelta(0):
            raise ValueError("split: train and holdout must be positive, gap must not be negative")
        return self


class HashSplit(Definition):
    """Split a snapshot, whose rows have no order in time, by a salted hash of the column ``by``.

    The share ``holdout`` (0 to 1) of the keys is kept untouched for evaluation; the share ``selection`` of all keys is
    what candidates are compared on, and the model is fitted on it with the rest in the end. All rows of a key fall on
    one side, whatever else the data hold and in whatever order; another ``seed`` gives another split.
    """

    by: Name
    holdout: float = Field(default=0.2, gt=0, lt=1)
    selection: float = Field(default=0.2, gt=0, lt=1)
    seed: int = 0

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if self.holdout + self.selection >= 1:
            raise ValueError("split: holdout and selection must leave keys to train on; their sum must be below 1")
        return self


Split = TimeSplit | HashSplit
