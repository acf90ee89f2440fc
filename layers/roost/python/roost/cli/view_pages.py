"""A Markdown page per feature view, and an index, by pure functions: equal definitions give equal text."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from roost.cli.defined_views import delay, kind, users
from roost.domain.view_layout import COUNT, UNSCALED, Aggregate, ViewLayout
from roost.object_keys import event_log_prefix, landing_prefix
from roost.spec import FeatureView, LatestView, Model
from roost.spec.definition import reference, short_duration
from roost.spec.feeds import shared_views
from roost.spec.layouts import layout_of
from roost.spec.view_uses import feature_uses, on_demand_of

INDEX = "README.md"
MARK = "<!-- Written by `roost features docs`: change the definition, then write it anew. -->"
EMPTY = {COUNT: "0", "sum": "0", "distinct": "0"}
WHAT = ("what", "value")
TERMS = "What windows, delays, ages and units mean stands in `docs/features.md`."


def view_pages(models: Sequence[Model], fresh: Mapping[str, str] | None = None) -> dict[str, str]:
    """Text by file name: the index, and ``<view>.md`` for each view; ``fresh`` has a line on freshness by view."""
    views = sorted(shared_views(models).values(), key=lambda view: view.name)
    pages = {f"{view.name}.md": _page(view, models, (fresh or {}).get(view.name, "")) for view in views}
    return {INDEX: _index(views, models), **pages}


def _index(views: Sequence[FeatureView], models: Sequence[Model]) -> str:
    rows = [
        (f"[{view.name}]({view.name}.md)", view.description, view.entity.name, view.source.name, kind(view),
         view.owner, users(models, view))
        for view in views
    ]  # fmt: skip
    head = ("view", "meaning", "entity", "source", "kind", "owner", "used by")
    return _joined(MARK, "# Feature views", TERMS, _table(head, rows))


def _page(view: FeatureView, models: Sequence[Model], fresh: str) -> str:
    return _joined(
        MARK, f"# {view.name}", view.description, _table(WHAT, _facts(view, models)),
        *(("## Freshness", fresh) if fresh else ()),
        "## Features", TERMS, _features(view),
        "## On-demand features from it", _on_demand(view, models),
        "## Models that use it", _uses(view, models),
        "## Values of an entity", _commands(view),
    )  # fmt: skip


def _facts(view: FeatureView, models: Sequence[Model]) -> list[tuple[str, str]]:
    source, entity = view.source, view.entity
    return [
        ("owner", view.owner or "nobody; set `owner` in its definition"),
        ("entity", _explained(f"{entity.name}, by `{entity.key}`", entity.description)),
        ("source", _explained(source.name, source.description)),
        ("comes from", _origin(view)),
        ("kind", kind(view)),
        *_ages(view),
        ("used by", users(models, view)),
        ("online items", f"`{layout_of(view).online_name}`"),
    ]


def _origin(view: FeatureView) -> str:
    source = view.source
    landed = f"{source.format} files under `{landing_prefix(source.name)}` in the lake bucket"
    logged = f"its stream, on stages that have one, logged under `{event_log_prefix(source.name)}`"
    return f"{landed}; {logged}" if source.streamed else landed


def _ages(view: FeatureView) -> list[tuple[str, str]]:
    if isinstance(view, LatestView):
        lookback, oldest = short_duration(view.lookback), short_duration(view.max_age)
        return [("lookback", f"training joins values up to {lookback} old"), ("max age", f"up to {oldest} old serve")]
    late = delay(view)
    return [("delay", "none" if late == "0d" else f"an event counts {late} after its time")]


def _features(view: FeatureView) -> str:
    layout = layout_of(view)
    rows = [
        (f"`{item.feature}`", item.function, f"`{item.column}`" if item.column else "events",
         short_duration(timedelta(seconds=item.window)), _unit(layout, item), EMPTY.get(item.function, "none"))
        for item in layout.aggregates
    ]  # fmt: skip
    return _table(("feature", "function", "of", "max age" if layout.latest else "window", "unit", "no event"), rows)


def _unit(layout: ViewLayout, item: Aggregate) -> str:
    """What a value counts, or the decimal places that are kept of each of its column's values."""
    if item.function in UNSCALED:
        return "events" if item.function == COUNT else "different values"
    decimals = next(column.decimals for column in layout.columns if column.name == item.column)
    kept = f"{decimals} decimal{'' if decimals == 1 else 's'}" if decimals else "whole numbers"
    return f"from {kept}" if item.function in ("mean", "stddev") else kept


def _on_demand(view: FeatureView, models: Iterable[Model]) -> str:
    rows = [
        (f"`{item.name}`", model.name, f"`{reference(item.function)}`", _codes(item.inputs), item.description)
        for model in models
        if view in model.views
        for item in on_demand_of(view, model)
    ]
    return _table(("feature", "model", "function", "takes", "meaning"), rows) if rows else "None."


def _uses(view: FeatureView, models: Sequence[Model]) -> str:
    rows = [
        (use.model, f"`{use.feature}`", _codes(use.inputs) if use.inputs else "not used")
        for use in feature_uses(view, models)
    ]
    return _table(("model", "feature", "as input of the model"), rows)


def _commands(view: FeatureView) -> str:
    key = view.entity.key.upper()
    lines = {
        f"roost features get {view.name} {key}": "what scoring would read now",
        f"roost features get {view.name} {key} --at 2018-08-01T12:00": "as known then",
        f"roost features history {view.name} {key}": "how it came to be",
        f"roost features freshness {view.name}": "to when it is complete",
        f"roost features lineage {view.name}": "from where, and to which versions of models",
    }
    width = max(map(len, lines))
    return "\n".join(["```", *(f"{line:{width}}  # {what}" for line, what in lines.items()), "```"])


def _explained(what: str, meaning: str) -> str:
    return f"{what}: {meaning}" if meaning else what


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _joined(*sections: str) -> str:
    return "\n\n".join(section for section in sections if section) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[Sequence[str]]) -> str:
    cells = ([" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows)
    lines = [head, ("---",) * len(head), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
