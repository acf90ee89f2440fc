"""``roost demo``."""

from typing import Annotated

import typer

from roost.cli.context import command
from roost.cli.demo.acts import ACTS
from roost.cli.demo.final_table import report, show
from roost.cli.demo.fraud_story import FraudStory
from roost.cli.demo.stage_play import perform
from roost.cli.display import out

HANDBOOK = (5000, 10_000)
NEXT = """
[bold]Try next[/]  (the embedded AWS is still running)
  .venv/bin/roost models list fraud            versions, metrics, status
  .venv/bin/roost models show fraud --card     the champion's model card
  .venv/bin/roost models audit fraud           who moved what, hash-chained
  .venv/bin/roost score fraud -f customer_id=5 -f terminal_id=7 -f amount=50.5
  .venv/bin/roost rollback fraud               one alias update back to version 1
  make down                                    stop it
"""


@command
def demo(
    customers: Annotated[int, typer.Option(help="Customers to simulate.")] = HANDBOOK[0],
    terminals: Annotated[int, typer.Option(help="Terminals to simulate.")] = HANDBOOK[1],
) -> None:
    """Play the fraud story on a fresh embedded AWS: deploy, train, canary, roll back. Takes some minutes."""
    story = FraudStory(customers=customers, terminals=terminals)
    programme = perform(ACTS, story)
    show(report(story, programme), full_size=(customers, terminals) == HANDBOOK)
    out.print(NEXT, highlight=False)
