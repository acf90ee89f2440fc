"""PlanRelease: check that the version may be released, take the model, and fix the plan."""

from dataclasses import asdict, replace
from typing import Any

from roost.domain.guardrail_bounds import expecting
from roost.domain.registry import Actor, Change, ModelHead, Release, Version, check_free
from roost.domain.release_moves import release_start
from roost.domain.release_plan import RolloutPlan, on_conflict, requested_kind, requested_version, rollout_plan
from roost.errors import InvalidReleaseRequest, UnknownRelease
from roost.names import ReleaseStatus
from roost.ports import PipelinePorts, RegistryStore
from roost.release_errors import ReleaseNotRunning
from roost.release_names import OnConflict, PlanState, ReleaseKind
from roost.workflows.registry_moves import move
from roost.workflows.release_queue import check_turn, queue
from roost.workflows.release_readiness import check_ready

Event = dict[str, Any]


def plan_release(event: Event, ports: PipelinePorts) -> dict[str, Any]:
    """Plan a release and record it as running; with ``on_conflict: queue`` it waits for one that is under way.

    Version, champion and packages are read anew with each head that the registry shows. ``state`` of the answer says
    whether to go on, to ask again later, or that there is no champion whose new code could be released.

    Raises:
        InvalidReleaseRequest: the request is malformed, or a rollback's target was never released.
        ReleaseInProgress, ExperimentRunning: something else holds the model.
        UnknownVersion, VersionNotApproved: the version may not be released now.
        PackageCorrupted, PackageOfAnotherModel, SignatureBroken: its package may not.
        ReleaseNotRunning, ReleaseSuperseded, QueueTimedOut: the release has been ended meanwhile.
    """
    model, identifier = event["model"], event["release"]
    queues = on_conflict(event["rollout"], event["request"]) is OnConflict.QUEUE
    if _number(event, ports.registry.head(model)) is None:
        return {"state": PlanState.NOTHING.value}

    def start(head: ModelHead) -> Change | None:
        known = _known(ports.registry, model, identifier)
        if known and head.active_release == identifier:
            return None
        release, version = _release(event, head, ports)
        actor = Actor(release.requested_by, ports.clock.now())
        if known:
            check_turn(known, head, actor.at)
        if head.active_release and queues:
            return queue(head, ports.registry, release, actor)
        check_free(head)
        return release_start(head, version, _checked(release, version, head, event, ports), actor)

    move(ports.registry, model, start)
    return _answer(event, ports.registry.release(model, identifier), ports)


def _number(event: Event, head: ModelHead) -> int | None:
    return requested_version(event["request"]) or head.champion


def _known(registry: RegistryStore, model: str, identifier: str) -> Release | None:
    """The release's record, if a former attempt of this step wrote one."""
    try:
        known = registry.release(model, identifier)
    except UnknownRelease:
        return None
    if known.status not in (ReleaseStatus.RUNNING, ReleaseStatus.QUEUED, ReleaseStatus.SUPERSEDED):
        raise ReleaseNotRunning(f"release {identifier} of {model} has ended ({known.status}: {known.reason})")
    return known


def _release(event: Event, head: ModelHead, ports: PipelinePorts) -> tuple[Release, Version]:
    request = event["request"]
    version = ports.registry.version(event["model"], _number(event, head) or 0)
    plan, kind = rollout_plan(event["rollout"], request, first=head.champion is None), requested_kind(request)
    alias = ports.endpoint(version.model).alias()
    serving = alias.primary
    return Release(
        model=version.model,
        identifier=event["release"],
        version=version.number,
        status=ReleaseStatus.QUEUED,
        strategy=plan.strategy,
        steps=plan.steps,
        started_at=ports.clock.now().isoformat(),
        requested_by=request.get("requested_by") or "unknown",
        previous_version=head.champion,
        function_version=_served_before(ports.registry, version, serving) if kind is ReleaseKind.ROLLBACK else "",
        previous_function_version=serving,
        reason=request.get("reason") or "",
        kind=kind.value,
        alias_note=alias.note,
    ), version


def _checked(release: Release, version: Version, head: ModelHead, event: Event, ports: PipelinePorts) -> Release:
    """The release, with the differences of the signature that ``force`` let through."""
    champion = ports.registry.version(version.model, head.champion) if head.champion else None
    force = bool(event["request"].get("force"))
    return replace(release, forced=check_ready(release, version, head, champion, force, ports.packages))


def _served_before(registry: RegistryStore, version: Version, serving: str) -> str:
    """The function version that last had all traffic with this version, other than the one that has it now."""
    served = [
        release
        for release in registry.releases(version.model)
        if release.version == version.number
        and release.status is ReleaseStatus.COMPLETED
        and release.function_version != serving
    ]
    if not served:
        raise InvalidReleaseRequest(
            f"rollback_to: version {version.number} of {version.model} never served before; release it with version"
        )
    return max(served, key=lambda release: release.finished_at).function_version


def _plan(event: Event, release: Release, version: Version) -> RolloutPlan:
    plan = rollout_plan(event["rollout"], event["request"], first=release.previous_version is None)
    champion = version.lineage.get("champion")
    return replace(plan, guardrails=expecting(plan.guardrails, champion, release.previous_version))


def _answer(event: Event, release: Release, ports: PipelinePorts) -> dict[str, Any]:
    if release.status is ReleaseStatus.QUEUED:
        return {"state": PlanState.QUEUED.value, "behind": ports.registry.head(release.model).active_release}
    version = ports.registry.version(release.model, release.version)
    plan = _plan(event, release, version)
    return {
        "state": PlanState.READY.value,
        "kind": release.kind,
        "version": release.version,
        "package": version.package,
        "previous_version": release.previous_version,
        "function_version": release.function_version,
        "previous_function_version": release.previous_function_version,
        "alias_note": release.alias_note,
        **{**asdict(plan), "strategy": plan.strategy.value, "steps": list(plan.steps)},
    }
