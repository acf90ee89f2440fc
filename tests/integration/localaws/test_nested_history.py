"""The history tells the states of branches and of items, each with its own answer."""

from __future__ import annotations

from typing import Any

from localaws import Emulator
from roost.adapters.pipeline_history import StateRun, states_of
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.machines import PASS, finish, start, task_of

SLOWEST_FIRST = """
import time
def handle(event, context):
    time.sleep(0.6 - 0.2 * event["place"])
    return {"place": event["place"]}
"""


def history(emulator: Emulator) -> tuple[StateRun, ...]:
    """States of a machine that maps three items side by side in a branch, another branch beside it."""
    processor = {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "Try",
        "States": {"Try": task_of(emulator, SLOWEST_FIRST)},
    }
    selector = {"place.$": "$$.Map.Item.Index"}
    every = {"Type": "Map", "ItemsPath": "$.items", "ItemSelector": selector, "ItemProcessor": processor, "End": True}
    branches = [
        {"StartAt": "Every", "States": {"Every": every}},
        {"StartAt": "Beside", "States": {"Beside": PASS}},
    ]
    states: dict[str, Any] = {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}
    execution = start(emulator, states, {"items": [0, 1, 2]})
    finish(emulator, execution)
    return states_of(client(emulator, "stepfunctions").get_execution_history(executionArn=execution)["events"])


def test_each_item_is_entered_answers_for_itself_and_is_left(aws: Emulator) -> None:
    seen = history(aws)
    assert sorted(state.name for state in seen) == ["Beside", "Both", "Every", "Try", "Try", "Try"]
    assert all(state.left for state in seen)
    tries = sorted((state for state in seen if state.name == "Try"), key=lambda state: state.left or state.entered)
    assert [state.output["place"] for state in tries] == [2, 1, 0]


def test_upstream_tells_no_states_of_branches_yet(upstream: Emulator) -> None:
    still_open("nested_history", len(history(upstream)) > 1)
