"""Old points of metrics are dropped once an hour, not before each request.

AWS keeps a minute's data points for 15 days, and dropping them costs no reader anything. The emulator looks for points
older than two weeks before each request to CloudWatch, by copying every metric's points on the thread that serves all
services: with some tens of thousands of points a judge's look held everything up for a second or two, so that a read of
DynamoDB behind it ran into its time-out; and a point that was recorded while its list was copied was lost.

AWS: "CloudWatch concepts", "Metrics retention",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
"""

from __future__ import annotations

import time

from ministack.services import cloudwatch

from localaws.parity.patching import Function, wrap

EVERY_SECONDS = 3600.0
_last = time.monotonic()


def close() -> None:
    """Look for old points once an hour."""
    wrap(cloudwatch, "_evict_old_metrics", _seldom)


def _seldom(original: Function) -> None:
    global _last  # noqa: PLW0603 - the emulator's own state is its modules'
    if time.monotonic() - _last >= EVERY_SECONDS:
        _last = time.monotonic()
        original()
