"""Which version served at a moment of the past: which bytes, who approved it, who released it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from roost.domain.registry import Release
from roost.domain.served_history import approval_of, serving_at, under_release_at
from roost.errors import UnknownRelease
from roost.ports import RegistryStore


def service_at(model: str, moment: datetime, registry: RegistryStore) -> dict[str, Any]:
    """What served at a time, as JSON values; ``canary`` is the release that was under way, None if there was none.

    Raises:
        UnknownRelease: nothing of the model had been released then.
    """
    releases = registry.releases(model)
    service, canary = serving_at(releases, moment), under_release_at(releases, moment)
    if service is None and canary is None:
        first = releases[0].finished_at[:19] if releases else ""
        raise UnknownRelease(
            f"nothing of {model} served at {moment.isoformat()}; "
            + (f"its first release ended at {first}" if first else "it was never released")
        )
    return {
        "model": model,
        "at": moment.isoformat(),
        "since": service.since if service else None,
        "until": service.until if service else None,
        "serving": _described(service.release, registry, moment) if service else None,
        "canary": _described(canary, registry, moment) if canary else None,
    }


def _described(release: Release, registry: RegistryStore, moment: datetime) -> dict[str, Any]:
    version = registry.version(release.model, release.version)
    approval = approval_of(registry.audit(release.model), version.number, moment.isoformat())
    return {
        "version": version.number,
        "package": version.package,
        "run": version.run,
        "release": release.identifier,
        "function_version": release.function_version,
        "approval": asdict(approval) if approval else None,
        "released_by": release.requested_by,
        "release_reason": release.reason,
    }
