"""Upkeep of features by hand: rebuild the online store, compact a stream's log, audit what was served."""

import getpass
import json
from typing import Annotated, Any

import typer

from roost.adapters.pipeline_runs import PipelineRuns, Run
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import out, print_json, table
from roost.cli.moments import moment
from roost.cli.options import Json, Model, Watch
from roost.cli.training_commands import run_name
from roost.cli.watching import ended, watch
from roost.errors import UnknownSource, UnknownView
from roost.object_keys import audit_key
from roost.spec import load_model, model_names
from roost.spec.feeds import streamed_sources


@stage_command
def backfill(model: Model, follow: Watch = False, as_json: Json = False) -> None:
    """Rebuild a model's online features from the offline store, beside running streams.

    Example: `roost features backfill fraud --watch`.
    """
    _require_views(model)
    _start(CHOICES.target().platform().backfills(model), {}, follow, as_json)


@stage_command
def compact(
    source: Annotated[str, typer.Argument(help="Streamed source, as named in a model's definition.")],
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """Compact what has arrived on a stream, as a schedule does every hour on stages with streams.

    Example: `roost features compact card_transactions --watch`.
    """
    streamed = [found.name for found in streamed_sources(map(load_model, model_names()))]
    if source not in streamed:
        raise UnknownSource(f"no model project streams a source {source!r}; there are: {', '.join(streamed) or 'none'}")
    _start(CHOICES.target().platform().compactions(source), {}, follow, as_json)


@stage_command
def audit(
    model: Model,
    since: Annotated[str, typer.Option(help="Audit predictions from this time (ISO 8601) on; else an hour.")] = "",
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """Compare the features that served predictions used with what was known then, as a schedule does every hour.

    Example: `roost features audit fraud --since 2026-03-01T12:00 --watch`.
    """
    _require_views(model)
    start = moment("--since", since)
    request = {"since": start.isoformat()} if start else {}
    run = _start(CHOICES.target().platform().audits(model), request, follow, as_json)
    if run and run.status == "SUCCEEDED" and not as_json:
        _show_differences(json.loads(CHOICES.target().platform().lake.get(audit_key(model, run.name))))


def _require_views(model: str) -> None:
    if not load_model(model).views:
        raise UnknownView(f"models/{model} declares no views: it has no features that are stored")


def _start(pipeline: PipelineRuns, request: dict[str, Any], follow: bool, as_json: bool) -> Run | None:
    """Start a run; gives it once it has ended, if it was followed."""
    name = pipeline.start(run_name(), {"requested_by": getpass.getuser(), **request})
    if follow:
        run = watch(pipeline, name)
        ended(run, as_json)
        return run
    if as_json:
        print_json({"run": name})
    else:
        out.print(f"started {name}; --watch would have followed it", soft_wrap=True)
    return None


def _show_differences(report: dict[str, Any]) -> None:
    rows = [
        [one["scored_at"][:19], one["view"], one["entity"], feature, pair["logged"], pair["recomputed"]]
        for one in report["differences"]
        for feature, pair in one["features"].items()
    ]
    if rows:
        columns = ("scored at", "view", "entity", "feature", "served", "known then")
        out.print(table("features that were served otherwise than known", columns, rows))
