"""A model with two approved versions, its endpoint, and the release pipeline's steps, all in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
from roost.domain.package import canonical_bytes, digest_of
from roost.domain.registry import Actor, Version, registration, status_move
from roost.names import Status
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import PipelinePorts
from roost.spec import Rollout
from roost.workflows.publishing import publish_version
from roost.workflows.release_planning import plan_release
from roost.workflows.smoke_testing import smoke_test
from roost.workflows.traffic import shift_traffic

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MODEL = "fraud"
GOLDEN = [{"amount": 1.0}, {"amount": 2.0}]


@dataclass
class ReleaseBench:
    """The release pipeline of one model, step by step."""

    endpoint: InMemoryEndpoint
    evidence: InMemoryEvidence = field(default_factory=InMemoryEvidence)
    packages: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    registry: InMemoryRegistryStore = field(default_factory=InMemoryRegistryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        self.ports = PipelinePorts(
            lake=InMemoryObjectStore(),
            packages=self.packages,
            online=InMemoryOnlineStore(),
            registry=self.registry,
            evidence=self.evidence,
            endpoint=lambda _model: self.endpoint,
            clock=self.clock,
        )

    def add_version(self, scores: list[float], approved: bool = True) -> int:
        manifest = {"golden": {"rows": GOLDEN, "scores": scores}}
        package = digest_of(manifest)
        self.packages.put(package_key(package, PACKAGE_MANIFEST), canonical_bytes(manifest))
        draft = Version(MODEL, 0, Status.CANDIDATE, package, NOW.isoformat(), "run", {}, {})
        actor = Actor("test", NOW)
        self.registry.commit(registration(self.registry.head(MODEL), draft, actor))
        head = self.registry.head(MODEL)
        version = self.registry.version(MODEL, head.latest_version)
        if approved:
            self.registry.commit(status_move(head, version, Status.APPROVED, actor, "gates passed"))
        return version.number

    def begin(self, release: str, **request: Any) -> dict[str, Any]:
        """Run PlanRelease, PublishVersion and SmokeTest; answer the event that the later steps get."""
        rollout = Rollout(steps=(5, 50), min_requests=10, max_looks=3).model_dump(mode="json")
        event: dict[str, Any] = {"model": MODEL, "release": release}
        event["plan"] = plan_release({**event, "request": request, "rollout": rollout}, self.ports)
        known = event["plan"]["function_version"]
        event["function_version"] = known or publish_version(event, self.ports)["function_version"]
        smoke_test(event, self.ports)
        return event

    def shift(self, event: dict[str, Any], step: int) -> dict[str, Any]:
        return shift_traffic({**event, "step": step}, self.ports)

    def scores_of(self, package: str) -> list[float]:
        manifest = json.loads(self.packages.get(package_key(package, PACKAGE_MANIFEST)))
        scores: list[float] = manifest["golden"]["scores"]
        return scores


def serving() -> ReleaseBench:
    """A bench whose function versions score as their packages say."""

    def serve(variables: Mapping[str, str], _event: Mapping[str, Any]) -> dict[str, Any]:
        package = variables["ROOST_PACKAGE"]
        return {"scores": built.scores_of(package), "package": package}

    built = ReleaseBench(InMemoryEndpoint(serve))
    return built


@pytest.fixture
def bench() -> ReleaseBench:
    return serving()
