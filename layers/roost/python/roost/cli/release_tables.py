"""Release records as tables and JSON."""

from dataclasses import asdict
from typing import Any

from rich.table import Table

from roost.cli.display import table, when
from roost.domain.registry import Release
from roost.names import ReleaseStatus
from roost.release_names import Gate, ReleaseKind


def record_of(release: Release) -> dict[str, Any]:
    """A release as JSON values, without the token that answers its approval."""
    gate = {name: value for name, value in release.gate.items() if name != "token"}
    return {**asdict(release), "gate": gate}


def state_of(release: Release) -> str:
    """The status of a release, and what it waits for."""
    if release.status is not ReleaseStatus.RUNNING:
        return release.status.value
    if release.order:
        return "being aborted"
    if release.pause:
        return "paused"
    return "waits for approval" if release.gate.get("state") == Gate.WAITING else release.status.value


def record_table(release: Release) -> Table:
    """Who released what and why, and what people and the pipeline decided about it."""
    rows = [
        ["status", state_of(release)],
        ["version", _brought(release)],
        ["traffic", f"{release.strategy} {', '.join(map(str, release.steps))}"],
        ["asked for", f"{when(release.started_at)} by {release.requested_by}"],
        ["ended", when(release.finished_at) if release.finished_at else ""],
        ["reason", release.reason],
        ["approval", _gate(release.gate)],
        ["paused", _pause(release.pause)],
        ["ordered", release.order.get("reason", "")],
        ["forced through", "; ".join(release.forced)],
    ]
    return table(f"release {release.identifier}", ("", ""), [row for row in rows if row[1]])


def _brought(release: Release) -> str:
    if release.kind == ReleaseKind.CODE:
        return f"new code with the package of version {release.version}"
    return f"{release.version} ({release.kind}), in place of {release.previous_version or 'nothing'}"


def _gate(gate: dict[str, str]) -> str:
    if not gate:
        return ""
    if gate.get("by"):
        return f"{gate['state']} by {gate['by']}, {when(gate['at'])}: {gate['reason']}"
    return f"{gate['state']} until {when(gate['expires_at'])}"


def _pause(pause: dict[str, str]) -> str:
    return f"by {pause['by']} until {when(pause['until'])}: {pause['reason']}" if pause else ""
