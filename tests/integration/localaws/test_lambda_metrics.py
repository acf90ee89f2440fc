"""AWS/Lambda's metrics, once an invocation, by function, alias and executed version.

That every way of invoking counts once is asserted beside the weights, in ``test_alias_weights``.
"""

from __future__ import annotations

import uuid

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.functions import invoke, make_canary, make_function, publish
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.invokers import metric_sum

RAISES = "def handle(event, context):\n    raise KeyError('absent')\n"
SLEEPS = "import time\ndef handle(event, context):\n    time.sleep(30)\n"
FAILS_AT_INIT = "raise ValueError('no configuration')\n"
EXITS = "import os\ndef handle(event, context):\n    os._exit(3)\n"


def fresh() -> str:
    return f"measured-{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("source", [RAISES, SLEEPS, FAILS_AT_INIT, EXITS], ids=["raises", "sleeps", "init", "exits"])
def test_every_failure_is_one_error(aws: Emulator, source: str) -> None:
    name = fresh()
    make_function(aws, name, source, Timeout=1)
    assert invoke(aws, name)["FunctionError"] == "Unhandled"
    assert metric_sum(aws, "AWS/Lambda", "Errors", FunctionName=name) == 1
    assert metric_sum(aws, "AWS/Lambda", "Invocations", FunctionName=name) == 1


def test_errors_are_counted_for_the_version_that_ran(aws: Emulator) -> None:
    name = fresh()
    make_function(aws, name, "def handle(event, context):\n    return 1\n")
    publish(aws, name)
    publish(aws, name, RAISES)
    routing = {"AdditionalVersionWeights": {"2": 1.0}}
    client(aws, "lambda").create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=routing)
    invoke(aws, f"{name}:live")
    live = {"FunctionName": name, "Resource": f"{name}:live"}
    assert metric_sum(aws, "AWS/Lambda", "Errors", **live, ExecutedVersion="2") == 1
    assert metric_sum(aws, "AWS/Lambda", "Invocations", **live, ExecutedVersion="1") == 0


def test_duration_leaves_the_init_out(aws: Emulator) -> None:
    name = fresh()
    make_function(aws, name, "import time\ntime.sleep(1)\ndef handle(event, context):\n    return 1\n")
    invoke(aws, name)
    assert 0 < metric_sum(aws, "AWS/Lambda", "Duration", FunctionName=name) < 900


def test_a_throttled_request_is_a_throttle_only(aws: Emulator) -> None:
    name = fresh()
    make_function(aws, name, "def handle(event, context):\n    return 1\n")
    client(aws, "lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(client(aws, "lambda").exceptions.TooManyRequestsException):
        invoke(aws, name)
    assert metric_sum(aws, "AWS/Lambda", "Throttles", FunctionName=name) == 1
    assert metric_sum(aws, "AWS/Lambda", "Invocations", FunctionName=name) == 0


def test_upstream_counts_no_alias(upstream: Emulator) -> None:
    name = fresh()
    make_canary(upstream, name, weight=0.0)
    invoke(upstream, f"{name}:live")
    by_alias = metric_sum(upstream, "AWS/Lambda", "Invocations", FunctionName=name, Resource=f"{name}:live")
    still_open("lambda_metrics", by_alias == 1)
