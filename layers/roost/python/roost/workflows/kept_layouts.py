"""Which items of the online store are kept up to date: those of the definitions, and those that releases read.

After a view's layout has changed, the release that serves goes on reading items of the old one until the next release
takes over, and a rollback may go back to it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from roost.domain.view_layout import ViewLayout
from roost.errors import PackageCorrupted
from roost.ports import Clock, ObjectStore, RegistryStore
from roost.spec import FeatureView, Source
from roost.spec.layouts import layout_of
from roost.workflows.package_manifests import read_manifest

REFRESHED = timedelta(minutes=1)

ReleasedLayouts = Sequence[tuple[str, ViewLayout]]  # each with the name of the source that feeds it


@dataclass(frozen=True)
class Released:
    """The packages that may be asked: champion, its predecessor, the one under release, an experiment's challenger."""

    registry: RegistryStore
    packages: ObjectStore

    def layouts(self, models: Iterable[str]) -> ReleasedLayouts:
        """Layouts of the views in the packages of these models, as they are released now."""
        return [layout for model in models for number in self._numbers(model) for layout in self._of(model, number)]

    def _numbers(self, model: str) -> set[int]:
        head = self.registry.head(model)
        release = self.registry.release(model, head.active_release).version if head.active_release else None
        named = head.active_experiment
        challenger = self.registry.experiment(model, named).challenger.version if named else None
        return {number for number in (head.champion, head.previous, release, challenger) if number is not None}

    def _of(self, model: str, number: int) -> Iterator[tuple[str, ViewLayout]]:
        digest = self.registry.version(model, number).package
        try:
            manifest = read_manifest(self.packages, digest)
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


def kept(source: Source, views: Iterable[FeatureView], released: ReleasedLayouts) -> tuple[ViewLayout, ...]:
    """The layouts of a source's items to keep up to date, each once: of its views, then of what is released.

    What the source can no longer feed is left out.
    """
    current = [layout_of(view) for view in views if view.source.name == source.name]
    columns = {column.name for column in source.columns}
    read = [layout for name, layout in released if name == source.name and _needs(layout) <= columns]
    found: dict[str, ViewLayout] = {}
    for layout in [*current, *read]:
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
