"""A DynamoDB transaction may hold 4 MB of items, not of JSON.

AWS adds up the sizes of the items, in which a binary value counts its raw bytes. The emulator counts the request as it
comes, whose binary values are a third longer in base64, and so refuses transactions from 3 MB of binary data on.

AWS: "TransactWriteItems",
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, and "DynamoDB item sizes and
formats", https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import sys
from typing import Any

from ministack.services import dynamodb

from localaws.parity.patching import Function, wrap

LIMIT = dynamodb._DDB_TXN_MAX_BYTES


def close() -> None:
    """Compare the items with the limit, and let the emulator refuse what exceeds it in its own words."""
    wrap(dynamodb, "_transact_write_items", _write)


def _write(original: Function, data: dict[str, Any]) -> Any:
    dynamodb._DDB_TXN_MAX_BYTES = sys.maxsize if _size(data.get("TransactItems")) <= LIMIT else 0
    return original(data)


def _size(members: Any) -> int:
    return sum(dynamodb._item_size_bytes(part) for action in _actions(members) for part in _brought(action))


def _actions(members: Any) -> list[dict[str, Any]]:
    """The actions of a request; what is malformed the emulator refuses itself."""
    sound = [member for member in members if isinstance(member, dict)] if isinstance(members, list) else []
    return [action for member in sound for action in member.values() if isinstance(action, dict)]


def _brought(action: dict[str, Any]) -> list[Any]:
    """An item to put; a key and values otherwise."""
    return [action["Item"]] if "Item" in action else [action.get("Key"), action.get("ExpressionAttributeValues")]
