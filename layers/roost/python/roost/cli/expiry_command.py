"""``roost models expire``: give up packages that nobody needs any more."""

import re
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import note, out, print_json, table
from roost.cli.options import Json, Model, Yes
from roost.workflows.package_expiry import expirable, expire_packages

AGE = re.compile(r"(\d+)d")


@stage_command
def expire(
    model: Model,
    older_than: Annotated[str, typer.Option(help="How long they must have been done with, in days: 90d.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Give up packages of versions that are done with. Example: `roost models expire fraud --older-than 90d`."""
    age, target = _age(older_than), CHOICES.target()
    platform = target.platform()
    who = actor(target, platform)
    due = expirable(platform.registry, model, who, age)
    if dry_run:
        would_go = [{"version": v.number, "status": v.status.value, "package": v.package} for v in due]
        _show(f"packages of {model} that would go", would_go, as_json)
        return
    target.confirm(f"Give up the packages of {len(due)} versions of {model} for good?", yes)
    done = expire_packages(platform.registry, platform.packages, model, who, age)
    _show(f"packages of {model} that S3 removes within two days", [asdict(expired) for expired in done], as_json)


def _age(text: str) -> timedelta:
    found = AGE.fullmatch(text)
    if found is None:
        raise ValueError(f"--older-than is {text!r}; write days, as 90d")
    return timedelta(days=int(found[1]))


def _show(title: str, rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(rows)
    elif rows:
        out.print(table(title, list(rows[0]), [list(row.values()) for row in rows]))
    else:
        note("no package may go: none is retired, rejected or rolled back for so long, or another version needs it")
