"""A metric without dimensions is a metric of its own.

On AWS a request for a metric's statistics that names no dimensions gets the metric that was published without any. The
emulator answers it with the points of all dimensions together.

AWS: "GetMetricStatistics", https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html,
and "CloudWatch concepts", "Dimensions",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension
"""

from __future__ import annotations

from typing import Any

from ministack.services import cloudwatch

from localaws.parity.patching import Function, wrap


class NoDimensions(dict[str, str]):
    """No dimensions, asked for on purpose: the emulator drops its filter only where this is false."""

    def __bool__(self) -> bool:
        return True


def close() -> None:
    """Make "no dimensions" something to look for."""
    wrap(cloudwatch, "_dims_from_list", _named)


def _named(original: Function, dimensions: Any) -> Any:
    return original(dimensions) or NoDimensions()
