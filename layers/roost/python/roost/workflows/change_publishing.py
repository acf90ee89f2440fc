"""PublishChanges: each entry of the audit log as an event, and as a copy that nobody can change.

The audit entry is the outbox: it is written in the transaction of the change that it tells of, and the table's stream
says that it is there ("Transactional outbox pattern", AWS Prescriptive Guidance). For each model, entries go out in the
order of their numbers: first the event, then the copy, whose being there says that the event went out. So an event is
sent at least once, under an ``id`` that is the same each time, and entries that a long failure kept back, or that the
stream has dropped (it keeps a day), go out before the next.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from roost.domain.audit_log import AuditEntry
from roost.domain.package import canonical_bytes
from roost.object_keys import audit_entry_key
from roost.ports import ChangePorts
from roost.registry_event_names import AUDIT_ALTERED, DETAIL_TYPES

TOLD_AS = {str(action): told for action, told in DETAIL_TYPES.items()}
Place = tuple[str, int]  # model, and number of an entry of its audit log


def publish_changes(written: Iterable[Place], altered: Iterable[Place], ports: ChangePorts) -> dict[str, Any]:
    """Publish the entries that were written, and all before them that were not published; returns counts.

    ``altered`` were changed or removed after they had been written, which nothing of the platform does: each is
    announced as an event of its own.
    """
    tampered = list(altered)
    for model, sequence in tampered:
        ports.bus.send(AUDIT_ALTERED, {"stage": ports.stage, "model": model, "sequence": sequence})
    newest: dict[str, int] = {}
    for model, sequence in written:
        newest[model] = max(sequence, newest.get(model, 0))
    published = {model: _publish(model, sequence, ports) for model, sequence in sorted(newest.items())}
    return {"published": published, "altered": len(tampered)}


def entry_bytes(entry: AuditEntry) -> bytes:
    """An entry as its copy holds it."""
    return canonical_bytes(asdict(entry))


def event_of(entry: AuditEntry, stage: str) -> dict[str, Any]:
    """The detail of an entry's event; ``id`` is the same however often it is sent."""
    return {"id": f"{stage}/{entry.model}/{entry.sequence}", "stage": stage, **asdict(entry)}


def _publish(model: str, newest: int, ports: ChangePorts) -> int:
    waiting = ports.registry.audit(model, after=_last_copied(model, newest, ports))
    for entry in waiting:
        ports.bus.send(TOLD_AS[entry.action], event_of(entry, ports.stage))
        ports.audit.create(audit_entry_key(model, entry.sequence), entry_bytes(entry), "application/json")
    return len(waiting)


def _last_copied(model: str, newest: int, ports: ChangePorts) -> int:
    """Number of the last entry up to ``newest`` that has a copy, 0 without one; all before it have theirs."""
    sequence = newest
    while sequence and not ports.audit.exists(audit_entry_key(model, sequence)):
        sequence -= 1
    return sequence
