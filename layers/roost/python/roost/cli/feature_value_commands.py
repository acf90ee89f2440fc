"""Values of features: now, as known then, how they came to be, and how fresh they are."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from roost.adapters.duckdb_tables import DuckDBTables
from roost.cli.context import CHOICES, stage_command
from roost.cli.defined_views import defined_models, defined_view
from roost.cli.display import note, out, print_json, table, when
from roost.cli.freshness_words import age_in_words, complete_to, freshness_now, lag_in_words
from roost.cli.moments import moment as time_of
from roost.cli.options import Json, Key, View
from roost.cli.timeline_table import as_documents, drawing
from roost.domain.windows import values
from roost.spec import FeatureView
from roost.spec.feeds import shared_views
from roost.spec.layouts import layout_of
from roost.workflows.account_reading import stored_events
from roost.workflows.feature_history import features_as_known
from roost.workflows.feature_timeline import Span, feature_timeline


@stage_command
def get(
    view: View,
    key: Key,
    at: Annotated[str, typer.Option(help="As known at this time (ISO 8601), from the offline store.")] = "",
    as_json: Json = False,
) -> None:
    """An entity's features: what scoring would read now, or as known at a time.

    Example: `roost features get customer_spend 5 --at 2018-08-01T12:00`.
    """
    found, moment = defined_view(defined_models(), view), time_of("--at", at)
    facts, features = _offline(found, key, moment) if moment else _online(found, key)
    if as_json:
        print_json({**facts, "features": features})
        return
    title = f"{view} of {key}: " + ", ".join(f"{name} {value}" for name, value in facts.items())
    out.print(table(title, ("feature", "value"), features.items()))


@stage_command
def history(
    view: View,
    key: Key,
    since: Annotated[str, typer.Option(help="What became known at this time (ISO 8601) or later.")] = "",
    until: Annotated[str, typer.Option(help="What became known before this time (ISO 8601).")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many moments to show, the newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """How an entity's features came to be: what became known when, and the features just after it.

    Example: `roost features history customer_spend 5 --until 2018-08-01 --limit 5`.
    """
    found = defined_view(defined_models(), view)
    span = Span(time_of("--since", since), time_of("--until", until))
    timeline = feature_timeline(found, key, span, limit, DuckDBTables(), CHOICES.target().platform().lake)
    if as_json:
        print_json({"view": view, "key": key, "total": timeline.total, "moments": as_documents(timeline)})
        return
    out.print(drawing(found, key, timeline))
    note(f"{len(timeline.moments)} of {timeline.total} moments; --limit, --since and --until choose others")


@stage_command
def freshness(
    view: Annotated[str, typer.Argument(help="Feature view; all of them if left out.")] = "", as_json: Json = False
) -> None:
    """To when the online features of a stage are complete, and how far its streams are behind.

    Example: `roost features freshness --stage staging`.
    """
    models = defined_models()
    views = [defined_view(models, view)] if view else list(shared_views(models).values())
    found, now = freshness_now(views)
    if as_json:
        print_json([{**asdict(each), "age_seconds": each.age(now)} for each in found])
        return
    rows = [
        [each.view, when(complete_to(each)), age_in_words(each, now), "yes" if each.streamed else "no",
         lag_in_words(each), each.online_items]
        for each in found
    ]  # fmt: skip
    columns = ("view", "complete to", "age", "streamed", "stream lag", "online items")
    out.print(table(f"freshness on stage {CHOICES.stage}", columns, rows))
    if not all(each.complete_to for each in found):
        note("what was never materialised is after: roost train MODEL --watch, or roost features backfill MODEL")


def _offline(view: FeatureView, key: str, moment: datetime) -> tuple[dict[str, Any], dict[str, float | None]]:
    lake = CHOICES.target().platform().lake
    return {"as known at": moment.isoformat()}, features_as_known(view, key, moment, DuckDBTables(), lake)


def _online(view: FeatureView, key: str) -> tuple[dict[str, Any], dict[str, float | None]]:
    layout, now = layout_of(view), datetime.now(UTC)
    item, events = stored_events(CHOICES.target().platform().online, layout, key, now.timestamp())
    complete = datetime.fromtimestamp(item.as_of, UTC).isoformat() if item else "never"
    facts = {"at": now.isoformat(timespec="seconds"), "events": len(events.times), "complete to": complete}
    return facts, values(layout, events, now.timestamp())
