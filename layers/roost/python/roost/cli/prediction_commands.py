"""``roost predictions``: what was scored, as the prediction log has it."""

import itertools
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from roost.adapters.s3_predictions import S3Predictions
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import note, out, print_json, table
from roost.cli.moments import moment, span
from roost.cli.options import Json, Model
from roost.domain.prediction_conditions import parsed_conditions, value_of

COLUMNS = ("time", "prediction_id", "model_version", "score", "decision")


class ShowByDefault(TyperGroup):
    """``roost predictions fraud`` shows them; other words are commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word, or else to show the predictions of the model of that name."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


app = typer.Typer(
    help="Predictions as they were logged: `roost predictions MODEL`.", no_args_is_help=True, cls=ShowByDefault
)

Where = Annotated[str, typer.Option(help="Conditions: score > 0.9 and decision = review and amount >= 100 .")]
Last = Annotated[str, typer.Option(help="Of the last 15m, 12h or 7d.")]
Since = Annotated[str, typer.Option(help="From this time on (ISO 8601), instead of --last.")]
Until = Annotated[str, typer.Option(help="Up to this time (ISO 8601); now if left out.")]


@app.command("show")
@stage_command
def show(
    model: Model,
    *,
    where: Where = "",
    last: Last = "1h",
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(help="Show at most so many, the first ones.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """Predictions of a model. Example: `roost predictions fraud --where "score > 0.9" --last 1h`."""
    found = list(itertools.islice(_chosen(model, where, last, since, until), limit + 1))
    if as_json:
        print_json(found[:limit])
        return
    named = [condition.field for condition in parsed_conditions(where)]
    columns = list(dict.fromkeys([*COLUMNS, *named]))
    rows = [[_text(value_of(record, column)) for column in columns] for record in found[:limit]]
    out.print(table(f"predictions of {model}", columns, rows))
    if len(found) > limit:
        note(f"there are more than {limit}; --limit shows more of them")


@app.command("count")
@stage_command
def count(
    model: Model,
    *,
    where: Where = "",
    last: Last = "1h",
    since: Since = "",
    until: Until = "",
    as_json: Json = False,
) -> None:
    """How many there are, by version and decision. Example: `roost predictions count fraud --last 1d`."""
    counts: dict[tuple[int, str], int] = {}
    for record in _chosen(model, where, last, since, until):
        key = int(record["model_version"]), str(record.get("decision", record.get("prediction", "")))
        counts[key] = counts.get(key, 0) + 1
    rows = [[version, decision, number] for (version, decision), number in sorted(counts.items())]
    columns = ("version", "decision", "predictions")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    out.print(table(f"{sum(counts.values()):,} predictions of {model}", columns, rows))


@app.command("find")
@stage_command
def find(model: Model, prediction: Annotated[str, typer.Argument(help="Identifier of a prediction.")]) -> None:
    """The whole record of one prediction, as JSON. Example: `roost predictions find fraud 0190...`."""
    record = _log(model).find(prediction)
    if record is None:
        raise ValueError(f"the prediction log of {model} has no {prediction}; one takes some seconds to get there")
    print_json(record)


@app.command("redeliver")
@stage_command
def redeliver(
    model: Annotated[str, typer.Argument(help="With --since: the model whose log is read again.")] = "",
    *,
    since: Annotated[str, typer.Option(help="Deliver all of the model's log from this time (ISO 8601) on.")] = "",
    until: Until = "",
    as_json: Json = False,
) -> None:
    """Deliver to the observer what it could not take: its queue, or with --since a stretch of a model's log.

    What was taken before is not taken again. Example: `roost predictions redeliver fraud --since 2026-03-01T12:00`.
    """
    start = moment("--since", since)
    if bool(model) is not bool(start):
        raise ValueError("name both a model and --since to read its log again, or neither to empty the queue")
    redelivery = CHOICES.target().platform().redelivery
    end = moment("--until", until) or _now()
    done = redelivery.from_log(model, start, end) if start else redelivery.from_queue()
    if as_json:
        print_json(done)
    else:
        told = f"{done.get('predictions', 0):,} predictions in {done.get('deliveries', 0):,} deliveries"
        out.print(f"{told}, {done.get('new', 0):,} of them new")


def _chosen(model: str, where: str, last: str, since: str, until: str) -> Iterator[Mapping[str, Any]]:
    conditions, end = parsed_conditions(where), moment("--until", until) or _now()
    start = moment("--since", since) or end - span("--last", last)
    records = _log(model).records(start, end)
    return (record for record in records if all(condition.met_by(record) for condition in conditions))


def _log(model: str) -> S3Predictions:
    return S3Predictions(CHOICES.target().platform().lake, model)


def _text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _now() -> datetime:
    return datetime.now(UTC) + timedelta(milliseconds=1)
