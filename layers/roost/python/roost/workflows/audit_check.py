"""Check the audit log in the table: its own chain, and against its copy that nobody can change."""

from dataclasses import dataclass

from roost.domain.audit_log import AuditEntry, first_broken_link
from roost.object_keys import audit_entry_key, audit_entry_prefix
from roost.ports import ObjectStore
from roost.workflows.change_publishing import entry_bytes


@dataclass(frozen=True)
class AuditCheck:
    """Numbers of entries: the first that breaks the chain, those unlike their copy, gone, and not copied yet.

    The newest few may not have been copied yet; the chain holds them to those before.
    """

    broken_link: int | None
    altered: list[int]
    missing: list[int]
    uncopied: list[int]

    @property
    def sound(self) -> bool:
        """Whether nothing was changed or removed."""
        return self.broken_link is None and not self.altered and not self.missing


def check_audit(model: str, entries: list[AuditEntry], archive: ObjectStore) -> AuditCheck:
    """Compare each entry with its copy, byte for byte."""
    copies = {stored.key for stored in archive.list(audit_entry_prefix(model))}
    keys = {entry.sequence: audit_entry_key(model, entry.sequence) for entry in entries}
    there = [entry for entry in entries if keys[entry.sequence] in copies]
    lost = sorted(copies - set(keys.values()))
    return AuditCheck(
        broken_link=first_broken_link(entries),
        altered=[e.sequence for e in there if archive.get(keys[e.sequence]) != entry_bytes(e)],
        missing=[int(key.removeprefix(audit_entry_prefix(model)).removesuffix(".json")) for key in lost],
        uncopied=sorted(number for number, key in keys.items() if key not in copies),
    )
