"""A weighted alias runs the version that its weights draw, whatever invokes it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.functions import invoke, make_canary, make_function, publish
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.invokers import INVOKERS, Invoke, awaited_sum


def fresh() -> str:
    return f"canary-{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("by", INVOKERS, ids=lambda by: by.__name__)
def test_every_way_of_invoking_honours_the_weights(aws: Emulator, by: Callable[[Emulator, str], Invoke]) -> None:
    name = fresh()
    by(aws, make_canary(aws, name, weight=1.0))()
    live = {"FunctionName": name, "Resource": f"{name}:live"}
    sets = [{"FunctionName": name}, live, {**live, "ExecutedVersion": "2"}]
    assert [awaited_sum(aws, 1, "AWS/Lambda", "Invocations", **dimensions) for dimensions in sets] == [1, 1, 1]


def test_a_half_weight_runs_both_versions(aws: Emulator) -> None:
    name = fresh()
    make_canary(aws, name, weight=0.5)
    ran = Counter(invoke(aws, f"{name}:live")["Payload"]["version"] for _ in range(64))
    assert set(ran) == {"1", "2"}


def test_no_weight_runs_the_main_version_only(aws: Emulator) -> None:
    name = fresh()
    make_canary(aws, name, weight=0.0)
    assert {invoke(aws, f"{name}:live")["Payload"]["version"] for _ in range(8)} == {"1"}


def test_the_answer_names_the_version_that_ran(aws: Emulator) -> None:
    name = fresh()
    make_canary(aws, name, weight=0.5)
    answers = [invoke(aws, f"{name}:live") for _ in range(16)]
    assert [answer["ExecutedVersion"] for answer in answers] == [answer["Payload"]["version"] for answer in answers]
    assert {answer["StatusCode"] for answer in answers} == {200}


@pytest.mark.parametrize("address", ["{name}:live", "arn:aws:lambda:us-east-1:000000000000:function:{name}:live"])
def test_the_alias_may_be_part_of_the_name_or_of_the_arn(aws: Emulator, address: str) -> None:
    name = fresh()
    make_canary(aws, name, weight=1.0)
    assert invoke(aws, address.format(name=name))["ExecutedVersion"] == "2"


def test_the_alias_may_be_the_qualifier(aws: Emulator) -> None:
    name = fresh()
    make_canary(aws, name, weight=1.0)
    assert invoke(aws, name, Qualifier="live")["ExecutedVersion"] == "2"


def test_a_version_by_number_ignores_the_weights(aws: Emulator) -> None:
    name = fresh()
    make_canary(aws, name, weight=1.0)
    assert invoke(aws, f"{name}:1")["Payload"] == {"version": "1", "edition": "one"}


def test_the_function_sees_the_arn_of_the_alias(aws: Emulator) -> None:
    name = fresh()
    make_function(aws, name, "def handle(event, context):\n    return context.invoked_function_arn\n")
    publish(aws, name)
    alias = client(aws, "lambda").create_alias(FunctionName=name, Name="live", FunctionVersion="1")["AliasArn"]
    assert invoke(aws, f"{name}:live")["Payload"] == alias


def test_reading_through_the_alias_shows_the_main_version(aws: Emulator) -> None:
    name = fresh()
    make_canary(aws, name, weight=1.0)
    shown = client(aws, "lambda").get_function_configuration(FunctionName=name, Qualifier="live")
    assert shown["Version"] == "1"


def test_an_unknown_alias_is_refused(aws: Emulator) -> None:
    name = fresh()
    make_canary(aws, name, weight=1.0)
    with pytest.raises(client(aws, "lambda").exceptions.ResourceNotFoundException):
        invoke(aws, f"{name}:nobody")


def test_upstream_ignores_the_weights(upstream: Emulator) -> None:
    name = fresh()
    make_canary(upstream, name, weight=1.0)
    still_open("alias_weights", invoke(upstream, f"{name}:live")["ExecutedVersion"] == "2")
