"""What the definitions of all models say of one source, and whether they agree."""

from collections.abc import Iterable

from roost.domain.arrivals import Feed
from roost.errors import InvalidDefinition, UnknownSource
from roost.spec.features import FeatureView
from roost.spec.loading import load_model, model_names
from roost.spec.model import Model
from roost.spec.sources import Source

READ = {"name", "type", "nullable", "minimum", "maximum", "allowed"}


def feed_of(source: Source) -> Feed:
    """What a stream consumer must know of a source."""
    columns = tuple(column.model_dump(mode="json", include=READ) for column in source.columns)
    return Feed(source.name, columns, source.event_time, source.event_id or "", source.ingested_at or "")


def streamed_sources(models: Iterable[Model]) -> list[Source]:
    """Each source that arrives on a stream, once."""
    found = {source.name: source for model in models for source in model.sources}
    return [source for source in found.values() if source.streamed]


def source_views(name: str) -> tuple[Source, list[FeatureView]]:
    """A source and the views that any model computes from it.

    Raises:
        UnknownSource: no model reads it.
    """
    models = [load_model(model) for model in model_names()]
    sources = {source.name: source for model in models for source in model.sources}
    if name not in sources:
        raise UnknownSource(f"no model project reads a source {name!r}; there are: {', '.join(sorted(sources))}")
    return sources[name], [view for view in shared_views(models).values() if view.source.name == name]


def shared_views(models: Iterable[Model]) -> dict[str, FeatureView]:
    """All views by name.

    Raises:
        InvalidDefinition: two models define one view, or one source, differently.
    """
    views: dict[str, tuple[str, FeatureView]] = {}
    sources: dict[str, tuple[str, Source]] = {}
    for model in models:
        for source in model.sources:
            _agree("source", model.name, source, sources.setdefault(source.name, (model.name, source)))
        for view in model.views:
            _agree("view", model.name, view, views.setdefault(view.name, (model.name, view)))
    return {name: view for name, (_, view) in views.items()}


def _agree(kind: str, model: str, definition: Source | FeatureView, known: tuple[str, Source | FeatureView]) -> None:
    other, first = known
    if first != definition:
        raise InvalidDefinition(
            f"models/{model}/definition.py: {kind} {definition.name!r} differs from that of models/{other}; define it "
            f"once in a shared module, or rename one"
        )
