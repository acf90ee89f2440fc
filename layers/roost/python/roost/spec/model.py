"""The model of a project: label, features, split, candidates, gates, rollout."""

from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from roost.domain.guardrail_bounds import Advance, OnTimeout
from roost.names import Approval, Problem, Strategy
from roost.release_names import OnCodeChange, OnConflict
from roost.spec.behaviours import Behaviour
from roost.spec.definition import Definition, Function, Name
from roost.spec.estimators import check_estimator
from roost.spec.evaluation import Calibration, DecisionThreshold, Evaluation, Slice
from roost.spec.features import LatestView, OnDemandFeature, WindowView
from roost.spec.gates import Gate
from roost.spec.schedule import Schedule
from roost.spec.search import Search, Space
from roost.spec.sources import Source
from roost.spec.splits import HashSplit, Split

USUAL_METRICS = {
    Problem.BINARY: "average_precision",
    Problem.MULTICLASS: "log_loss",
    Problem.REGRESSION: "root_mean_squared_error",
}


class Candidate(Definition):
    """One estimator to fit.

    ``estimator`` is one of ``names.Estimator``, or the path of a class of scikit-learn that converts to ONNX exactly:
    ``sklearn.linear_model.Ridge``. ``parameters`` are passed to the class; ``search`` gives ranges of further ones, of
    which several configurations are tried.
    """

    name: Name
    estimator: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    search: dict[str, Space] = Field(default_factory=dict)

    @field_validator("estimator")
    @classmethod
    def _known(cls, estimator: str) -> str:
        return check_estimator(estimator)

    @model_validator(mode="after")
    def _once(self) -> Self:
        twice = sorted(set(self.parameters) & set(self.search))
        if twice:
            raise ValueError(f"search: {twice[0]!r} of candidate '{self.name}' stands in parameters too; keep one")
        return self


class ProjectMetric(Definition):
    """A metric of the project's own.

    ``function`` takes ``label`` and ``score`` (float64, shape (rows,)) and one array per name in ``inputs``
    (columns of the training set), by keyword, and returns a float. Its interval comes from ``resamples`` calls on
    drawn rows (at most ``evaluation.resamples``); with 0 it has none, and no gate can ask for one.
    """

    name: Name
    function: Function
    inputs: tuple[str, ...] = ()
    resamples: int = Field(default=200, ge=0)


class HoldoutFilter(Definition):
    """Leaves rows out of the comparison fold and the holdout.

    ``function`` takes, by keyword, ``training``, ``gap`` and ``evaluated``: dicts from each name in ``inputs`` to that
    column (timestamps as seconds since 1970) of the training rows, of the rows between, and of the rows to be
    evaluated; it returns a boolean mask over the last.
    """

    function: Function
    inputs: tuple[str, ...] = Field(min_length=1)


class Guardrails(Definition):
    """What a canary must keep beside live, and how sure a rollback must be; see docs/verdict.md.

    ``alpha``: a canary that keeps every margin is rolled back with at most this probability over the whole release.
    ``max_error_share``: the share of its requests that fail may exceed live's by this much.
    ``latency_objective_ms``: a slower answer is slow; ``max_slow_share``: the same margin for the share of those.
    ``max_latency_ratio``: the geometric mean of its latency over live's. ``max_invalid_share``: margin for scores that
    are none. ``max_rank_shift``: a score's rank within the version's own holdout scores is uniform while traffic is
    what it was evaluated on; the canary's mean rank may be this far from live's. ``max_outcome_rise``: margin for the
    share of bad outcomes, where they are known while the canary serves.

    ``advance``: to advance it must have its requests and no guardrail crossed (``evidence``), or be shown to be within
    every margin (``non_inferior``); if that is not shown in ``max_looks``, ``on_timeout`` says what happens.
    """

    alpha: float = Field(default=0.01, gt=0, le=0.5)
    max_error_share: float = Field(default=0.02, ge=0, le=1)
    latency_objective_ms: float = Field(default=250.0, gt=0)
    max_slow_share: float = Field(default=0.05, ge=0, le=1)
    max_latency_ratio: float = Field(default=3.0, gt=1, le=10_000)
    max_invalid_share: float = Field(default=0.005, ge=0, le=1)
    max_rank_shift: float = Field(default=0.15, gt=0, le=0.5)
    max_outcome_rise: float = Field(default=0.02, ge=0, le=1)
    advance: Advance = Advance.EVIDENCE
    on_timeout: OnTimeout = OnTimeout.ROLL_BACK


