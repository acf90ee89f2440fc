"""``roost outcomes``: report what turned out of predictions, and see what is known."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from roost.adapters.signed_http import SignedHttp
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import complain, out, print_json, table
from roost.cli.options import Json, Model
from roost.errors import UnreadableData
from roost.spec import load_model

app = typer.Typer(help="Report what turned out of predictions.", no_args_is_help=True)

COLUMNS = ("prediction_id", "outcome", "observed_at")
AT_ONCE = 400  # some 45 KB a request
SHOWN = 20


@app.command("upload")
@stage_command
def upload(
    model: Model,
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines.", exists=True, dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Report the outcomes in a file; doing it again changes nothing. Example: `roost outcomes upload fraud labels.csv`.

    The file has the columns prediction_id, outcome and observed_at (ISO 8601). It ends with 1 if some were refused.
    """
    reports, http = list(_reports(file, load_model(model).classes)), SignedHttp()
    url = CHOICES.target().platform().outcomes_url(model)
    results: list[dict[str, Any]] = []
    for start in range(0, len(reports), AT_ONCE):
        answer = http.post(url, reports[start : start + AT_ONCE])
        if answer.status != 200:
            raise UnreadableData(f"{url} answered {answer.status}: {answer.document.get('detail', answer.document)}")
        results += answer.document["results"]
    refused = [(place, result) for place, result in enumerate(results, start=1) if "problem" in result]
    counts = Counter(result["status"] for result in results)
    if as_json:
        print_json({"counts": counts, "refused": [{"row": place, **result} for place, result in refused]})
    else:
        out.print(table(f"{len(results):,} outcomes of {model}", ("became", "outcomes"), sorted(counts.items())))
        for place, result in refused[:SHOWN]:
            complain(f"row {place}", result["problem"]["detail"])
    if refused:
        raise typer.Exit(1)


@app.command("show")
@stage_command
def show(
    model: Model,
    predictions: Annotated[list[str], typer.Argument(help="Identifiers of predictions.")],
    as_json: Json = False,
) -> None:
    """What is known of predictions. Example: `roost outcomes show fraud 0190...`."""
    known = CHOICES.target().platform().outcomes(model).of(predictions)
    columns = ("prediction", "outcome", "observed_at", "reports", "contradictions")
    rows: Sequence[Sequence[Any]] = [
        (name, one.label, one.observed_at, len(one.reports), one.contradictions) for name, one in known.items()
    ]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        out.print(table(f"outcomes of {model}", columns, rows))


def _reports(file: Path, classes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The reports in a file.

    Raises:
        UnreadableData: it lacks a column, or a line is no JSON.
    """
    with file.open(newline="", encoding="utf-8") as lines:
        yield from _of_json(file, lines) if file.suffix in (".jsonl", ".ndjson") else _of_csv(file, lines, classes)


def _of_json(file: Path, lines: Iterable[str]) -> Iterator[Any]:
    for number, line in enumerate(lines, start=1):
        try:
            yield json.loads(line)
        except ValueError:
            raise UnreadableData(f"{file}: line {number} is no JSON; write one object a line") from None


def _of_csv(file: Path, lines: Iterable[str], classes: Sequence[str]) -> Iterator[dict[str, Any]]:
    rows = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise UnreadableData(f"{file}: no column {', '.join(missing)}; the first line names {', '.join(COLUMNS)}")
    for row in rows:
        yield {**{name: row[name] for name in COLUMNS}, "outcome": _label(row["outcome"], classes)}


def _label(text: str, classes: Sequence[str]) -> Any:
    if text in classes:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
