"""Any interleaving of releases, experiments, orders, crashes, stops, alarms and sweeps keeps alias and registry agreed.

A model-based test (Hypothesis, "Stateful testing"): every rule is something that people, AWS or chance may do next.
"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from roost.domain.audit_log import first_broken_link
from roost.domain.registry import Actor
from roost.errors import ReleaseInProgress, RoostError
from roost.experiment_errors import ExperimentRunning
from roost.names import Approval, ReleaseStatus, Status
from roost.release_names import OnConflict
from roost.spec import Rollout
from roost.workflows.release_approval import decide_release
from roost.workflows.release_orders import abort_release, pause_release, resume_release
from tests.unit.release.conftest import MODEL, serving
from tests.unit.release.experiments_between import Experiments
from tests.unit.release.state_walker import Fault, Walk
from tests.unit.release.whole_release import BAD, GOOD, TASKS, Releases

MOST = 8
STOPS = (*TASKS, "RestoreTraffic", "RecordRollback", "SettleRelease", "WaitForEvidence", "WaitForTurn")


class ReleaseWorld(RuleBasedStateMachine):
    """One model, whatever happens to it."""

    @initialize(
        strategy=st.sampled_from(["canary", "linear", "blue_green"]),
        asks=st.sampled_from([False, False, True]),
        queues=st.booleans(),
    )
    def begin(self, strategy: Any, asks: bool, queues: bool) -> None:
        self.releases = Releases(serving())
        self.releases.champion()
        self.releases.rollout = Rollout(
            strategy=strategy, steps=(40, 80) if strategy == "canary" else (40,), min_requests=10, max_looks=2,
            approval=Approval.MANUAL if asks else None, on_conflict=OnConflict.QUEUE if queues else OnConflict.REFUSE,
        )  # fmt: skip
        self.releases.judge(GOOD)
        self.experiments = Experiments(self.releases.bench)
        self.started, self.late = 0, set[str]()
        self.shares: dict[str, int] = {}

    def _running(self) -> list[Walk]:
        return [walk for walk in self.releases.walks.values() if walk.status == "RUNNING"]

    def _walk(self, data: st.DataObject) -> Walk:
        return data.draw(st.sampled_from(self._running()))

    def _actor(self) -> Actor:
        return Actor("ann", self.releases.clock.now())

    @precondition(lambda self: self.started < MOST)
    @rule(what=st.sampled_from(["new", "new", "new", "again", "back", "code"]), number=st.integers(1, 3))
    def start(self, what: str, number: int) -> None:
        self.started += 1
        asked: dict[str, dict[str, Any]] = {
            "again": {"version": number},
            "back": {"rollback_to": number},
            "code": {"code": True},
        }
        if what == "new":
            asked["new"] = {"version": self.releases.bench.add_version([0.5, 0.1])}
        self.releases.start(f"release-{self.started}", **asked[what])

    @precondition(lambda self: self._running())
    @rule(data=st.data(), state=st.sampled_from(STOPS))
    def go_on(self, data: st.DataObject, state: str) -> None:
        self._go(self._walk(data), state)

    @precondition(lambda self: self._running())
    @rule(data=st.data(), state=st.sampled_from(STOPS), late=st.booleans(), times=st.sampled_from([1, 99]))
    def crash(self, data: st.DataObject, state: str, late: bool, times: int) -> None:
        walk = self._walk(data)
        walk.faults[state] = Fault(late, times)
        self._go(walk, "")

    def _go(self, walk: Walk, state: str) -> None:
        """Until before a state, the end, or for a while; one step at least."""
        for _ in range(40):
            if walk.status == "RUNNING":
                walk.step()
            if walk.at == state:
                break

    @precondition(lambda self: self._running())
    @rule(data=st.data(), state=st.sampled_from(STOPS), swept=st.booleans(), late=st.booleans())
    def stop(self, data: st.DataObject, state: str, swept: bool, late: bool) -> None:
        """Stop a run before a state, whose function may be on its way already and do its work ``late``."""
        walk = self._walk(data)
        self._go(walk, state)
        if walk.status != "RUNNING":
            return
        self.releases.stop(walk.name)
        if swept:
            self.sweep("")
        if late:
            self.late.add(walk.name)

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def arrive_late(self, data: st.DataObject) -> None:
        """The function of a stopped run does its work only now."""
        walk = self.releases.walks[data.draw(st.sampled_from(sorted(self.late)))]
        self.late.remove(walk.name)
        walk.status = "RUNNING"
        walk.step()
        walk.status = "ABORTED"

    @rule(bad=st.sampled_from([False, False, True]))
    def judge(self, bad: bool) -> None:
        self.releases.judge(BAD if bad else GOOD)

    @precondition(lambda self: any(walk.waits for walk in self._running()))
    @rule(approved=st.sampled_from([True, True, False]))
    def decide(self, approved: bool) -> None:
        with suppress(RoostError):
            runs = self.releases.runs_now()
            decide_release(self.releases.bench.registry, runs, MODEL, self._actor(), "why", approved)

    @precondition(lambda self: self._running())
    @rule(order=st.sampled_from(["pause", "resume", "abort", "abort in vain"]))
    def order(self, order: str) -> None:
        runs, registry = self.releases.runs_now(), self.releases.bench.registry
        runs.permitted = order != "abort in vain"
        with suppress(RoostError):
            if order.startswith("abort"):
                abort_release(registry, runs, MODEL, self._actor(), "why")
            else:
                (pause_release if order == "pause" else resume_release)(registry, MODEL, self._actor(), "why")
        runs.permitted = True
        self.releases.runs_now()

    @rule(alarm=st.sampled_from(["", "", "failures"]))
    def sweeping(self, alarm: str) -> None:
        self.sweep(alarm)

    def sweep(self, alarm: str) -> None:
        self.releases.sweep(alarm)
        self._no_lock_without_a_run()

    @rule()
    def begin_experiment(self) -> None:
        """It is refused while anything holds the model, and a release is refused while it does."""
        head = self.releases.bench.registry.head(MODEL)
        if head.active_release or head.active_experiment:
            with pytest.raises((ReleaseInProgress, ExperimentRunning)):
                self.experiments.begin()
        else:
            self.experiments.begin()

    @precondition(lambda self: self.experiments.serving)
    @rule()
    def end_experiment(self) -> None:
        self.experiments.end()

    @invariant()
    def one_thing_holds_the_model_at_most(self) -> None:
        head = self.releases.bench.registry.head(MODEL)
        assert not (head.active_release and head.active_experiment), head
        assert head.active_experiment == self.experiments.held

    @invariant()
    def one_release_is_queued_at_most(self) -> None:
        registry = self.releases.bench.registry
        queued = {each.identifier for each in registry.releases(MODEL) if each.status is ReleaseStatus.QUEUED}
        assert queued <= {registry.head(MODEL).queued_release}

    @invariant()
    def what_serves_is_the_champion_or_its_canary(self) -> None:
        registry, alias = self.releases.bench.registry, self.releases.bench.endpoint.alias()
        head = registry.head(MODEL)
        done = [release for release in registry.releases(MODEL) if release.status is ReleaseStatus.COMPLETED]
        champion = max(done, key=lambda release: release.finished_at).function_version
        active = {registry.release(MODEL, head.active_release).function_version} if head.active_release else set()
        serves = {self.experiments.serving} if self.experiments.serving else {champion} | active
        assert {alias.primary, alias.canary} - {""} <= serves, (alias, champion, active)

    @invariant()
    def the_champion_and_nothing_else_is_live(self) -> None:
        registry = self.releases.bench.registry
        live = [version.number for version in registry.versions(MODEL) if version.status is Status.LIVE]
        assert live == [registry.head(MODEL).champion]

    @invariant()
    def weights_only_rise_until_they_are_taken_back(self) -> None:
        """A shift that arrives again changes nothing; after the way back there is no other shift."""
        for release, weight in self.releases.shares:
            before = self.shares.get(release, 0)
            assert weight in (0, None) or 0 <= before <= weight, (release, before, weight)
            self.shares[release] = -1 if weight in (0, None) else weight
        self.releases.shares.clear()

    @invariant()
    def one_release_is_under_way_at_most_and_the_audit_log_is_whole(self) -> None:
        registry = self.releases.bench.registry
        open_ = {
            r.identifier for r in registry.releases(MODEL) if r.status in (ReleaseStatus.RUNNING, ReleaseStatus.ENDING)
        }
        assert open_ == {registry.head(MODEL).active_release} - {""}
        assert first_broken_link(registry.audit(MODEL)) is None

    def _no_lock_without_a_run(self) -> None:
        head = self.releases.bench.registry.head(MODEL)
        for name in {head.active_release, head.queued_release} - {""}:
            assert self.releases.walks[name].status == "RUNNING"

    def teardown(self) -> None:
        """When every run has been stopped and swept, all agree."""
        if not hasattr(self, "releases"):
            return
        for walk in self._running():
            self.releases.stop(walk.name)
        if self.experiments.serving:
            self.experiments.end()
        self.releases.sweep()
        assert self.releases.disagreements() == []
        assert self.releases.bench.registry.head(MODEL).queued_release == ""


TestReleaseWorld = pytest.mark.slow(ReleaseWorld.TestCase)
TestReleaseWorld.settings = settings(
    max_examples=120, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
