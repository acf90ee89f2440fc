"""Begin and end shadows: a plan in the lake, which moves neither the alias nor the registry."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from roost.domain.package import verified_manifest
from roost.domain.registry import Actor
from roost.domain.shadows import Shadow, check_inputs
from roost.errors import PackageExpired
from roost.experiment_errors import InvalidShadow, UnknownShadow
from roost.object_keys import PACKAGE_MANIFEST, package_key, shadow_key
from roost.ports import ObjectStore, RegistryStore
from roost.workflows.shadow_scoring import PLAN, shadows

RATES = (1, 1_000)  # predictions a minute
LONGEST = timedelta(days=90)


@dataclass(frozen=True)
class ShadowDesk:
    """Where shadows of a stage's models are begun and ended."""

    registry: RegistryStore
    packages: ObjectStore
    lake: ObjectStore

    def start(self, model: str, version: int, rate: int, lasts: timedelta, actor: Actor) -> Shadow:
        """Plan a shadow of the version that serves; it is scored from the next minutes on.

        Raises:
            InvalidShadow: rate or time is out of bounds, nothing serves, or the log lacks what the version needs.
            UnknownVersion, PackageExpired: the version cannot score.
        """
        self._check_bounds(rate, lasts)
        head, challenger = self.registry.head(model), self.registry.version(model, version)
        if head.champion is None:
            raise InvalidShadow(f"{model} serves nothing yet, so nothing can be scored beside it")
        if challenger.number == head.champion:
            raise InvalidShadow(f"version {version} of {model} is the one that serves; name another version")
        if challenger.expired_at:
            raise PackageExpired(f"{model} version {version} cannot score: its package was expired")
        live = self.registry.version(model, head.champion)
        check_inputs(self._manifest(live.package), self._manifest(challenger.package))
        shadow = Shadow(
            model, f"shadow-{actor.at:%Y%m%d-%H%M%S}-v{version}", version, challenger.package, live.number, rate,
            actor.at.isoformat(), (actor.at + lasts).isoformat(), actor.name,
        )  # fmt: skip
        if not self.lake.create(shadow_key(model, shadow.identifier, PLAN), shadow.body(), "application/json"):
            raise InvalidShadow(f"{shadow.identifier} of {model} exists already; try again in a second")
        return shadow

    def find(self, model: str, identifier: str = "") -> Shadow:
        """A shadow of a model, the latest if none is named. Raises ``UnknownShadow``."""
        found = [each for each in shadows(self.lake, model) if identifier in ("", each.identifier)]
        if not found:
            named = f"no shadow {identifier!r}" if identifier else "no shadow"
            raise UnknownShadow(f"{model} has {named}; start one: roost shadow start {model} --version N")
        return found[-1]

    def stop(self, model: str, identifier: str, at: datetime) -> Shadow:
        """End a shadow before its time; one that has ended stays as it is. Raises ``UnknownShadow``."""
        shadow = self.find(model, identifier)
        if shadow.ends <= at:
            return shadow
        stopped = replace(shadow, stopped_at=at.isoformat())
        self.lake.put(shadow_key(model, shadow.identifier, PLAN), stopped.body(), "application/json")
        return stopped

    def _check_bounds(self, rate: int, lasts: timedelta) -> None:
        low, high = RATES
        if not low <= rate <= high:
            raise InvalidShadow(f"rate is {rate}; give {low} to {high} predictions a minute")
        if not timedelta(0) < lasts <= LONGEST:
            raise InvalidShadow(f"for is {lasts}; give a time of at most {LONGEST.days} days, as 24h")

    def _manifest(self, package: str) -> dict[str, Any]:
        return verified_manifest(self.packages.get(package_key(package, PACKAGE_MANIFEST)), package)
