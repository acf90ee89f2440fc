"""PlanRelease: check that the version may be released, take the model, and fix the plan."""

from dataclasses import asdict, replace
from typing import Any

from roost.domain.guardrail_bounds import expecting
from roost.domain.registry import Actor, Change, ModelHead, Release, Version, release_start
from roost.domain.release_plan import RolloutPlan, requested_version, rollout_plan
from roost.errors import InvalidReleaseRequest
from roost.names import ReleaseStatus
from roost.ports import PipelinePorts, RegistryStore
from roost.workflows.registry_moves import move


def plan_release(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Plan a release and record it as running.

    Raises:
        InvalidReleaseRequest: the request is malformed, or a rollback's target was never released.
        UnknownVersion, VersionNotApproved, ReleaseInProgress: the version may not be released now.
    """
    model, identifier = event["model"], event["release"]
    number = requested_version(event["request"])

    def start(head: ModelHead) -> Change | None:
        if head.active_release == identifier:
            return None
        version = ports.registry.version(model, number)
        plan = _plan(event, head.champion, version)
        release = _release(event, head, version, plan, ports)
        return release_start(head, version, release, Actor(release.requested_by, ports.clock.now()))

    move(ports.registry, model, start)
    release = ports.registry.release(model, identifier)
    version = ports.registry.version(model, number)
    return _answer(release, version, _plan(event, release.previous_version, version))


def _plan(event: dict[str, Any], champion: int | None, version: Version) -> RolloutPlan:
    plan = rollout_plan(event["rollout"], event["request"], first=champion is None)
    return replace(plan, guardrails=expecting(plan.guardrails, version.lineage.get("champion"), champion))


def _release(
    event: dict[str, Any], head: ModelHead, version: Version, plan: RolloutPlan, ports: PipelinePorts
) -> Release:
    request = event["request"]
    rolls_back = request.get("rollback_to") is not None
    return Release(
        model=version.model,
        identifier=event["release"],
        version=version.number,
        status=ReleaseStatus.RUNNING,
        strategy=plan.strategy,
        steps=plan.steps,
        started_at=ports.clock.now().isoformat(),
        requested_by=request.get("requested_by") or "unknown",
        previous_version=head.champion,
        function_version=_released_before(ports.registry, version) if rolls_back else "",
        previous_function_version=ports.endpoint(version.model).alias().primary,
        reason=request.get("reason") or "",
    )


def _released_before(registry: RegistryStore, version: Version) -> str:
    served = [
        release.function_version
        for release in registry.releases(version.model)
        if release.version == version.number and release.status is ReleaseStatus.COMPLETED
    ]
    if not served:
        raise InvalidReleaseRequest(
            f"rollback_to: version {version.number} of {version.model} never served; release it with version instead"
        )
    return served[-1]


def _answer(release: Release, version: Version, plan: RolloutPlan) -> dict[str, Any]:
    return {
        "version": version.number,
        "package": version.package,
        "previous_version": release.previous_version,
        "function_version": release.function_version,
        "previous_function_version": release.previous_function_version,
        **{**asdict(plan), "strategy": plan.strategy.value, "steps": list(plan.steps)},
    }
