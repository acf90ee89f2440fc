"""A parameter that is created or overwritten announces it on EventBridge.

AWS sends an event of detail-type ``Parameter Store Change`` for every change of a parameter, by CloudFormation too. The
emulator sends none, so that nothing could start when a deployment changes a parameter.

AWS: "Configuring EventBridge notifications based on Parameter Store events",
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, ssm

from localaws.parity.patching import Function, wrap


def close() -> None:
    """Send an event after each parameter that was put."""
    wrap(ssm, "_put_parameter", _put)


def _put(original: Function, request: dict[str, Any]) -> Any:
    answer = original(request)
    if answer[0] == 200:
        version = json.loads(answer[2])["Version"]
        _announce(request["Name"], "Create" if version == 1 else "Update")
    return answer


def _announce(name: str, operation: str) -> None:
    parameter = ssm._parameters[name]
    detail = {"operation": operation, "name": name, "type": parameter["Type"], "description": parameter["Description"]}
    eventbridge._dispatch_event(
        {
            "EventId": str(uuid.uuid4()),
            "Source": "aws.ssm",
            "DetailType": "Parameter Store Change",
            "Detail": json.dumps(detail),
            "EventBusName": "default",
            "Time": time.time(),
            "Resources": [parameter["ARN"]],
            "Account": get_account_id(),
            "Region": get_region(),
        }
    )
