"""The model of a project: label, features, split, candidates, gates, rollout."""

from datetime import timedelta
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from roost.names import Problem, Strategy
from roost.spec.definition import Definition, Function, Name
from roost.spec.features import LatestView, OnDemandFeature, WindowView
from roost.spec.schedule import Schedule
from roost.spec.sources import Source


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


class Candidate(Definition):
    """One estimator to fit. ``parameters`` are passed to the scikit-learn class of that name."""

    name: Name
    estimator: Literal[
        "logistic_regression", "hist_gradient_boosting", "random_forest", "extra_trees", "gradient_boosting"
    ]
    parameters: dict[str, Any] = Field(default_factory=dict)


class DecisionThreshold(Definition):
    """How a score becomes a decision: flag the ``review_rate`` (0 to 1) highest scores of the comparison fold."""

    review_rate: float = Field(gt=0, lt=1)
    positive: str = "review"
    negative: str = "approve"


class ProjectMetric(Definition):
    """A metric of the project's own.

    ``function`` takes ``label`` and ``score`` (float64, shape (rows,)) and one array per name in ``inputs``
    (columns of the training set), by keyword, and returns a float.
    """

    name: Name
    function: Function
    inputs: tuple[str, ...] = ()


class HoldoutFilter(Definition):
    """Leaves rows out of the comparison fold and the holdout.

    ``function`` takes, by keyword, ``training``, ``gap`` and ``evaluated``: dicts from each name in ``inputs`` to that
    column (timestamps as seconds since 1970) of the training rows, of the rows between, and of the rows to be
    evaluated; it returns a boolean mask over the last.
    """

    function: Function
    inputs: tuple[str, ...] = Field(min_length=1)


class Gate(Definition):
    """A bound on a holdout metric: ``metric at_least bound`` (or ``at_most``)."""

    metric: Name
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"gate '{self.metric}': set exactly one of at_least and at_most")
        return self


class Guardrails(Definition):
    """What a canary must keep, beside live, at every look.

    ``max_error_share``: errors of the canary over its requests may exceed live's by this much (0 to 1).
    ``max_latency_ratio``: its p90 latency over live's. ``max_rank_shift``: a score's rank within the version's own
    holdout scores is uniform while traffic is what it was evaluated on; the canary's mean rank may be this much
    further from 0.5 than live's.
    """

    max_error_share: float = Field(default=0.02, ge=0, le=1)
    max_latency_ratio: float = Field(default=3.0, gt=1)
    max_rank_shift: float = Field(default=0.15, gt=0, le=0.5)


class Rollout(Definition):
    """How an approved version reaches all traffic.

    ``steps`` are the canary's weights in percent; at each, JudgeCanary looks every ``wait_seconds`` until it has
    ``min_requests`` answered by the canary, at most ``max_looks`` times, after which the release is rolled back.
    """

    strategy: Strategy = Strategy.CANARY
    steps: tuple[int, ...] = (5, 25, 50)
    wait_seconds: int = Field(default=60, ge=1)
    min_requests: int = Field(default=50, ge=1)
    max_looks: int = Field(default=60, ge=1)
    automatic: bool = Field(default=True, description="release each registered version without being asked")
    guardrails: Guardrails = Guardrails()

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        if list(self.steps) != sorted(set(self.steps)) or not all(1 <= s <= 99 for s in self.steps):
            raise ValueError(f"rollout: steps must rise between 1 and 99 percent, not {list(self.steps)}")
        return self


class Model(Definition):
    """A model project: everything from the label to the rollout."""

    name: Name
    source: Source
    label: Name
    problem: Problem = Problem.BINARY
    request: tuple[Name, ...] = Field(min_length=1, description="source columns that a scoring request carries")
    views: tuple[WindowView | LatestView, ...] = ()
    on_demand: tuple[OnDemandFeature, ...] = ()
    features: tuple[str, ...] = Field(min_length=1, description="the model's inputs, in order")
    defaults: dict[str, float] = Field(default_factory=dict)
    split: TimeSplit
    candidates: tuple[Candidate, ...] = Field(min_length=1)
    selection_metric: Name = "average_precision"
    project_metrics: tuple[ProjectMetric, ...] = ()
    holdout_filter: HoldoutFilter | None = None
    gates: tuple[Gate, ...] = Field(min_length=1)
    threshold: DecisionThreshold
    rollout: Rollout = Rollout()
    schedule: Schedule = Field(default="", description="train by the clock too: rate(1 day), cron(0 6 * * ? *), in UTC")
    retrain_on_code_change: bool = Field(default=False, description="train when a deployment changes the project")
    seed: int = 0
    owner: str = ""
    description: str = ""

    @model_validator(mode="after")
    def _names_meet(self) -> Self:
        from roost.spec.consistency import check_model

        check_model(self)
        return self

    @property
    def sources(self) -> tuple[Source, ...]:
        """The model's own source, then those that its views read beside it."""
        others = {view.source.name: view.source for view in self.views if view.source.name != self.source.name}
        return (self.source, *others.values())

    def view_features(self) -> tuple[str, ...]:
        """Names of all features of all views."""
        return tuple(name for view in self.views for name in view.features())

    def carried_columns(self) -> tuple[str, ...]:
        """Source columns that evaluation needs beside the features: event time, label, inputs of metrics and filter."""
        inputs = [name for metric in self.project_metrics for name in metric.inputs]
        inputs += self.holdout_filter.inputs if self.holdout_filter else ()
        return tuple(dict.fromkeys([self.source.event_time, self.label, *inputs]))
