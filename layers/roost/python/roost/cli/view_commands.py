"""What feature views mean, where they come from, who uses them, and the pages that say so."""

from pathlib import Path
from typing import Annotated

import typer

from roost.cli.context import CHOICES, command, stage_command
from roost.cli.defined_views import defined_models, defined_view, delay, kind, users
from roost.cli.display import note, out, print_json, table
from roost.cli.freshness_words import freshness_now, sentence
from roost.cli.lineage_tables import by_definition, on_stage, show_lineage
from roost.cli.options import Json, View
from roost.cli.page_files import write_pages
from roost.cli.view_pages import MARK, view_pages
from roost.spec.feeds import shared_views
from roost.spec.layouts import layout_of


@command
def list_views(as_json: Json = False) -> None:
    """All feature views. Example: `roost features list`."""
    models = defined_models()
    rows = [[view.name, view.entity.name, view.source.name, kind(view), len(view.features()), users(models, view)]
            for view in shared_views(models).values()]  # fmt: skip
    columns = ("view", "entity", "source", "kind", "features", "used by")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        out.print(table("feature views", columns, rows))


@command
def show(view: View, as_json: Json = False) -> None:
    """What a view means: entity, source, windows, features, users. Example: `roost features show customer_spend`."""
    models = defined_models()
    found = defined_view(models, view)
    layout = layout_of(found)
    if as_json:
        print_json({**layout.to_manifest(), "owner": found.owner, "used_by": users(models, found)})
        return
    facts = {
        "meaning": found.description, "owner": found.owner, "entity": f"{found.entity.name} ({found.entity.key})",
        "source": found.source.name, "kind": kind(found), "delay": delay(found), "used by": users(models, found),
        "online items": layout.online_name,
    }  # fmt: skip
    out.print(table(found.name, ("what", "value"), facts.items()))
    rows = [[item.feature, item.function, item.column or "events", item.window] for item in layout.aggregates]
    out.print(table("features", ("feature", "function", "of", "seconds"), rows))


@stage_command
def lineage(view: View, as_json: Json = False) -> None:
    """Where a view comes from, and what was made of it: by definition, and on the stage if there is one.

    Example: `roost features lineage customer_spend`.
    """
    models = defined_models()
    found = defined_view(models, view)
    stage = on_stage(found, models)
    answer = {"view": view, **by_definition(found, models, CHOICES.stage), "stage": stage.found}
    if as_json:
        print_json({**answer, "missing": stage.missing})
    else:
        show_lineage(answer)
    if stage.missing:
        note(stage.missing)


@stage_command
def docs(
    output: Annotated[Path, typer.Option(help="Folder for the pages.", file_okay=False)] = Path("docs/views"),
    fresh: Annotated[bool, typer.Option("--freshness", help="Say how fresh each view is on the stage now.")] = False,
    as_json: Json = False,
) -> None:
    """Write a page for each view, and an index. Example: `roost features docs --output docs/views`."""
    models = defined_models()
    lines: dict[str, str] = {}
    if fresh:
        found, now = freshness_now(list(shared_views(models).values()))
        lines = {each.view: sentence(each, CHOICES.stage, now) for each in found}
    written, removed = write_pages(output, view_pages(models, lines), MARK)
    if as_json:
        print_json({"written": written, "removed": removed})
        return
    out.print(f"wrote {len(written)} pages to {output}/", soft_wrap=True)
    for name in removed:
        out.print(f"removed {name}: no model defines its view any more", soft_wrap=True)
