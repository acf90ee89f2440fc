"""An alarm that changes its state says so on EventBridge.

AWS sends an event of detail-type ``CloudWatch Alarm State Change`` whenever an alarm goes into another state, whatever
its actions are. The emulator sends none, so that nothing but a topic could follow from an alarm.

AWS: "Alarm events and EventBridge",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, eventbridge

from localaws.parity.patching import Function, wrap


def close() -> None:
    """Send an event where the actions of a change are taken."""
    wrap(cloudwatch, "_dispatch_alarm_actions", _dispatch)


def _dispatch(original: Function, alarm: dict[str, Any], before: str, state: str, reason: str) -> Any:
    answer = original(alarm, before, state, reason)
    if before != state:
        _announce(alarm, before, state, reason)
    return answer


def _announce(alarm: dict[str, Any], before: str, state: str, reason: str) -> None:
    now = datetime.now(UTC).isoformat()
    detail = {
        "alarmName": alarm["AlarmName"],
        "state": {"value": state, "reason": reason, "timestamp": now},
        "previousState": {"value": before},
    }
    eventbridge._dispatch_event(
        {
            "EventId": str(uuid.uuid4()),
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Detail": json.dumps(detail),
            "EventBusName": "default",
            "Time": time.time(),
            "Resources": [alarm["AlarmArn"]],
            "Account": get_account_id(),
            "Region": get_region(),
        }
    )
