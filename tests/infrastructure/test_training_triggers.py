"""What asks for training: each trigger reaches the one queue, and only what a model asks for is there."""

import json
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.assertions import Template
from aws_cdk.aws_lambda import Code

from infra.config import StageConfig
from infra.constructs.code_staging import REPOSITORY
from infra.constructs.data_lake import DataLake
from infra.constructs.platform_function import FunctionSize, PlatformFunction
from infra.constructs.project_digest import project_digest
from infra.constructs.training_triggers import TrainingTriggers
from roost.domain.triggers import trigger_of
from roost.names import Reason
from roost.spec import load_model
from roost.workflows.starting import LOOKS
from tests.infrastructure.conftest import flat, of_type


def resources(stage: str = "staging", **changes: Any) -> dict[str, Any]:
    model = load_model("fraud").model_copy(update={"schedule": "", "retrain_on_code_change": False, **changes})
    stack, config = aws_cdk.Stack(aws_cdk.App(), "stack"), StageConfig(stage, "3.13", "x86_64", "abc")
    triggers = TrainingTriggers(stack, "Triggers", config, model, *lake_and_function(stack, config), "arn:machine")
    if model.retrain_on_code_change:
        definition = sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Pass"))
        triggers.on_changed_project(sfn.StateMachine(stack, "Machine", definition_body=definition))
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


def lake_and_function(stack: aws_cdk.Stack, config: StageConfig) -> tuple[DataLake, PlatformFunction]:
    code = Code.from_asset(str(REPOSITORY / "functions" / "training"))
    function = PlatformFunction(
        stack, "Start", config, function_name="start", handler="start.handler", code=code,
        layers=[], environment={}, size=FunctionSize(),
    )  # fmt: skip
    return DataLake(stack, "Lake", config, s3.Bucket(stack, "Logs")), function


def rules(found: dict[str, Any]) -> dict[str, Any]:
    """Event patterns by detail-type; each has the queue as its only target."""
    queue = next(name for name, item in of_type(found, "AWS::SQS::Queue").items() if "QueueName" in item["Properties"])
    patterns = {}
    for rule in of_type(found, "AWS::Events::Rule").values():
        assert [flat(target["Arn"]) for target in rule["Properties"]["Targets"]] == [f"<{queue}>"]
        pattern = rule["Properties"]["EventPattern"]
        patterns[pattern["detail-type"][0]] = pattern
    return patterns


def test_without_being_asked_a_model_is_trained_for_new_data_and_drift_only() -> None:
    found = resources()
    assert set(rules(found)) == {"Object Created", "Drift Detected"}
    assert not of_type(found, "AWS::Scheduler::Schedule")
    assert not of_type(found, "AWS::SSM::Parameter")


def test_the_queue_looks_as_often_as_those_who_wait_are_told() -> None:
    timeouts = {
        item["Properties"].get("VisibilityTimeout") for item in of_type(resources(), "AWS::SQS::Queue").values()
    }
    assert LOOKS in timeouts


def test_drift_counts_for_its_model_on_its_stage() -> None:
    drift = rules(resources())["Drift Detected"]
    assert (drift["source"], drift["detail"]) == (["roost.monitoring"], {"stage": ["staging"], "model": ["fraud"]})


@pytest.mark.parametrize(("stage", "state"), [("staging", "ENABLED"), ("dev", "DISABLED"), ("e2e", "DISABLED")])
def test_the_clock_asks_but_on_throwaway_stages_only_when_it_is_switched_on(stage: str, state: str) -> None:
    found = resources(stage, schedule="rate(1 day)")
    (schedule,) = (item["Properties"] for item in of_type(found, "AWS::Scheduler::Schedule").values())
    assert (schedule["State"], schedule["ScheduleExpression"]) == (state, "rate(1 day)")
    trigger = trigger_of(json.loads(schedule["Target"]["Input"]))
    assert (trigger.reason, trigger.detail) == (Reason.SCHEDULE, "rate(1 day)")


def test_a_changed_project_asks_once_all_else_is_deployed() -> None:
    found = resources(retrain_on_code_change=True)
    (parameter,) = of_type(found, "AWS::SSM::Parameter").values()
    assert parameter["Properties"]["Value"] == project_digest("fraud")
    assert any(name.startswith("Machine") for name in parameter["DependsOn"])
    changed = rules(found)["Parameter Store Change"]
    assert changed["detail"] == {"name": [parameter["Properties"]["Name"]], "operation": ["Update"]}


def test_the_digest_of_a_project_changes_with_its_files_and_with_shared_ones_only(tmp_path: Path) -> None:
    for file in ("fraud/features.py", "shared/cards.py", "churn/features.py", "fraud/README.md"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("1")
    digests = [project_digest("fraud", tmp_path)]
    for file in ("fraud/features.py", "shared/cards.py", "churn/features.py", "fraud/README.md"):
        (tmp_path / file).write_text("2")
        digests.append(project_digest("fraud", tmp_path))
    assert len(set(digests[:3])) == 3
    assert digests[2] == digests[3] == digests[4]
