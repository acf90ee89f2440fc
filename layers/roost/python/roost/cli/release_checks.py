"""Say at once what PlanRelease would say a moment later, in a run that then stays red."""

from collections.abc import Mapping
from typing import Any

from roost.adapters.deployed_platform import DeployedPlatform
from roost.domain.registry import ModelHead, Release, check_free
from roost.domain.release_moves import check_startable
from roost.domain.release_plan import on_conflict, requested_kind, requested_version, rollout_plan
from roost.errors import InvalidReleaseRequest, ReleaseInProgress, UnknownRelease
from roost.names import ReleaseStatus
from roost.ports import RegistryStore
from roost.release_names import OnConflict, ReleaseKind
from roost.spec import load_model
from roost.workflows.release_readiness import check_package


def check_request(platform: DeployedPlatform, model: str, request: Mapping[str, Any]) -> None:
    """Check a request against the model's rollout, the registry and the packages; nothing is written.

    Raises:
        InvalidReleaseRequest, ReleaseInProgress, ExperimentRunning, UnknownVersion, VersionNotApproved,
        PackageExpired, PackageCorrupted, PackageOfAnotherModel, SignatureBroken: as ``plan_release`` does.
    """
    registry = platform.registry
    head, rollout = registry.head(model), load_model(model).rollout.model_dump(mode="json")
    rollout_plan(rollout, request, first=head.champion is None)
    if head.active_release and on_conflict(rollout, request) is OnConflict.REFUSE:
        raise ReleaseInProgress(
            f"release {head.active_release} of {model} has not ended; follow it (roost releases show {model}), wait in "
            f"its queue (--queue), or abort it: roost releases abort {model}"
        )
    if head.active_experiment:
        check_free(head)
    _check_version(platform, head, request)


def _check_version(platform: DeployedPlatform, head: ModelHead, request: Mapping[str, Any]) -> None:
    model, kind, registry = head.model, requested_kind(request), platform.registry
    number = requested_version(request) or head.champion
    if number is None:
        raise InvalidReleaseRequest(f"{model} has no champion whose code could be released; release a version first")
    version = registry.version(model, number)
    check_startable(head, version, kind)
    champion = registry.version(model, head.champion) if head.champion and kind is ReleaseKind.MODEL else None
    check_package(version, champion, bool(request.get("force")), platform.packages)


def way_back(registry: RegistryStore, model: str) -> int:
    """The version that served before: the champion itself, if what came last was its new code.

    Raises:
        InvalidReleaseRequest: nothing served before.
    """
    head = registry.head(model)
    done = [release for release in registry.releases(model) if release.status is ReleaseStatus.COMPLETED]
    last = max(done, key=lambda release: release.finished_at, default=None)
    version = head.champion if last and last.kind == ReleaseKind.CODE else head.previous
    if not version:
        raise InvalidReleaseRequest(f"{model} has no earlier version to return to; see: roost models list {model}")
    return version


def recorded(registry: RegistryStore, model: str, name: str) -> Release | None:
    """The record of a release; None if it was refused before it had one."""
    try:
        return registry.release(model, name)
    except UnknownRelease:
        return None
