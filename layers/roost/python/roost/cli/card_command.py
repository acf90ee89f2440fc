"""``roost models card``: what a version is, in words for those who answer for it."""

from pathlib import Path
from typing import Annotated

import typer

from roost.cli.context import CHOICES, stage_command
from roost.cli.display import note
from roost.cli.latest import meant_version
from roost.cli.options import Model
from roost.errors import NoCard
from roost.object_keys import PACKAGE_CARD, PACKAGE_CARD_PAGE, package_key


@stage_command
def card(
    model: Model,
    version: Annotated[int, typer.Argument(help="Version; the champion if left out.")] = 0,
    html: Annotated[Path | None, typer.Option("--html", help="Write the page with its plots to this file.")] = None,
) -> None:
    """The model card of a version. Example: `roost models card fraud 3 --html card.html`."""
    platform = CHOICES.target().platform()
    found = meant_version(platform.registry, model, version)
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
