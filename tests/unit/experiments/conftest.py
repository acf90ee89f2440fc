"""A model that serves version 1 and has approved versions beside it, with its packages and its endpoint in memory."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from roost.adapters.in_memory import (
    FixedClock,
    InMemoryEndpoint,
    InMemoryEvidence,
    InMemoryObjectStore,
    InMemoryOnlineStore,
    InMemoryRegistryStore,
)
from roost.domain.experiments import Experiment
from roost.domain.observed_prediction import written
from roost.domain.package import canonical_bytes, digest_of
from roost.domain.registry import Actor, Version, registration, status_move
from roost.domain.release import AliasState
from roost.names import Status
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import PipelinePorts
from roost.spec import Rollout
from roost.workflows.experiment_planning import plan_experiment
from roost.workflows.experiment_publishing import publish_arms, smoke_test_arms
from roost.workflows.experiment_recording import record_experiment
from roost.workflows.experiment_traffic import return_traffic
from roost.workflows.publishing import publish_version
from roost.workflows.release_ending import finish_release
from roost.workflows.release_planning import plan_release
from roost.workflows.traffic import shift_traffic

MODEL = "fraud"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACTOR = Actor("ann", NOW)
REQUEST = {"action": "start", "a": 1, "b": 2, "share": 50, "by": "customer", "metric": "score", "requested_by": "ann"}


def column(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "nullable": False, "minimum": None, "maximum": None, "allowed": [], **more}


COLUMNS = [column("customer", "integer", nullable=True), column("at", "timestamp"), column("amount", "decimal")]
MANIFEST: dict[str, Any] = {
    "request": COLUMNS,
    "event_time": "at",
    "threshold": 0.5,
    "decision": {"positive": "review", "negative": "approve"},
    "rank_reference": [step / 100 for step in range(101)],
    "features": ["amount"],
    "on_demand": [],
    "defaults": {},
    "views": [],
}


@dataclass
class ExperimentBench:
    """The experiment pipeline's steps over in-memory ports."""

    packages: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    lake: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    registry: InMemoryRegistryStore = field(default_factory=InMemoryRegistryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        self.endpoint = InMemoryEndpoint(self._serve)
        self.ports = PipelinePorts(
            lake=self.lake,
            packages=self.packages,
            online=InMemoryOnlineStore(),
            registry=self.registry,
            evidence=InMemoryEvidence(),
            endpoint=lambda _model: self.endpoint,
            clock=self.clock,
        )

    def _serve(self, variables: Mapping[str, str], event: Mapping[str, Any]) -> dict[str, Any]:
        package = event.get("arm") or variables["ROOST_PACKAGE"]
        manifest = json.loads(self.packages.get(package_key(package, PACKAGE_MANIFEST)))
        return {"scores": manifest["golden"]["scores"], "package": package}

    def register(self, score: float, approved: bool = True, **changed: Any) -> int:
        manifest = {**MANIFEST, "golden": {"rows": [{"amount": 1.0}], "scores": [score]}, **changed}
        package = digest_of(manifest)
        self.packages.put(package_key(package, PACKAGE_MANIFEST), canonical_bytes(manifest))
        draft = Version(MODEL, 0, Status.CANDIDATE, package, NOW.isoformat(), "run", {}, {})
        self.registry.commit(registration(self.registry.head(MODEL), draft, ACTOR))
        head = self.registry.head(MODEL)
        if approved:
            version = self.registry.version(MODEL, head.latest_version)
            self.registry.commit(status_move(head, version, Status.APPROVED, ACTOR, "gates passed"))
        return head.latest_version

    def release(self, number: int) -> None:
        rollout = Rollout(strategy="all_at_once").model_dump(mode="json")
        event: dict[str, Any] = {"model": MODEL, "release": f"release-{number}"}
        event["plan"] = plan_release({**event, "request": {"version": number}, "rollout": rollout}, self.ports)
        event |= publish_version(event, self.ports)
        shift_traffic({**event, "step": 0}, self.ports)
        finish_release(event, self.ports)

    def plan(self, identifier: str = "exp", **request: Any) -> dict[str, Any]:
        event = {"model": MODEL, "experiment": identifier, "request": {**REQUEST, **request}}
        return plan_experiment(event, self.ports)

    def ask(self, action: str, **more: Any) -> dict[str, Any]:
        event = {"model": MODEL, "experiment": "run", "request": {"action": action, **more}}
        return plan_experiment(event, self.ports)

    def serve(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Publish, test, shift and record what was planned."""
        event = {"model": MODEL, "experiment": plan["experiment"], "plan": plan}
        event |= publish_arms(event, self.ports)
        smoke_test_arms(event, self.ports)
        shift_traffic({**event, "step": 0}, self.ports)
        return record_experiment(event, self.ports)

    def start(self, **request: Any) -> Experiment:
        self.serve(self.plan(**request))
        return self.registry.experiment(MODEL, "exp")

    def end(self, action: str, **more: Any) -> dict[str, Any]:
        event = {"model": MODEL, "plan": self.ask(action, **more), "state": {}}
        return_traffic(event, self.ports)
        return record_experiment(event, self.ports)

    def status(self, number: int) -> Status:
        return self.registry.version(MODEL, number).status

    def standing(self) -> tuple[AliasState, str, dict[int, Status]]:
        """All that an experiment moves: alias, what holds the model, and the versions."""
        statuses = {version.number: version.status for version in self.registry.versions(MODEL)}
        return self.endpoint.alias(), self.registry.head(MODEL).active_experiment, statuses

    def later(self, **time: float) -> None:
        self.clock.time += timedelta(**time)


@pytest.fixture
def bench() -> ExperimentBench:
    return served_bench()


def served_bench() -> ExperimentBench:
    """Version 1 serves, version 2 is approved."""
    built = ExperimentBench()
    built.release(built.register(0.1))
    built.register(0.2)
    return built


def line(
    identifier: str, entity: Any, arm: str = "a", score: float = 0.2, seconds: float = 60.0, **more: Any
) -> dict[str, Any]:
    """The record of an answered prediction, so many seconds after ``NOW``."""
    experiment = {"id": "exp", "arm": arm, "propensity": 0.5, **more.pop("experiment", {})}
    return {
        "time": written(NOW + timedelta(seconds=seconds)), "milliseconds": 4.0, "model": MODEL,
        "prediction_id": identifier, "model_version": 1 if arm == "a" else 2, "score": score,
        "decision": "review" if score >= 0.5 else "approve", "experiment": experiment,
        "request": {"customer": entity, "amount": 10.0}, "inputs": {"customer": entity, "amount": 10.0}, **more,
    }  # fmt: skip


def kept(records: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Records by their identifier, as the prediction log in memory has them."""
    return {record["prediction_id"]: record for record in records}
