"""Log subscriptions let through what their filter pattern says, in batches, to aliases too, and try again.

AWS matches each log event against the subscription's filter pattern, terms or JSON, gathers what a stream has for a
moment, and invokes the destination asynchronously: a failed delivery is repeated, and what still fails goes where the
function's configuration says. The emulator looks for the bare words of the pattern, so that no JSON pattern lets
anything through, drops the alias from the destination, and delivers once, at once and for every single invocation.

AWS: "Real-time processing of log data with subscriptions",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html, and "Using Lambda with CloudWatch Logs",
https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
"""

from __future__ import annotations

import base64
import gzip
import json
import logging
import threading
import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import cloudwatch_logs, lambda_svc

from localaws.parity.log_patterns import UnknownPatternError, matcher
from localaws.parity.log_streams import log_group_of
from localaws.parity.patching import Function, wrap

Events = list[dict[str, Any]]
Key = tuple[str, str, str, str, str]  # account, region, log group, log stream, filter
DELIVER_EVERY_SECONDS = 2.0  # on AWS some seconds too: portions are larger, and a subscriber runs less often
_logger = logging.getLogger("log-subscriptions")
_pending: dict[Key, Events] = {}
_lock = threading.Lock()


def close() -> None:
    """Match, gather and deliver in the emulator's place."""
    wrap(cloudwatch_logs, "_subscription_pattern_matches", _matches)
    wrap(cloudwatch_logs, "_fanout_to_subscription_filters", _gather)
    spawn_background(_deliver_forever, thread_name="log-subscriptions")


def _matches(_original: Function, pattern: str | None, message: str | None) -> bool:
    try:
        return matcher(pattern or "")(message or "")
    except UnknownPatternError as error:
        _logger.warning("%s", error)
        return False


def _gather(original: Function, group_name: str, stream_name: str, events: Events) -> None:
    group = cloudwatch_logs._log_groups.get(group_name) or {}
    for name, subscription in list((group.get("subscriptionFilters") or {}).items()):
        pattern = subscription.get("filterPattern")
        matched = [event for event in events or () if _matches(original, pattern, event.get("message"))]
        if matched:
            with _lock:
                _pending.setdefault((get_account_id(), get_region(), group_name, stream_name, name), []).extend(matched)


def _deliver_forever() -> None:
    while True:
        time.sleep(DELIVER_EVERY_SECONDS)
        with _lock:
            due = dict(_pending)
            _pending.clear()
        for (account, region, group_name, stream_name, name), events in due.items():
            with request_scope(account, region):
                _deliver(group_name, stream_name, name, events)


def _deliver(group_name: str, stream_name: str, name: str, events: Events) -> None:
    group = cloudwatch_logs._log_groups.get(group_name) or {}
    destination = str(((group.get("subscriptionFilters") or {}).get(name) or {}).get("destinationArn", ""))
    func, config, _name = lambda_svc._get_func_record_for_ref(destination)
    if not func or not config:
        _logger.warning("the destination %r of the log subscription %s does not exist", destination, name)
    elif log_group_of(config) != group_name:  # a function that reads its own log would never end
        event = _event(group_name, stream_name, name, events)
        lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(func, config), event)


def _event(group_name: str, stream_name: str, name: str, events: Events) -> dict[str, Any]:
    now = int(time.time() * 1000)
    told = {
        "messageType": "DATA_MESSAGE",
        "owner": get_account_id(),
        "logGroup": group_name,
        "logStream": stream_name,
        "subscriptionFilters": [name],
        "logEvents": [
            {"id": new_uuid().replace("-", ""), "timestamp": event.get("timestamp", now), "message": event["message"]}
            for event in events
        ],
    }
    packed = gzip.compress(json.dumps(told).encode())
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}
