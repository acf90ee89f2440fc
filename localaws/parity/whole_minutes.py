"""Metrics are read in whole minutes.

On AWS the start of GetMetricData and GetMetricStatistics is rounded down to a whole minute (further for old data), and
the last period counts whole if it begins before the end. The emulator cuts both off to the second, so that the
first minute counts in part.

AWS: "GetMetricData", ``StartTime``,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from math import ceil
from typing import Any

from ministack.services import cloudwatch

from localaws.parity.patching import Function, wrap

MINUTE = 60


def close() -> None:
    """Widen what is asked for to whole minutes."""
    wrap(cloudwatch, "_get_metric_data", _widened)
    wrap(cloudwatch, "_get_metric_statistics", _widened)


def _widened(original: Function, params: Any, data: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    start, end = cloudwatch._parse_ts(data.get("StartTime")), cloudwatch._parse_ts(data.get("EndTime"))
    if start is not None and end is not None:
        whole = {"StartTime": start // MINUTE * MINUTE, "EndTime": ceil(end / MINUTE) * MINUTE}
        data = {**data, **whole}
    return original(params, data, *args, **kwargs)
