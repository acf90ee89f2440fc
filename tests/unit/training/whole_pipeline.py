"""The training pipeline in one process: the handlers' workflow functions in the states' order, over in-memory ports.

A run can be killed in any state, before it did anything or after it wrote everything but before its answer was kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from roost.adapters.in_memory_compute import FixedCompute
from roost.adapters.onnx_runtime import open_model
from roost.adapters.scikit_learn import ScikitLearnTrainer
from roost.ports import PipelinePorts
from roost.spec import Model
from roost.workflows.cached_steps import candidate_step, data_step, fitted_well, judging_step, passed_and_packaged
from roost.workflows.evaluation import evaluate_model
from roost.workflows.feature_building import build_features
from roost.workflows.ingesting import ingest
from roost.workflows.leakage import check_leakage
from roost.workflows.materialization import materialize_features
from roost.workflows.pinned_datasets import pinned_datasets
from roost.workflows.registration import register_model
from roost.workflows.reproduction import as_recorded
from roost.workflows.search_planning import plan_search
from roost.workflows.search_rungs import next_rung
from roost.workflows.search_trials import run_trial
from roost.workflows.step_cache import FROM, cached
from roost.workflows.training import train_model
from roost.workflows.validation import validate_data
from tests.unit.features.payments import Lake, csv_text, iso, model

CODE = "revision"
STATES = (
    "Ingest", "ValidateData", "BuildFeatures", "CheckLeakage", "MaterializeFeatures", "PlanSearch", "RunTrial",
    "NextRung", "TrainModel", "EvaluateModel", "RegisterModel",
)  # fmt: skip
START = 1_577_836_800  # 2020-01-01
Event = dict[str, Any]


class Killed(Exception):  # noqa: N818
    """The run was stopped."""


@dataclass
class Run:
    """A run as it is read later: what it was asked, what its states answered, where it stopped."""

    name: str
    request: Event
    status: str = "RUNNING"
    error: str = ""
    answers: Event = field(default_factory=dict)

    @property
    def states(self) -> list[Any]:
        return [SimpleNamespace(name=name, output=answer) for name, answer in self.answers.items()]


@dataclass
class Pipeline:
    """One model's pipeline; ``computed`` lists (run, state) of steps that were not taken from the cache."""

    lake: Lake = field(default_factory=Lake)
    model: Model = field(default_factory=model)
    computed: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ports: PipelinePorts = self.lake.ports
        self.code = "code"

    def land(self, name: str = "a.csv", days: int = 8, first: int = 0) -> None:
        rows = [(first + i, iso(START + (first + i) * 1800), f"c{i % 7}", f"{(i * 37) % 90}.25", int(i % 5 == 0))
                for i in range(days * 48)]  # fmt: skip
        self.lake.land(csv_text(rows), name)

    def run(self, name: str, request: Event | None = None, kill: str = "", late: bool = False) -> Run:
        run = Run(name, request or {})
        try:
            for state in STATES:
                self._enter(run, state, kill if kill == state else "", late)
            run.status = "SUCCEEDED"
        except Killed:
            run.status, run.error = "ABORTED", "Killed"
        return run

    def _enter(self, run: Run, state: str, kill: str, late: bool) -> None:
        run.answers[state] = {}
        if kill and not late:
            raise Killed
        answer = getattr(self, state)(run)
        if kill:
            raise Killed
        run.answers[state] = answer

    def _event(self, run: Run, **more: Any) -> Event:
        return {"model": self.model.name, "run": run.name, "request": run.request, **more}

    def _datasets(self, run: Run) -> Event:
        return {"datasets": run.answers["Ingest"]["datasets"]}

    def _made_from(self, run: Run) -> Event:
        training_set = {"training_set": run.answers["BuildFeatures"]["training_set"]}
        return {**self._datasets(run), "dataset": run.answers["Ingest"]["dataset"], **training_set, "code": CODE}

    def _noting(self, run: Run, state: str, compute: Callable[[PipelinePorts], Event]) -> Callable[..., Event]:
        def computing(ports: PipelinePorts) -> Event:
            self.computed.append((run.name, state))
            return compute(ports)

        return computing

    def Ingest(self, run: Run) -> Event:  # noqa: N802
        pinned = run.request.get("datasets")
        tables = self.lake.tables
        return pinned_datasets(self.model, pinned, self.ports) if pinned else ingest(self.model, tables, self.ports)

    def ValidateData(self, run: Run) -> Event:  # noqa: N802
        return validate_data(self.model, self._datasets(run)["datasets"], self.lake.tables, self.ports)

    def BuildFeatures(self, run: Run) -> Event:  # noqa: N802
        step = data_step("BuildFeatures", self.model, self._event(run, **self._datasets(run)), self.code)
        datasets, cutoff = self._datasets(run)["datasets"], run.request.get("cutoff")
        build = lambda ports: build_features(self.model, run.name, datasets, cutoff, self.lake.tables, ports)  # noqa: E731
        return cached(step, self.ports, self._noting(run, "BuildFeatures", build))

    def CheckLeakage(self, run: Run) -> Event:  # noqa: N802
        event = self._event(run, **self._datasets(run), training_set=run.answers["BuildFeatures"]["training_set"])
        step = data_step("CheckLeakage", self.model, event, self.code)
        check = lambda ports: check_leakage(self.model, run.name, event["datasets"], self.lake.tables, ports)  # noqa: E731
        return cached(step, self.ports, self._noting(run, "CheckLeakage", check))

    def MaterializeFeatures(self, run: Run) -> Event:  # noqa: N802
        return materialize_features(self.model, self._datasets(run)["datasets"], self.lake.tables, self.ports)

    def PlanSearch(self, run: Run) -> Event:  # noqa: N802
        if "recorded" in run.request:
            return {}
        return plan_search(self.model, run.name, ScikitLearnTrainer(), FixedCompute(), self.ports)

    def RunTrial(self, run: Run) -> Event:  # noqa: N802
        """All trials of the one rung; the answer of the Map."""
        plan = run.answers["PlanSearch"]
        results = [self._trial(run, trial, plan["share"]) for trial in plan.get("trials", ())]
        former = {result[FROM] for result in results if FROM in result}
        return {"results": results} | ({FROM: former.pop()} if former else {})

    def _trial(self, run: Run, trial: Event, share: float) -> Event:
        event = self._event(run, trial=trial, share=share, candidate=trial["candidate"], **self._made_from(run))
        step = candidate_step("RunTrial", self.model, event, self.code)
        fit = lambda ports: run_trial(  # noqa: E731
            self.model, run.name, trial, share, ScikitLearnTrainer(), FixedCompute(), ports
        )
        return cached(step, self.ports, self._noting(run, "RunTrial", fit), fitted_well)

    def NextRung(self, run: Run) -> Event:  # noqa: N802
        if "recorded" in run.request:
            return {**run.request["recorded"], **run.request["search"]}
        results = run.answers["RunTrial"]["results"]
        return next_rung(self.model.name, run.name, run.answers["PlanSearch"]["rung"], results, self.ports)

    def TrainModel(self, run: Run) -> Event:  # noqa: N802
        chosen = as_recorded(self.model, run.request.get("recorded"))
        event = self._event(run, **self._choice(run), **self._made_from(run))
        step = candidate_step("TrainModel", chosen, event, self.code)
        train = lambda ports: train_model(  # noqa: E731
            chosen, run.name, event, ScikitLearnTrainer(), FixedCompute(), ports
        )
        return cached(step, self.ports, self._noting(run, "TrainModel", train))

    def _choice(self, run: Run) -> Event:
        return {name: run.answers["NextRung"][name] for name in ("candidate", "parameters")}

    def EvaluateModel(self, run: Run) -> Event:  # noqa: N802
        chosen, search = as_recorded(self.model, run.request.get("recorded")), run.answers["NextRung"]
        event = self._event(run, candidate=search["candidate"], search=search, **self._made_from(run))
        judge = lambda ports: evaluate_model(chosen, event, open_model, ports)  # noqa: E731
        return cached(
            judging_step("EvaluateModel", chosen, event, self.code, self.ports),
            self.ports,
            self._noting(run, "EvaluateModel", judge),
            lambda answer: passed_and_packaged(answer, self.ports),
        )

    def RegisterModel(self, run: Run) -> Event:  # noqa: N802
        event = self._event(run, evaluation=run.answers["EvaluateModel"], **self._made_from(run))
        return register_model(event, self.ports)
