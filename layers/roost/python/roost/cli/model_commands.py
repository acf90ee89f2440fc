"""``roost models``: what is registered, from what it was made, and who moved it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from roost.cli.context import CHOICES, stage_command
from roost.cli.display import complain, err, note, out, print_json, table, when
from roost.cli.evaluation_tables import metrics_rows
from roost.cli.options import Json, Model
from roost.domain.registry import Version, first_broken_link
from roost.errors import NoCard
from roost.object_keys import PACKAGE_CARD, PACKAGE_CARD_PAGE, package_key

app = typer.Typer(help="Registered models and their versions.", no_args_is_help=True)

SHOWN = ("roc_auc", "average_precision", "card_precision_at_100")


@app.command("list")
@stage_command
def list_versions(model: Model, as_json: Json = False) -> None:
    """All versions with status and metrics. Example: `roost models list fraud`."""
    versions = CHOICES.target().platform().registry.versions(model)
    if as_json:
        print_json([asdict(version) for version in versions])
        return
    if not versions:
        note(f"no version of {model} is registered here; train one with: roost train {model} --watch")
        return
    metrics = [name for name in SHOWN if any(name in version.metrics for version in versions)]
    rows = [
        [v.number, v.status.value, when(v.created_at), *(f"{v.metrics.get(m, 0):.4f}" for m in metrics), v.package[:10]]
        for v in versions
    ]
    out.print(table(f"versions of {model}", ("version", "status", "registered", *metrics, "package"), rows))


@app.command()
@stage_command
def show(
    model: Model,
    version: Annotated[int, typer.Argument(help="Version; the champion if left out.")] = 0,
    card: Annotated[bool, typer.Option("--card", help="Print the model card.")] = False,
    as_json: Json = False,
) -> None:
    """One version: status, metrics, lineage. Example: `roost models show fraud 3 --card`."""
    platform = CHOICES.target().platform()
    head = platform.registry.head(model)
    found = platform.registry.version(model, version or head.champion or head.latest_version)
    if as_json:
        print_json(asdict(found))
    elif card:
        print(platform.packages.get(package_key(found.package, PACKAGE_CARD)).decode())
    else:
        _print(found)


def _print(version: Version) -> None:
    rows = [("status", version.status.value), ("reason", version.reason), ("package", version.package)]
    rows += [("run", version.run), ("registered", version.created_at)]
    rows += metrics_rows(version.metrics, version.intervals)
    rows += [(f"lineage: {name}", str(value)) for name, value in sorted(version.lineage.items())]
    out.print(table(f"{version.model} version {version.number}", ("what", "value"), rows))


@app.command()
@stage_command
def card(
    model: Model,
    version: Annotated[int, typer.Argument(help="Version; the champion if left out.")] = 0,
    html: Annotated[Path | None, typer.Option("--html", help="Write the page with its plots to this file.")] = None,
) -> None:
    """The model card of a version. Example: `roost models card fraud 3 --html card.html`."""
    platform = CHOICES.target().platform()
    head = platform.registry.head(model)
    found = platform.registry.version(model, version or head.champion or head.latest_version)
    name = PACKAGE_CARD_PAGE if html else PACKAGE_CARD
    key = package_key(found.package, name)
    if not platform.packages.exists(key):
        raise NoCard(f"version {found.number} of {model} was packaged before cards had a {name}; train it again")
    body = platform.packages.get(key)
    if html is None:
        print(body.decode())
        return
    html.write_bytes(body)
    note(f"wrote the card of {model} version {found.number} to {html}")


@app.command()
@stage_command
def audit(model: Model, as_json: Json = False) -> None:
    """The audit log, its hash chain checked. Example: `roost models audit fraud`."""
    entries = CHOICES.target().platform().registry.audit(model)
    broken = first_broken_link(entries)
    if as_json:
        print_json({"entries": [asdict(entry) for entry in entries], "first_broken_link": broken})
    else:
        rows = [[e.sequence, when(e.at), e.actor, e.action, e.subject, e.hash[:12]] for e in entries]
        out.print(table(f"audit log of {model}", ("", "at", "who", "did", "to", "hash"), rows))
    if broken is not None:
        complain(f"the chain is broken at entry {broken}:", "an entry was edited or is missing")
        raise typer.Exit(1)
    err.print(f"the chain of {len(entries)} entries holds", style="green")
