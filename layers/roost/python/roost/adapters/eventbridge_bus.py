"""Events on the account's default bus, over the Amazon EventBridge API."""

import json
from collections.abc import Mapping
from typing import Any

import boto3

from roost.adapters.aws_failures import transient_failures
from roost.errors import DependencyUnavailable
from roost.registry_event_names import REGISTRY_EVENTS


class EventBridgeBus:
    """``PutEvents`` answers 200 for entries that it did not take, so each answer is read (API Reference, PutEvents)."""

    def __init__(self) -> None:
        self.events = boto3.client("events")

    def send(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Send one event, or raise ``DependencyUnavailable``."""
        entry = {"Source": REGISTRY_EVENTS, "DetailType": detail_type, "Detail": json.dumps(detail)}
        with transient_failures("EventBridge"):
            answer = self.events.put_events(Entries=[entry])  # type: ignore[list-item]
        if answer["FailedEntryCount"]:
            raise DependencyUnavailable(f"EventBridge did not take {detail_type!r}: {answer['Entries'][0]}")
