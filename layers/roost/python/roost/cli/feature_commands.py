"""``roost features``: what is known of entities, and what it means."""

import getpass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from roost.adapters.duckdb_tables import DuckDBTables
from roost.cli.context import CHOICES, command, stage_command
from roost.cli.display import out, print_json, table
from roost.cli.options import Json, Watch
from roost.cli.options import Model as Name
from roost.cli.training_commands import run_name
from roost.cli.watching import ended, watch
from roost.domain.windows import values
from roost.errors import UnknownView
from roost.spec import FeatureView, LatestView, Model, WindowView, load_model, model_names
from roost.spec.definition import short_duration
from roost.spec.feeds import shared_views
from roost.spec.layouts import layout_of
from roost.workflows.account_reading import stored_events
from roost.workflows.feature_history import features_as_known

app = typer.Typer(help="Feature views: what they mean, who uses them, and their values.", no_args_is_help=True)

View = Annotated[str, typer.Argument(help="Feature view, as named in a model's definition.")]


@app.command("list")
@command
def list_views(as_json: Json = False) -> None:
    """All feature views. Example: `roost features list`."""
    models = _models()
    rows = [[view.name, view.entity.name, view.source.name, _kind(view), len(view.features()), _users(models, view)]
            for view in shared_views(models).values()]  # fmt: skip
    columns = ("view", "entity", "source", "kind", "features", "used by")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        out.print(table("feature views", columns, rows))


@app.command("show")
@command
def show(view: View, as_json: Json = False) -> None:
    """What a view means: entity, source, windows, features, users. Example: `roost features show customer_spend`."""
    models = _models()
    found = _view(models, view)
    layout = layout_of(found)
    if as_json:
        print_json({**layout.to_manifest(), "owner": found.owner, "used_by": _users(models, found)})
        return
    facts = {
        "meaning": found.description, "owner": found.owner, "entity": f"{found.entity.name} ({found.entity.key})",
        "source": found.source.name, "kind": _kind(found), "delay": _delay(found), "used by": _users(models, found),
        "online items": layout.online_name,
    }  # fmt: skip
    out.print(table(found.name, ("what", "value"), facts.items()))
    rows = [[item.feature, item.function, item.column or "events", item.window] for item in layout.aggregates]
    out.print(table("features", ("feature", "function", "of", "seconds"), rows))


@app.command("get")
@stage_command
def get(
    view: View,
    key: Annotated[str, typer.Argument(help="Key of the entity.")],
    at: Annotated[str, typer.Option(help="As known at this time (ISO 8601), from the offline store.")] = "",
    as_json: Json = False,
) -> None:
    """An entity's features: what scoring would read now, or as known at a time.

    Example: `roost features get customer_spend 5 --at 2018-08-01T12:00`.
    """
    found = _view(_models(), view)
    facts, features = _offline(found, key, at) if at else _online(found, key)
    if as_json:
        print_json({**facts, "features": features})
        return
    title = f"{view} of {key}: " + ", ".join(f"{name} {value}" for name, value in facts.items())
    out.print(table(title, ("feature", "value"), features.items()))


@app.command("backfill")
@stage_command
def backfill(model: Name, follow: Watch = False, as_json: Json = False) -> None:
    """Rebuild a model's online features from the offline store, beside running streams.

    Example: `roost features backfill fraud --watch`.
    """
    pipeline = CHOICES.target().platform().backfills(model)
    name = pipeline.start(run_name(), {"requested_by": getpass.getuser()})
    if follow:
        ended(watch(pipeline, name), as_json)
    elif as_json:
        print_json({"run": name})
    else:
        out.print(f"started {name}; --watch would have followed it", soft_wrap=True)


def _offline(view: FeatureView, key: str, at: str) -> tuple[dict[str, Any], dict[str, float | None]]:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise ValueError(f"--at is {at!r}; write a time such as 2018-08-01T12:00") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    lake = CHOICES.target().platform().lake
    return {"as known at": moment.isoformat()}, features_as_known(view, key, moment, DuckDBTables(), lake)


def _online(view: FeatureView, key: str) -> tuple[dict[str, Any], dict[str, float | None]]:
    layout, now = layout_of(view), datetime.now(UTC)
    item, events = stored_events(CHOICES.target().platform().online, layout, key, now.timestamp())
    complete = datetime.fromtimestamp(item.as_of, UTC).isoformat() if item else "never"
    facts = {"at": now.isoformat(timespec="seconds"), "events": len(events.times), "complete to": complete}
    return facts, values(layout, events, now.timestamp())


def _models() -> list[Model]:
    return [load_model(name) for name in model_names()]


def _view(models: list[Model], name: str) -> FeatureView:
    views = shared_views(models)
    if name not in views:
        raise UnknownView(f"no model project defines a view {name!r}; there are: {', '.join(sorted(views))}")
    return views[name]


def _users(models: list[Model], view: FeatureView) -> str:
    return ", ".join(model.name for model in models if view in model.views)


def _kind(view: FeatureView) -> str:
    match view:
        case WindowView():
            return f"windows {', '.join(map(short_duration, view.windows))} by {short_duration(view.tile)}"
        case LatestView():
            return f"newest, at most {short_duration(view.max_age)} old"
    return ""


def _delay(view: FeatureView) -> str:
    return short_duration(view.delay) if isinstance(view, WindowView) else ""
