"""The experiment pipeline as it is deployed, run over in-memory ports: whatever fails, all agrees afterwards.

A small interpreter runs the synthesized states, so that it is the definition itself that is tested.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from roost.errors import ConcurrentUpdate
from roost.experiment_names import ExperimentStatus
from roost.workflows.experiment_planning import plan_experiment
from roost.workflows.experiment_publishing import publish_arms, smoke_test_arms
from roost.workflows.experiment_recording import record_experiment, record_failure
from roost.workflows.experiment_traffic import return_traffic
from roost.workflows.traffic import shift_traffic
from tests.infrastructure.test_pipelines import definitions
from tests.unit.experiments.conftest import MODEL, REQUEST, ExperimentBench, served_bench

START = ["PublishVersion", "SmokeTest", "ShiftTraffic", "RecordExperiment"]


@pytest.fixture
def bench() -> ExperimentBench:
    return served_bench()


def handlers(bench: ExperimentBench, share: int) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
    """What each function does, by the beginning of its name in the template."""
    ports = bench.ports
    return {
        "PlanExperiment": lambda event: plan_experiment(event, ports),
        "PublishVersion": lambda event: publish_arms(event, ports),
        "SmokeTest": lambda event: smoke_test_arms(event, ports),
        "ShiftTraffic": lambda event: (return_traffic if event.get("return") else shift_traffic)(event, ports),
        "RecordExperiment": lambda event: (record_failure if "failure" in event else record_experiment)(event, ports),
        "ObserveExperiment": lambda _event: {"rebalance": share > 0, "share": share},
    }


@dataclass
class Machine:
    """Runs a definition; the state named in ``broken`` fails, before or after its work was done."""

    states: dict[str, Any]
    bench: ExperimentBench
    broken: str = ""
    after_work: bool = False
    share: int = 0
    entered: list[str] = field(default_factory=list)
    released: list[dict[str, Any]] = field(default_factory=list)

    def run(self, name: str, request: dict[str, Any]) -> str:
        """Run to the end; answers the type of the last state."""
        self.entered, state_input, place = [], dict(request), "PlanExperiment"
        context = {"Execution": {"Name": name, "Input": request}}
        while True:
            state = self.states[place]
            self.entered.append(place)
            if state["Type"] in ("Succeed", "Fail"):
                return str(state["Type"])
            place = self._next(place, state, state_input, context)
            if not place:
                return "Succeed"

    def _next(self, place: str, state: dict[str, Any], at: dict[str, Any], context: dict[str, Any]) -> str:
        if state["Type"] == "Choice":
            return next((c["Next"] for c in state["Choices"] if chosen(c, at)), state["Default"])
        if state["Type"] == "Pass":
            return str(state["Next"])
        try:
            put(at, state["ResultPath"], self._work(place, state, filled(state["Parameters"], at, context)))
        except Exception as error:
            (rule,) = [r for r in state["Catch"] if {type(error).__name__, "States.ALL"} & set(r["ErrorEquals"])][:1]
            put(at, rule["ResultPath"], {"Error": type(error).__name__, "Cause": f'{{"errorMessage": "{error}"}}'})
            return str(rule["Next"])
        return "" if state.get("End") else str(state["Next"])

    def _work(self, place: str, state: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        if state["Resource"].endswith("startExecution"):
            self.released.append(event["Input"])
            return {"execution": "arn"}
        if place == self.broken and not self.after_work:
            raise ConcurrentUpdate("broken before its work")
        work = handlers(self.bench, self.share)
        done = next(do for name, do in work.items() if state["Resource"].startswith(f"<{name}"))(event)
        if place == self.broken:
            raise ConcurrentUpdate("broken after its work")
        return done


def chosen(choice: dict[str, Any], at: dict[str, Any]) -> bool:
    value = looked_up(choice["Variable"], at)
    return bool(value == choice.get("StringEquals", choice.get("BooleanEquals")))


def looked_up(path: str, at: dict[str, Any]) -> Any:
    found: Any = at
    for part in path.removeprefix("$$").removeprefix("$").strip(".").split("."):
        found = found[part] if part else found
    return found


def filled(template: Any, at: dict[str, Any], context: dict[str, Any]) -> Any:
    if not isinstance(template, dict):
        return template
    return {
        key.removesuffix(".$"): resolved(value, at, context) if key.endswith(".$") else filled(value, at, context)
        for key, value in template.items()
    }


def resolved(path: str, at: dict[str, Any], context: dict[str, Any]) -> Any:
    if path.startswith("States.Format"):
        return path
    return looked_up(path, context if path.startswith("$$") else at)


def put(at: dict[str, Any], path: str, value: Any) -> None:
    at[path.removeprefix("$.")] = value


@pytest.fixture
def machine(platform: dict[str, Any], bench: ExperimentBench) -> Machine:
    return Machine(definitions(platform)["roost-test-fraud-experiment"]["States"], bench)


def test_a_start_publishes_tests_shifts_and_records(machine: Machine) -> None:
    assert machine.run("exp", REQUEST) == "Succeed"
    assert machine.entered == ["PlanExperiment", "Action", *START]
    experiment = machine.bench.registry.experiment(MODEL, "exp")
    assert experiment.status is ExperimentStatus.RUNNING
    assert machine.bench.endpoint.alias().primary == experiment.function_version


@pytest.mark.parametrize("after_work", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("broken", START)
def test_a_start_that_fails_anywhere_leaves_all_as_it_was(machine: Machine, broken: str, after_work: bool) -> None:
    before = machine.bench.standing()
    machine.broken, machine.after_work = broken, after_work
    assert machine.run("exp", REQUEST) == "Fail"
    assert machine.entered[-3:] == ["ReturnTraffic", "RecordFailure", "ExperimentFailed"]
    alias, holder, statuses = machine.bench.standing()
    assert (alias.primary, alias.canary, holder, statuses) == (before[0].primary, "", *before[1:])
    ended = machine.bench.registry.experiment(MODEL, "exp")
    assert (ended.status, "ConcurrentUpdate" in ended.reason) == (ExperimentStatus.FAILED, True)


@pytest.mark.parametrize("after_work", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("broken", START[:3])
def test_new_shares_that_fail_anywhere_leave_the_old_ones(machine: Machine, broken: str, after_work: bool) -> None:
    machine.run("exp", REQUEST)
    before = machine.bench.registry.experiment(MODEL, "exp")
    machine.broken, machine.after_work = broken, after_work
    assert machine.run("shares", {"action": "reshare", "share": 20}) == "Fail"
    now = machine.bench.registry.experiment(MODEL, "exp")
    assert (now.arms, now.function_version, now.status) == (before.arms, before.function_version, before.status)
    assert machine.bench.endpoint.alias().primary == before.function_version


@pytest.mark.parametrize("action", ["stop", "promote"])
def test_an_end_that_failed_is_repeated_and_ends(machine: Machine, action: str) -> None:
    before = machine.bench.standing()
    machine.run("exp", REQUEST)
    machine.broken, machine.after_work = "RecordEnd", False
    assert machine.run("first", {"action": action}) == "Fail"
    assert machine.bench.endpoint.alias().primary == before[0].primary
    machine.broken = ""
    assert machine.run("second", {"action": action}) == "Succeed"
    assert machine.bench.standing()[1:] == before[1:]


def test_promotion_hands_the_challenger_to_a_release(machine: Machine) -> None:
    machine.run("exp", REQUEST)
    machine.run("won", {"action": "promote", "requested_by": "ann", "reason": "better"})
    assert [(asked["version"], asked["requested_by"]) for asked in machine.released] == [(2, "ann")]
    assert machine.entered[-2:] == ["Ended", "StartRelease"]


def test_a_stop_releases_nothing(machine: Machine) -> None:
    machine.run("exp", REQUEST)
    machine.run("over", {"action": "stop"})
    assert (machine.released, machine.entered[-2:]) == ([], ["Ended", "Done"])


def test_a_wrong_request_is_explained_and_moves_nothing(machine: Machine) -> None:
    before = machine.bench.standing()
    assert machine.run("exp", {**REQUEST, "share": 0}) == "Fail"
    assert machine.entered == ["PlanExperiment", "ExplainFailure", "FailedAsExplained"]
    assert machine.bench.standing() == before


def test_observation_rests_without_an_experiment_and_moves_shares_only_where_asked(machine: Machine) -> None:
    observe = {"action": "observe"}
    machine.run("hour", observe)
    assert machine.entered == ["PlanExperiment", "Action", "Done"]
    machine.run("exp", REQUEST)
    machine.run("hour", observe)
    assert machine.entered == ["PlanExperiment", "Action", "ObserveExperiment", "Observed", "Done"]
    machine.share = 80
    machine.run("hour", observe)
    assert machine.entered[-5:] == ["PlanShares", *START]
    assert machine.bench.registry.experiment(MODEL, "exp").challenger.share == 0.8
