"""Answers that are given while the online store fails: permitted by the model, and marked."""

from collections.abc import Mapping
from typing import Any

PERMITTED = "degraded_answers"  # a member of the manifest
DEGRADED = "degraded"  # a member of the answer and of its record
MARK = {DEGRADED: True}


def permitted(manifest: Mapping[str, Any]) -> bool:
    """Whether the model of a package answers without the online store; it must have said so."""
    return bool(manifest.get(PERMITTED, False))
