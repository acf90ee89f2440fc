"""Which items of the online store are kept up to date: those of the definitions, and those that releases read.

After a view's layout has changed, the release that serves goes on reading items of the old one until the next release
takes over, and a rollback may go back to it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from roost.domain.package import verified_manifest
from roost.domain.view_layout import ViewLayout
from roost.errors import PackageCorrupted
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import Clock, ObjectStore, RegistryStore
from roost.spec import FeatureView, Source
from roost.spec.layouts import layout_of

REFRESHED = timedelta(minutes=1)


@dataclass(frozen=True)
class Released:
    """The packages that may be asked: champion, its predecessor, the one under release, an experiment's challenger."""

    registry: RegistryStore
    packages: ObjectStore

    def layouts(self, models: Iterable[str], source: Source) -> list[ViewLayout]:
        """Layouts of the views of a source in these packages, but for those that the source can no longer feed."""
        found = (layout for model in models for number in self._numbers(model) for layout in self._of(model, number))
        columns = {column.name for column in source.columns}
        return [layout for name, layout in found if name == source.name and _needs(layout) <= columns]

    def _numbers(self, model: str) -> set[int]:
        head = self.registry.head(model)
        release = self.registry.release(model, head.active_release).version if head.active_release else None
        named = head.active_experiment
        challenger = self.registry.experiment(model, named).challenger.version if named else None
        return {number for number in (head.champion, head.previous, release, challenger) if number is not None}

    def _of(self, model: str, number: int) -> Iterator[tuple[str, ViewLayout]]:
        digest = self.registry.version(model, number).package
        try:
            manifest = verified_manifest(self.packages.get(package_key(digest, PACKAGE_MANIFEST)), digest)
        except (KeyError, PackageCorrupted):
            return  # it cannot serve either, and must not stop what feeds the others
        for view in manifest["views"]:
            layout = ViewLayout.from_manifest(view)
            yield manifest.get("view_sources", {}).get(layout.name, ""), layout


class KeptLayouts:
    """The layouts that a consumer writes; what is released is looked up once a minute."""

    def __init__(self, look: Callable[[], tuple[ViewLayout, ...]], clock: Clock) -> None:
        self._look, self._clock = look, clock
        self._found: tuple[ViewLayout, ...] = ()
        self._until = datetime.min.replace(tzinfo=UTC)

    def now(self) -> tuple[ViewLayout, ...]:
        """The layouts as known a minute ago at most."""
        if self._clock.now() >= self._until:
            self._found, self._until = self._look(), self._clock.now() + REFRESHED
        return self._found


def kept(
    source: Source, views: Iterable[FeatureView], models: Iterable[str], released: Released
) -> tuple[ViewLayout, ...]:
    """The layouts of a source's items to keep up to date, each once: of its views, then of what is released."""
    current = [layout_of(view) for view in views if view.source.name == source.name]
    found: dict[str, ViewLayout] = {}
    for layout in [*current, *released.layouts(models, source)]:
        found.setdefault(layout.online_name, layout)
    return tuple(found.values())


def told(layouts: Iterable[ViewLayout]) -> dict[str, ViewLayout]:
    """Layouts by the name of their view; one that only releases read by the name of its items."""
    found: dict[str, ViewLayout] = {}
    for layout in layouts:
        found[layout.online_name if layout.name in found else layout.name] = layout
    return found


def _needs(layout: ViewLayout) -> set[str]:
    return {layout.key, *(column.name for column in layout.columns)}
