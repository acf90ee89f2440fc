"""ClaimRelease: find the release of a model that nobody drives any more, or that an alarm ends, and claim it.

It decides and does not act on traffic: RestoreTraffic and RecordRollback follow it in the sweeping pipeline. A claimed
release can only end, whatever of its own pipeline is still under way.
"""

from typing import Any

from roost.domain.registry import Actor, Change, ModelHead, Release
from roost.domain.release_moves import release_claim
from roost.errors import UnknownRelease
from roost.names import ReleaseStatus
from roost.ports import PipelinePorts, RegistryStore
from roost.ports.release_runs import ReleaseRuns, RunEnd
from roost.workflows.registry_moves import move
from roost.workflows.release_ending import rollback_reason
from roost.workflows.release_queue import leave_queue

ACTOR = "release sweep"
Ending = tuple[ReleaseStatus, str]


def claim_release(event: dict[str, Any], ports: PipelinePorts, runs: ReleaseRuns) -> dict[str, Any]:
    """Claim the active release of a model if it has to end; ``claimed`` says so, with what restoring needs.

    With ``alarm``, one whose version has traffic ends though its run goes on: the run is stopped.
    """
    model, actor = event["model"], Actor(ACTOR, ports.clock.now())
    _clear_queue(model, ports.registry, runs, actor)
    release = _active(ports.registry, model)
    if release is None:
        return {"claimed": False, "reason": "no release is under way"}
    run = runs.state(release.identifier)
    end = _end(release, run, event.get("alarm", ""), ports)
    if end is None:
        return {"claimed": False, "reason": f"release {release.identifier} is driven by its pipeline"}
    return _claimed(release, end, ports.registry, runs, actor)


def settle_release(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """After FinishRelease failed: whether it had recorded the end nevertheless, else claim the release for its own run.

    Without this a release that is written down as completed would have its traffic taken away.
    """
    model, identifier, registry = event["model"], event["release"], ports.registry
    actor, failed = Actor(ACTOR, ports.clock.now()), rollback_reason(event["state"])

    def claim(head: ModelHead) -> Change | None:
        if head.active_release != identifier:
            return None
        return _claim(head, registry.release(model, identifier), actor, (ReleaseStatus.FAILED, failed))

    move(registry, model, claim)
    return {"completed": registry.release(model, identifier).status is ReleaseStatus.COMPLETED}


def _active(registry: RegistryStore, model: str) -> Release | None:
    identifier = registry.head(model).active_release
    return registry.release(model, identifier) if identifier else None


def _end(release: Release, run: RunEnd, alarm: str, ports: PipelinePorts) -> Ending | None:
    if not run.active:
        return _of_run(run)
    if release.order:
        return ReleaseStatus(release.order["status"]), release.order["reason"]
    serves = release.function_version and ports.endpoint(release.model).alias().share_of(release.function_version)
    return (ReleaseStatus.ROLLED_BACK, f"alarm {alarm} rang") if alarm and serves else None


def _of_run(run: RunEnd) -> Ending:
    status = ReleaseStatus.ABORTED if run.status == "ABORTED" else ReleaseStatus.FAILED
    why = ": ".join(part for part in (run.error, run.cause) if part)
    return status, f"the release pipeline ended {run.status or 'without a trace'}" + (f" ({why})" if why else "")


def _claim(head: ModelHead, release: Release, actor: Actor, end: Ending) -> Change | None:
    return None if release.status is ReleaseStatus.ENDING else release_claim(head, release, actor, *end)


def _claimed(release: Release, end: Ending, registry: RegistryStore, runs: ReleaseRuns, actor: Actor) -> dict[str, Any]:
    model, identifier = release.model, release.identifier

    def claim(head: ModelHead) -> Change | None:
        if head.active_release != identifier:
            return None
        return _claim(head, registry.release(model, identifier), actor, end)

    move(registry, model, claim)
    found = registry.release(model, identifier)
    if found.status is not ReleaseStatus.ENDING:
        return {"claimed": False, "reason": f"release {identifier} has ended ({found.status})"}
    runs.stop(identifier, "ReleaseAborted", found.order["reason"])
    return {
        "claimed": True,
        "release": identifier,
        "reason": found.order["reason"],
        "function_version": found.function_version,
        "plan": {"version": found.version, "previous_function_version": found.previous_function_version},
    }


def _clear_queue(model: str, registry: RegistryStore, runs: ReleaseRuns, actor: Actor) -> None:
    """Take a release out of the queue whose run has ended while it waited."""

    def cleared(head: ModelHead) -> Change | None:
        if not head.queued_release or runs.state(head.queued_release).active:
            return None
        try:
            waiting = registry.release(model, head.queued_release)
        except UnknownRelease:
            return None
        return leave_queue(head, waiting, actor, _of_run(runs.state(head.queued_release))[1])

    move(registry, model, cleared)
