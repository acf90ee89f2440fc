"""Rules that a data set keeps as a whole, judged on each training run against the sets that were accepted before."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from roost.spec.definition import Definition, Name


class VolumeRule(Definition):
    """Valid rows over the median of the last ``sets`` accepted sets: a set is all that has landed, so it grows."""

    at_least: float = Field(default=0.8, ge=0)
    at_most: float | None = Field(default=None, gt=0)
    sets: int = Field(default=5, ge=1)


class DuplicateRule(Definition):
    """Share (0 to 1) of the rows that repeat the ``columns`` of an earlier one; all columns if none is named."""

    columns: tuple[Name, ...] = ()
    at_most: float = Field(default=0.0, ge=0, le=1)


class ShareRule(Definition):
    """Share (0 to 1) of a value among the cells of a column that are not null, such as the rate of a label."""

    column: Name
    value: str
    at_least: float = Field(default=0.0, ge=0, le=1)
    at_most: float = Field(default=1.0, ge=0, le=1)

    @model_validator(mode="after")
    def _bounds_hold_something(self) -> Self:
        if self.at_least > self.at_most:
            raise ValueError(f"set_rules: share of {self.column!r}: at_least {self.at_least} is above {self.at_most}")
        return self


class DriftRule(Definition):
    """How far the rows that are newer than the last accepted set may lie from it, column by column.

    A column has drifted if its population stability index is above ``max_psi`` and the difference is no chance: the
    rule stops a set whose new rows come from the same distribution with a probability of at most ``error_rate``,
    over all columns together.
    """

    columns: tuple[Name, ...] = Field(min_length=1)
    max_psi: float = Field(default=0.25, ge=0)
    error_rate: float = Field(default=0.001, gt=0, lt=0.5)


class SetRules(Definition):
    """Rules for a whole data set of a source; ``max_age`` bounds the age of its newest event."""

    volume: VolumeRule | None = None
    max_age: timedelta | None = None
    duplicates: DuplicateRule | None = None
    shares: tuple[ShareRule, ...] = ()
    drift: DriftRule | None = None

    def columns(self) -> list[str]:
        """Every column that a rule names."""
        return [
            *(self.duplicates.columns if self.duplicates else ()),
            *(share.column for share in self.shares),
            *(self.drift.columns if self.drift else ()),
        ]
