"""PlanRelease: check that the version may be released, take the model, and fix the plan."""

from dataclasses import asdict
from typing import Any

from roost.domain.registry import Actor, ModelHead, Release, Version, release_start
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
    model, request = event["model"], event["request"]
    number = requested_version(request)
    head = ports.registry.head(model)
    plan = rollout_plan(event["rollout"], request, first=head.champion is None)
    version = ports.registry.version(model, number)
    release = _release(event, head, version, plan, ports)
    actor = Actor(release.requested_by, ports.clock.now())
    move(ports.registry, model, lambda fresh: release_start(fresh, version, release, actor))
    return _answer(release, version, plan)


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