class Rollout(Definition):
    """How an approved version reaches all traffic.

    ``steps`` are the canary's weights in percent; at each, JudgeCanary looks every ``wait_seconds`` until it has
    ``min_requests`` answered by the canary, at most ``max_looks`` times, after which the release is rolled back.
    ``approval`` says whether a person is asked before the first step, and waits ``approval_hours`` for one; by default
    that is as the stage has it. More failed requests than ``alarm_share`` of a minute's end a release by an alarm, a
    second net beside the guardrails.
    """

    strategy: Strategy = Strategy.CANARY
    steps: tuple[int, ...] = (5, 25, 50)
    wait_seconds: int = Field(default=60, ge=1)
    min_requests: int = Field(default=50, ge=1)
    max_looks: int = Field(default=60, ge=1)
    automatic: bool = Field(default=True, description="release each registered version without being asked")
    approval: Approval | None = None
    approval_hours: int = Field(default=24, ge=1, le=720)
    on_conflict: OnConflict = OnConflict.REFUSE
    on_code_change: OnCodeChange = OnCodeChange.RELEASE
    alarm_share: float = Field(default=0.25, gt=0, le=1)
    guardrails: Guardrails = Guardrails()

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        if list(self.steps) != sorted(set(self.steps)) or not all(1 <= s <= 99 for s in self.steps):
            raise ValueError(f"rollout: steps must rise between 1 and 99 percent, not {list(self.steps)}")
        return self


class Model(Definition):
    """A model project: everything from the label to the rollout.

    ``classes`` are the label's values as text (``false`` and ``true`` of a boolean), in the order of their numbers. A
    multiclass model has them all; a binary one of a text label has two, and the second is the positive one.

    A text column of ``request`` that declares ``allowed`` may be an input: by its own name it is the place in that
    list, and ``<column>__<category>`` is 1 or 0 for one category (``Column.one_hot`` names them all).
    """

    name: Name
    source: Source
    label: Name
    problem: Problem = Problem.BINARY
    classes: tuple[str, ...] = ()
    request: tuple[Name, ...] = Field(min_length=1, description="source columns that a scoring request carries")
    views: tuple[WindowView | LatestView, ...] = ()
    on_demand: tuple[OnDemandFeature, ...] = ()
    features: tuple[str, ...] = Field(min_length=1, description="the model's inputs, in order")
    defaults: dict[str, float] = Field(default_factory=dict)
    split: Split
    candidates: tuple[Candidate, ...] = Field(min_length=1)
    search: Search | None = None
    selection_metric: Name = ""
    project_metrics: tuple[ProjectMetric, ...] = ()
    holdout_filter: HoldoutFilter | None = None
    gates: tuple[Gate, ...] = Field(min_length=1)
    threshold: DecisionThreshold | None = None
    calibration: Calibration = "auto"
    evaluation: Evaluation = Evaluation()
    slices: tuple[Slice, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()
    approval: Approval = Field(default=Approval.AUTOMATIC, description="who approves what passed its gates")
    rollout: Rollout = Rollout()
    degraded_answers: bool = Field(
        default=False,
        description="while the online store fails, answer as of entities that nobody knows, instead of with 503",
    )
    schedule: Schedule = Field(default="", description="train by the clock too: rate(1 day), cron(0 6 * * ? *), in UTC")
    retrain_on_code_change: bool = Field(default=False, description="train when a deployment changes the project")
    seed: int = 0
    owner: str = ""
    description: str = ""

    @model_validator(mode="before")
    @classmethod
    def _usual_metric(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        return {"selection_metric": USUAL_METRICS.get(fields.get("problem", Problem.BINARY), ""), **fields}

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
        """Source columns that splitting and evaluation need: event time, label, key, whatever judges the model."""
        inputs = [name for metric in self.project_metrics for name in metric.inputs]
        inputs += self.holdout_filter.inputs if self.holdout_filter else ()
        inputs += [name for part in self.slices for name in part.read_columns() if name not in self.features]
        inputs += self.threshold.cost_columns() if self.threshold else ()
        inputs += [self.evaluation.cluster] if self.evaluation.cluster else []
        key = [self.split.by] if isinstance(self.split, HashSplit) else []
        return tuple(dict.fromkeys([self.source.event_time, self.label, *key, *inputs]))

    def categories(self) -> dict[str, tuple[str, ...]]:
        """Text columns of a request that may be inputs, each with its categories in the order of their numbers."""
        columns = [self.source.column(name) for name in self.request]
        return {column.name: column.allowed for column in columns if column.allowed}
