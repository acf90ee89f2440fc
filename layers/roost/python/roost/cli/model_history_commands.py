"""``roost models lineage``, ``as-of`` and ``audit``: where a version comes from, and what happened to it."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from roost.cli.context import CHOICES, stage_command
from roost.cli.display import complain, err, note, out, print_json, table, when
from roost.cli.moments import moment
from roost.cli.options import Json, Model, Number
from roost.domain.audit_log import first_broken_link
from roost.workflows.audit_check import AuditCheck, check_audit
from roost.workflows.past_service import service_at
from roost.workflows.version_lineage import lineage_of

FILES_SHOWN = 20


@stage_command
def lineage(model: Model, version: Number, as_json: Json = False) -> None:
    """What a version was made from, and where it served. Example: `roost models lineage fraud 5`."""
    platform = CHOICES.target().platform()
    found = lineage_of(model, version, platform.registry, platform.lake, platform.packages)
    if as_json:
        print_json(found)
        return
    run, approval = found["run"], found["approval"]
    rows: list[list[Any]] = [
        ["status", found["status"]], ["package", found["package"]],
        ["run", f"{run['name']} ({run['reason']}, by {run['requested_by']})"], ["candidate", found["candidate"]],
        ["code", found["code"]], ["training set", found["training_set"]], ["views", ", ".join(found["views"])],
        ["approved", f"{when(approval['at'])} by {approval['by']}: {approval['reason']}" if approval else "no"],
    ]  # fmt: skip
    rows += [["released", _release(release)] for release in found["releases"]]
    rows += [["served", f"{when(since)} to {when(until) or 'now'}"] for since, until in found["served"]]
    out.print(table(f"{model} version {version}", ("what", "value"), rows))
    for dataset in found["datasets"]:
        _print_dataset(dataset)


def _release(release: dict[str, Any]) -> str:
    words = f"{release['identifier']} {release['status']}, by {release['requested_by']}"
    return f"{words}: {release['reason']}" if release["reason"] else words


def _print_dataset(dataset: dict[str, Any]) -> None:
    files = dataset["files"]
    rows = [[file["key"], file["rows"], file["sha256"][:12]] for file in files[:FILES_SHOWN]]
    name = (dataset["source"] or {}).get("name", "") if isinstance(dataset["source"], dict) else dataset["source"]
    out.print(table(f"data set {dataset['digest']} of {name}", ("file", "rows", "sha256"), rows))
    if len(files) > FILES_SHOWN:
        note(f"and {len(files) - FILES_SHOWN} files more; --json lists all")


@stage_command
def as_of(
    model: Model,
    time: Annotated[str, typer.Argument(help="When, ISO 8601; UTC unless it says otherwise.")],
    as_json: Json = False,
) -> None:
    """What served at a moment, and who answers for it. Example: `roost models as-of fraud 2026-01-31T12:00`."""
    asked = moment("time", time)
    if asked is None:
        raise ValueError("time is empty; write a time such as 2026-01-31T12:00")
    found = service_at(model, asked, CHOICES.target().platform().registry)
    if as_json:
        print_json(found)
        return
    _print_part(f"{model} at {when(asked.isoformat())}: all traffic", found["serving"])
    if found["canary"]:
        _print_part("under release then, with a share of the traffic", found["canary"])


def _print_part(title: str, part: dict[str, Any] | None) -> None:
    approval = (part or {}).get("approval")
    rows = [[name, value] for name, value in (part or {}).items() if name != "approval"]
    rows += [["approved", f"{when(approval['at'])} by {approval['by']}: {approval['reason']}"]] if approval else []
    out.print(table(title, ("what", "value"), rows or [["version", "none"]]))


@stage_command
def audit(
    model: Model,
    verify: Annotated[bool, typer.Option("--verify", help="Compare with the copy that nobody can change.")] = False,
    as_json: Json = False,
) -> None:
    """The audit log, its hash chain checked. Example: `roost models audit fraud --verify`."""
    platform = CHOICES.target().platform()
    entries = platform.registry.audit(model)
    broken = first_broken_link(entries)
    check = check_audit(model, entries, platform.audit) if verify else AuditCheck(broken, [], [], [])
    if as_json:
        more = {"verified": asdict(check)} if verify else {}
        print_json({"entries": [asdict(entry) for entry in entries], "first_broken_link": broken, **more})
    else:
        rows = [[e.sequence, when(e.at), e.actor, e.action, e.subject, _why(e.detail), e.hash[:12]] for e in entries]
        out.print(table(f"audit log of {model}", ("", "at", "who", "did", "to", "why", "hash"), rows))
    _conclude(check, len(entries), verify)


def _why(detail: dict[str, Any]) -> str:
    return str(detail.get("reason") or "")


def _conclude(check: AuditCheck, entries: int, verified: bool) -> None:
    if check.broken_link is not None:
        complain(f"the chain is broken at entry {check.broken_link}:", "an entry was edited or is missing")
    if check.altered:
        complain(
            "unlike their copies:", f"entries {check.altered}; the copies in the audit bucket hold what was written"
        )
    if check.missing:
        complain("gone from the table:", f"entries {check.missing}; the audit bucket holds them")
    if not check.sound:
        raise typer.Exit(1)
    err.print(f"the chain of {entries} entries holds", style="green")
    if verified:
        err.print(f"{entries - len(check.uncopied)} equal their copies, {len(check.uncopied)} are not copied yet")
