"""Gates: what a version must reach to be registered."""

from typing import Literal, Self

from pydantic import Field, model_validator

from roost.spec.definition import Definition, Name


class Gate(Definition):
    """A bound on a number, with the risk that is taken.

    A bound is ``at_least`` or ``at_most``, on the number itself (``on="value"``) or on the lower or upper end of its
    one-sided interval at ``level``: the lower end of a metric that should be high shows that the model is good enough,
    the upper end only that it is not surely too bad. ``slice``: every judged group of that slice must keep the bound.

    ``versus`` compares on the same rows with the ``champion`` (what serves now) or the ``baseline`` (what a model
    without features would say): at ``level``, this model must not be worse by ``margin`` or more (non-inferiority); a
    negative margin demands that it be better by that much. Without a champion such a gate is not applicable, and
    passes.

    ``metric`` is a built-in metric, one of the project's, one of the decision (``precision``, ``recall``,
    ``flagged_share``, ``cost_per_row``), or measured in the run: ``latency_p50_ms``, ``latency_p99_ms`` of one row,
    ``package_bytes``.
    """

    metric: Name
    at_least: float | None = None
    at_most: float | None = None
    on: Literal["value", "lower", "upper"] = "value"
    versus: Literal["champion", "baseline"] | None = None
    margin: float = 0.0
    level: float = Field(default=0.95, gt=0.5, lt=1)
    slice: Name | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        bounds = (self.at_least is not None) + (self.at_most is not None)
        if self.versus is None and bounds != 1:
            raise ValueError(f"gate '{self.metric}': set exactly one of at_least and at_most")
        if self.versus is not None and (bounds or self.slice or self.on != "value"):
            raise ValueError(
                f"gate '{self.metric}' versus {self.versus}: its bound is margin; drop at_least, at_most, on and slice"
            )
        return self
