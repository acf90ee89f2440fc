"""``roost features``: what is known of entities, and what it means."""

import typer

from roost.cli import feature_value_commands as values
from roost.cli import upkeep_commands as upkeep
from roost.cli import view_commands as views

app = typer.Typer(help="Feature views: what they mean, who uses them, and their values.", no_args_is_help=True)

app.command("list")(views.list_views)
app.command("show")(views.show)
app.command("lineage")(views.lineage)
app.command("docs")(views.docs)
app.command("get")(values.get)
app.command("history")(values.history)
app.command("freshness")(values.freshness)
app.command("backfill")(upkeep.backfill)
app.command("compact")(upkeep.compact)
app.command("audit")(upkeep.audit)
