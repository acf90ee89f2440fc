"""Alarms look at their own metric, as AWS's do, and again as time passes.

AWS evaluates the metric under exactly the alarm's dimensions (or its metric math), period by period, M out of N, treats
missing data as told, and returns to OK by itself. The emulator mixes all dimensions of a metric, lumps the whole
range into one value, evaluates only when something is published with PutMetricData, and refuses metric math.
The period that is running counts as soon as it has data, so that nobody waits for its end.

AWS: "Using Amazon CloudWatch alarms",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import request_scope
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from localaws.parity.alarm_series import count_of_points, has_data_since, period_of, values_of
from localaws.parity.alarm_state import COMPARISONS, EXTRA_PERIODS, next_state
from localaws.parity.patching import Function, wrap

LOOK_EVERY_SECONDS = 1.0
_logger = logging.getLogger("alarms")
_lock = threading.Lock()
_seen: dict[str, tuple[Any, ...]] = {}  # by alarm ARN: what its last look was based on
Alarm = dict[str, Any]


def close() -> None:
    """Replace the evaluation, accept metric math, and look at every alarm each second."""
    wrap(cloudwatch, "_evaluate_alarm", lambda _original, alarm: evaluate(alarm))
    wrap(cloudwatch, "_put_metric_alarm", _put)
    wrap(provisioners, "_cw_metric_alarm_record", _record_of_template)
    spawn_background(_look_forever, thread_name="alarms")


def evaluate(alarm: Alarm) -> None:
    """Move the alarm to the state that its data say, and take the actions of a change."""
    if not (alarm.get("MetricName") or alarm.get("Metrics")) or alarm.get("ComparisonOperator") not in COMPARISONS:
        return
    periods = int(alarm.get("EvaluationPeriods", 1))
    values = values_of(alarm, _starts(alarm, periods + EXTRA_PERIODS))
    breaches, threshold = COMPARISONS[alarm["ComparisonOperator"]], float(alarm["Threshold"])
    points = [None if value is None else breaches(value, threshold) for value in values]
    to_alarm = int(alarm.get("DatapointsToAlarm") or periods)
    state = next_state(points, periods, to_alarm, alarm.get("TreatMissingData") or "missing")
    if state is not None:
        _move(alarm, state, f"{to_alarm} of {periods} periods, the newest first: {values}, against {threshold}")


def _starts(alarm: Alarm, count: int) -> list[int]:
    period = period_of(alarm)
    newest = int(time.time() // period) * period
    if not has_data_since(alarm, newest):
        newest -= period
    return [newest - index * period for index in range(count)]


def _move(alarm: Alarm, state: str, reason: str) -> None:
    with _lock:  # never held while actions run: a function that they invoke may publish metrics
        before = alarm["StateValue"]
        if before == state:
            return
        alarm |= {"StateValue": state, "StateReason": reason, "StateUpdatedTimestamp": int(time.time())}
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _look_forever() -> None:
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        for (account, region, _name), alarm in cloudwatch._alarms.all_items():
            with request_scope(account, region):
                _look(alarm)


def _look(alarm: Alarm) -> None:
    try:
        based_on = (count_of_points(alarm), int(time.time() // period_of(alarm)), id(alarm))
        if _seen.get(alarm["AlarmArn"]) != based_on:
            evaluate(alarm)
            _seen[alarm["AlarmArn"]] = based_on
    except Exception:
        _logger.exception("the alarm %s cannot be evaluated", alarm.get("AlarmName"))


def _put(original: Function, params: Any, data: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    answer = original(params, data, *args, **kwargs)
    alarm = cloudwatch._alarms.get(data.get("AlarmName"))
    if answer[0] == 200 and alarm is not None and data.get("Metrics"):
        _make_math(alarm, data["Metrics"])
        evaluate(alarm)
    return answer


def _record_of_template(original: Function, name: str, properties: dict[str, Any]) -> Any:
    if not properties.get("Metrics"):
        return original(name, properties)
    alarm = original(name, {**properties, "Metrics": None, "MetricName": "math", "Namespace": "math"})
    return _make_math(alarm, properties["Metrics"])


def _make_math(alarm: Alarm, metrics: list[dict[str, Any]]) -> Alarm:
    for key in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit"):
        alarm.pop(key, None)
    alarm["Metrics"] = metrics
    return alarm
