"""``roost models``: what is registered, from what it was made, and who moved it."""

from dataclasses import asdict
from typing import Annotated

import typer

from roost.cli import decision_commands as decisions
from roost.cli import model_history_commands as history
from roost.cli import model_search_commands as searches
from roost.cli.card_command import card
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import note, out, print_json, table
from roost.cli.evaluation_tables import metrics_rows
from roost.cli.expiry_command import expire
from roost.cli.latest import meant_version
from roost.cli.model_tables import aliases, show_versions, tag_words
from roost.cli.options import Json, Model
from roost.domain.registry import ModelHead, Version
from roost.domain.served_history import Approval, approval_of
from roost.object_keys import PACKAGE_CARD, package_key

app = typer.Typer(help="Registered models and their versions.", no_args_is_help=True)


@app.command("list")
@stage_command
def list_versions(model: Model, as_json: Json = False) -> None:
    """All versions with status, aliases and metrics. Example: `roost models list fraud`."""
    registry = CHOICES.target().platform().registry
    versions = registry.versions(model)
    if not versions and not as_json:
        note(f"no version of {model} is registered here; train one with: roost train {model} --watch")
        return
    show_versions(f"versions of {model}", versions, registry.head(model), as_json)


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
    found, head = meant_version(platform.registry, model, version), platform.registry.head(model)
    approval = approval_of(platform.registry.audit(model), found.number)
    if as_json:
        more = {"aliases": aliases(head, found.number), "approval": asdict(approval) if approval else None}
        print_json({**asdict(found), **more})
    elif card:
        print(platform.packages.get(package_key(found.package, PACKAGE_CARD)).decode())
    else:
        _print(found, head, approval)


def _print(version: Version, head: ModelHead, approval: Approval | None) -> None:
    rows = [("status", version.status.value), ("alias", ", ".join(aliases(head, version.number)))]
    rows += [("reason", version.reason), ("approved by", approval.by if approval else ""), ("tags", tag_words(version))]
    rows += [("package", f"{version.package}{f' (expired {version.expired_at})' if version.expired_at else ''}")]
    rows += [("run", f"{version.run} (roost runs show {version.model} {version.run})")]
    rows += [("registered", version.created_at)]
    rows += metrics_rows(version.metrics, version.intervals)
    rows += [(f"lineage: {name}", str(value)) for name, value in sorted(version.lineage.items())]
    out.print(table(f"{version.model} version {version.number}", ("what", "value"), rows))


app.command()(card)
app.command()(searches.search)
app.command()(searches.compare)
app.command()(history.lineage)
app.command("as-of")(history.as_of)
app.command()(history.audit)
app.command()(decisions.approve)
app.command()(decisions.reject)
app.command()(decisions.tag)
app.command()(expire)
