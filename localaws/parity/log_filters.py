"""FilterLogEvents gives the lines that its filter pattern lets through.

AWS knows terms and patterns for JSON lines. The emulator takes every JSON pattern for one that lets all lines through.

AWS: "FilterLogEvents", https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from ministack.services import cloudwatch_logs

from localaws.parity.log_patterns import UnknownPatternError, matcher
from localaws.parity.patching import Function, wrap

_logger = logging.getLogger("log-filters")


def close() -> None:
    """Match in the emulator's place."""
    wrap(cloudwatch_logs, "_compile_filter_pattern", _compiled)


def _compiled(original: Function, pattern: str) -> Callable[[str], bool]:
    try:
        found: Callable[[str], bool] = matcher(pattern or "")
    except UnknownPatternError as error:
        _logger.warning("%s", error)
        found = original(pattern)
    return found
