"""The release pipeline and its sweep in one process: their definitions, walked over in-memory ports.

The functions behind the states are the workflow functions that the handlers call.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from infra.constructs.release_states import ReleaseDefinition, ReleaseSteps
from infra.constructs.sweep_states import sweep_definition
from roost.adapters.in_memory import FixedClock
from roost.adapters.in_memory_releases import InMemoryReleaseRuns
from roost.domain.audit_log import first_broken_link
from roost.domain.evidence import Evidence
from roost.domain.registry import Actor
from roost.domain.sequential import Tally
from roost.names import ReleaseStatus, Status
from roost.ports import PipelinePorts
from roost.ports.release_runs import RunEnd
from roost.spec import Rollout
from roost.workflows.judging import judge_canary
from roost.workflows.publishing import publish_version
from roost.workflows.release_approval import ask_approval
from roost.workflows.release_ending import finish_release, record_rollback
from roost.workflows.release_orders import read_orders
from roost.workflows.release_planning import plan_release
from roost.workflows.release_sweeping import claim_release, settle_release
from roost.workflows.smoke_testing import smoke_test
from roost.workflows.traffic import restore_traffic, shift_traffic
from tests.unit.release.conftest import MODEL, NOW, ReleaseBench
from tests.unit.release.evidence_of import evidence
from tests.unit.release.state_walker import Walk

ANN = Actor("ann", NOW)
GOOD = evidence(500)
BAD = evidence(500, errors=400)
STEPS = tuple(ReleaseSteps.__dataclass_fields__)
TASKS = (
    "PlanRelease", "PublishVersion", "SmokeTest", "ReadOrders", "ShiftTraffic", "JudgeCanary", "FinishRelease",
)  # fmt: skip


def more(seen: Evidence, shown: Evidence) -> Evidence:
    """What a version has shown, and shows now."""
    return Evidence({signal: seen.tallies.get(signal, Tally()) + tally for signal, tally in shown.tallies.items()})


def step_named(name: str) -> Any:
    """A stand-in for the construct of a function."""
    return SimpleNamespace(arn=name, seconds=60)


@dataclass
class Releases:
    """One model: its registry, alias, and every execution of its release pipeline."""

    bench: ReleaseBench
    rollout: Rollout = field(default_factory=lambda: Rollout(steps=(5, 50), min_requests=10, max_looks=3))
    walks: dict[str, Walk] = field(default_factory=dict)
    runs: InMemoryReleaseRuns = field(default_factory=InMemoryReleaseRuns)
    shares: list[tuple[str, int]] = field(default_factory=list)
    shown: tuple[Evidence, Evidence] = (GOOD, GOOD)

    def __post_init__(self) -> None:
        ports = self.bench.ports
        functions: dict[str, Callable[[Any, PipelinePorts], Any]] = {
            "plan_release": plan_release,
            "publish_version": publish_version,
            "smoke_test": smoke_test,
            "ask_approval": self._asked,
            "read_orders": read_orders,
            "shift_traffic": self._shifted,
            "judge_canary": self._judged,
            "finish_release": finish_release,
            "settle_release": settle_release,
            "record_rollback": record_rollback,
            "claim_release": lambda event, ports: claim_release(event, ports, self.runs_now()),
        }
        self.functions = {name: self._later(function, ports) for name, function in functions.items()}

    def _later(self, function: Callable[[Any, PipelinePorts], Any], ports: PipelinePorts) -> Callable[[Any], Any]:
        """The function, a second after whatever was before."""

        def called(event: Any) -> Any:
            self.clock.time += timedelta(seconds=1)
            return function(event, ports)

        return called

    @property
    def clock(self) -> FixedClock:
        """The time of all."""
        clock = self.bench.ports.clock
        assert isinstance(clock, FixedClock)
        return clock

    def _asked(self, event: Any, ports: PipelinePorts) -> Any:
        self.runs.waiting.add(event["token"])
        return ask_approval(event, ports)

    def _shifted(self, event: Any, ports: PipelinePorts) -> Any:
        answer = (restore_traffic if event.get("restore") else shift_traffic)(event, ports)
        self.shares.append((event["release"], answer["weight"]))
        return answer

    def runs_now(self) -> InMemoryReleaseRuns:
        """The runs as Step Functions would describe them; a stop is a stop of the walk."""
        for name, walk in self.walks.items():
            known = self.runs.state(name)
            if known.status == "ABORTED" and walk.status == "RUNNING":
                walk.status = "ABORTED"
            self.runs.runs[name] = RunEnd(walk.status, walk.error or known.error, walk.cause or known.cause)
        return self.runs

    def start(self, name: str, **request: Any) -> Walk:
        """Start an execution; it has not entered a state yet."""
        definition = ReleaseDefinition(
            MODEL, self._rollout(), ReleaseSteps(**{step: step_named(step) for step in STEPS})
        )
        walk = Walk(definition.definition(), self.functions, name, request, self.runs.answers.get)
        self.walks[name] = walk
        self.runs_now()
        return walk

    def _rollout(self) -> dict[str, Any]:
        rollout = self.rollout.model_dump(mode="json")
        return {**rollout, "approval": rollout["approval"] or "automatic"}

    def sweep(self, alarm: str = "", until: str = "") -> Walk:
        """Run the sweeping pipeline to its end, or until before a state."""
        self.runs_now()
        steps = (step_named("claim_release"), step_named("shift_traffic"), step_named("record_rollback"))
        walk = Walk(sweep_definition(MODEL, "arn", *steps), self.functions, "sweep", {"alarm": alarm} if alarm else {})
        walk.run(until=until)
        self.runs_now()
        return walk

    def stop(self, name: str) -> None:
        """StopExecution by hand."""
        self.runs_now().stop(name, "", "")
        self.runs_now()

    def champion(self, scores: tuple[float, ...] = (0.1, 0.2)) -> int:
        """A first version with all traffic."""
        number = self.bench.add_version(list(scores))
        assert self.start("first", version=number).run().status == "SUCCEEDED"
        self.shares.clear()
        return number

    def _judged(self, event: Any, ports: PipelinePorts) -> Any:
        """Before each look, canary and live answer requests again as they do by now."""
        traffic, seen = event["traffic"], self.bench.evidence.by_version
        showing = {traffic["primary"]: self.shown[1], traffic["canary"]: self.shown[0]}
        for version, shown in showing.items():
            seen[version] = more(seen.get(version, Evidence()), shown)
        return judge_canary(event, ports)

    def judge(self, canary: Evidence, live: Evidence = GOOD) -> None:
        """What a canary shows at each look from here on, and what live shows."""
        self.shown = (canary, live)

    @property
    def weights(self) -> list[int]:
        """The weights that the alias took."""
        return [weight for _, weight in self.shares]

    def disagreements(self) -> list[str]:
        """What alias, registry and release records tell differently; empty where nothing is under way or amiss."""
        head, alias = self.bench.registry.head(MODEL), self.bench.endpoint.alias()
        releases = self.bench.registry.releases(MODEL)
        done = [release for release in releases if release.status is ReleaseStatus.COMPLETED]
        served = sorted(done, key=lambda release: release.finished_at)
        live = served[-1].function_version if served else "1"
        versions = {version.number: version.status for version in self.bench.registry.versions(MODEL)}
        open_ = [r.identifier for r in releases if r.status in (ReleaseStatus.RUNNING, ReleaseStatus.ENDING)]
        found = {
            f"alias serves {alias.primary}, the registry says {live}": alias.primary != live,
            f"alias sends {alias.weight} percent to {alias.canary}": bool(alias.canary),
            f"locked by {head.active_release}": bool(head.active_release),
            f"releases {open_} have no end": bool(open_),
            f"champion is {head.champion}, served was {served[-1:]}": bool(served)
            and head.champion != served[-1].version,
            f"champion {head.champion} is not live: {versions}": (
                [number for number, status in versions.items() if status is Status.LIVE]
                != ([head.champion] if head.champion else [])
            ),
            f"canaries without a release: {versions}": Status.CANARY in versions.values(),
            "the audit log is broken": first_broken_link(self.bench.registry.audit(MODEL)) is not None,
        }
        return [told for told, wrong in found.items() if wrong]
