"""The audit log of a model, hash-chained.

Each entry carries the hash of its predecessor, so an edited or missing entry is found by ``first_broken_link`` (a hash
chain as in Haber and Stornetta, 1991).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


def document_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 of a document's one form as JSON: sorted keys, no spaces."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class AuditEntry:
    """One line of the audit log."""

    model: str
    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous_hash: str
    hash: str = ""

    def sealed(self) -> "AuditEntry":
        """The entry with its own hash over everything else."""
        body = {key: value for key, value in asdict(self).items() if key != "hash"}
        return replace(self, hash=document_hash(body))


def first_broken_link(entries: list[AuditEntry]) -> int | None:
    """Sequence number of the first audit entry that was edited, or before which one is missing; None if all hold."""
    previous = ""
    for expected, entry in enumerate(entries, start=1):
        if entry.sequence != expected or entry.previous_hash != previous or entry.sealed().hash != entry.hash:
            return expected
        previous = entry.hash
    return None
