"""Records of the registry table's stream (Amazon DynamoDB Streams API Reference, "Record")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.adapters.dynamodb_registry import audited

Place = tuple[str, int]


@dataclass(frozen=True)
class AuditRecords:
    """Audit entries that a batch of records tells of, by model and number: written, and altered after that."""

    written: tuple[Place, ...]
    altered: tuple[Place, ...]


def audit_records(event: Mapping[str, Any]) -> AuditRecords:
    """What Lambda delivers of a stream; records of other items are left out."""
    found = [(record["eventName"], _place(record["dynamodb"]["Keys"])) for record in event["Records"]]
    return AuditRecords(
        written=tuple(place for name, place in found if place and name == "INSERT"),
        altered=tuple(place for name, place in found if place and name != "INSERT"),
    )


def _place(keys: Mapping[str, Any]) -> Place | None:
    return audited(keys["pk"]["S"], keys["sk"]["S"])
