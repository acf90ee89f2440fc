"""How a model is judged: intervals, calibration, threshold, slices."""

from typing import Literal, Self

from pydantic import Field, model_validator

from roost.spec.definition import Definition, Function, Name

Calibration = Literal["auto", "none", "platt", "isotonic"]


class Evaluation(Definition):
    """How sure the numbers on the holdout are.

    ``resamples`` bootstrap resamples give intervals that hold the share ``level`` (0 to 1) of them. Name a ``cluster``
    column of the source, a customer say, where rows of one cluster depend on each other: then clusters are drawn, not
    rows, and intervals are as wide as they should be.
    """

    resamples: int = Field(default=1000, ge=100, le=20_000)
    level: float = Field(default=0.95, gt=0.5, lt=1)
    cluster: Name | None = None


class Slice(Definition):
    """A part of the holdout that is judged by itself: by a column's values, by its bins, or by a function.

    ``column`` is a source column or a feature; with ``edges`` (rising) its numbers are binned, each edge belonging to
    the bin above it. ``function`` takes the columns ``inputs`` by keyword, arrays (rows,), and returns the group of
    each row, (rows,). Groups of fewer than ``min_rows`` rows, or, of a binary model, fewer than ``min_positives``
    positives or negatives, are not judged; neither are all but the ``most_groups`` largest.
    """

    name: Name
    column: Name | None = None
    edges: tuple[float, ...] = ()
    function: Function | None = None
    inputs: tuple[Name, ...] = ()
    min_rows: int = Field(default=200, ge=2)
    min_positives: int = Field(default=10, ge=1)
    most_groups: int = Field(default=10, ge=1, le=50)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.function is None):
            raise ValueError(f"slice '{self.name}': set exactly one of column and function")
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError(f"slice '{self.name}': edges must rise, not {list(self.edges)}")
        if self.function is not None and not self.inputs:
            raise ValueError(f"slice '{self.name}': name the inputs of function")
        return self

    def read_columns(self) -> tuple[str, ...]:
        """The columns or features that it needs."""
        return self.inputs if self.column is None else (self.column,)


Cost = float | Name


class DecisionThreshold(Definition):
    """How a calibrated score becomes a decision; the threshold is computed on the comparison fold.

    One of: flag the ``review_rate`` (0 to 1) highest scores; the most positives at ``min_precision``; the fewest rows
    flagged at ``min_recall``; or the least cost, from ``cost_of_false_positive`` and ``cost_of_false_negative``, each a
    number or the source column that holds it by row. Costs may be declared beside another way: then they are reported.
    """

    review_rate: float | None = Field(default=None, gt=0, lt=1)
    min_precision: float | None = Field(default=None, gt=0, le=1)
    min_recall: float | None = Field(default=None, gt=0, le=1)
    cost_of_false_positive: Cost | None = None
    cost_of_false_negative: Cost | None = None
    positive: str = "review"
    negative: str = "approve"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        costs = (self.cost_of_false_positive, self.cost_of_false_negative)
        if (costs[0] is None) != (costs[1] is None):
            raise ValueError("threshold: set both cost_of_false_positive and cost_of_false_negative, or neither")
        if any(isinstance(cost, float) and cost < 0 for cost in costs):
            raise ValueError("threshold: a cost must not be negative")
        ways = sum(way is not None for way in (self.review_rate, self.min_precision, self.min_recall))
        if ways > 1 or (ways == 0 and costs[0] is None):
            raise ValueError("threshold: set exactly one of review_rate, min_precision, min_recall, or the two costs")
        return self

    def cost_columns(self) -> tuple[str, ...]:
        """The source columns that hold costs."""
        return tuple(c for c in (self.cost_of_false_positive, self.cost_of_false_negative) if isinstance(c, str))
