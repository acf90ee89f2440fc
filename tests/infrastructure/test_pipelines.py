"""The state machines: every task retries what may pass, and no failure is lost."""

import json
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk.assertions import Template

from infra.config import StageConfig, read_config
from infra.constructs.release_pipeline import rollout_of
from infra.platform_stack import PlatformStack
from infra.storage_stack import StorageStack
from roost import names
from roost.spec import load_model
from tests.infrastructure.conftest import FEATURE_FLAGS, STAGE, flat, of_type, stand_in_layers


def definitions(platform: dict[str, Any]) -> dict[str, dict[str, Any]]:
    machines = of_type(platform, "AWS::StepFunctions::StateMachine").values()
    return {
        machine["Properties"]["StateMachineName"]: json.loads(flat(machine["Properties"]["DefinitionString"]))
        for machine in machines
    }


def all_states(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = dict(definition["States"])
    for state in definition["States"].values():
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            found |= all_states(inner)
    return found


MACHINES = [
    "roost-test-fraud-training", "roost-test-fraud-release", "roost-test-fraud-backfill",
    "roost-test-card-transactions-compaction", "roost-test-churn-training", "roost-test-churn-release",
    "roost-test-fraud-reproduction", "roost-test-fraud-experiment", "roost-test-churn-shadow",
    "roost-test-fraud-release-sweep",
]  # fmt: skip


@pytest.fixture(params=MACHINES)
def states(request: pytest.FixtureRequest, streaming_platform: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return all_states(definitions(streaming_platform)[request.param])


def test_every_task_retries_transient_errors_by_name(states: dict[str, Any]) -> None:
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    assert tasks
    for name, task in tasks.items():
        retried = {error for rule in task["Retry"] for error in rule["ErrorEquals"]}
        assert "States.ALL" in retried or {"ConcurrentUpdate", "DependencyUnavailable"} <= retried, name


def test_every_state_that_is_named_exists(states: dict[str, Any]) -> None:
    named = {state["Next"] for state in states.values() if "Next" in state}
    named |= {choice["Next"] for state in states.values() for choice in state.get("Choices", [])}
    named |= {state["Default"] for state in states.values() if "Default" in state}
    named |= {rule["Next"] for state in states.values() for rule in state.get("Catch", [])}
    assert named <= set(states)


def test_every_failure_of_a_release_after_its_plan_restores_traffic(platform: dict[str, Any]) -> None:
    states = definitions(platform)["roost-test-fraud-release"]["States"]
    back = {"PublishVersion": "Unpublished", "FinishRelease": "SettleRelease"}
    for name in ("PublishVersion", "SmokeTest", "ReadOrders", "ShiftTraffic", "JudgeCanary", "FinishRelease"):
        following = back.get(name, "RestoreTraffic")
        assert states[name]["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": following}]
    assert {rule["Next"] for rule in states["WaitForApproval"]["Catch"]} == {"ApprovalExpired", "RestoreTraffic"}
    for name in ("Unpublished", "ApprovalExpired"):
        assert states[name]["Next"] == "RestoreTraffic"
    for name in ("Verdict", "Settled"):
        assert states[name]["Default"] == "RestoreTraffic"
    assert states["RestoreTraffic"]["Next"] == "RecordRollback"
    assert states["RecordRollback"]["Next"] == "ReleaseRolledBack"
    assert states["ReleaseRolledBack"]["Type"] == "Fail"


def test_a_release_gives_every_step_up_after_its_functions_own_time(platform: dict[str, Any]) -> None:
    functions = of_type(platform, "AWS::Lambda::Function")
    states = definitions(platform)["roost-test-fraud-release"]["States"]
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task" and name != "WaitForApproval"}
    for name, state in tasks.items():
        (own,) = (f["Properties"]["Timeout"] for key, f in functions.items() if state["Resource"].startswith(f"<{key}"))
        assert own < state["TimeoutSeconds"] <= own + 30, name
    assert states["WaitForApproval"]["TimeoutSeconds"] == 24 * 3600


@pytest.mark.parametrize(("stage", "asks"), [("test", "automatic"), ("staging", "automatic"), ("production", "manual")])
def test_production_asks_for_an_approval_where_the_model_does_not_say(stage: str, asks: str) -> None:
    config = StageConfig(stage, "3.13", "x86_64", "abc")
    fraud = load_model("fraud")
    assert rollout_of(fraud, config)["approval"] == asks
    asking = fraud.rollout.model_copy(update={"approval": names.Approval.AUTOMATIC})
    assert rollout_of(fraud.model_copy(update={"rollout": asking}), config)["approval"] == "automatic"


def test_a_sweep_runs_when_a_release_was_stopped_when_the_alarm_rings_and_every_hour(platform: dict[str, Any]) -> None:
    rules = [rule["Properties"] for rule in of_type(platform, "AWS::Events::Rule").values()]
    sweeping = [rule for rule in rules if "Releasefraud" in flat(rule["Targets"][0]["Arn"])]
    patterns = {rule["EventPattern"]["source"][0]: rule for rule in sweeping if "EventPattern" in rule}
    stopped = patterns["aws.states"]["EventPattern"]
    assert flat(stopped["detail"]["stateMachineArn"][0]).endswith("stateMachine:roost-test-fraud-release")
    assert stopped["detail"]["status"] == ["ABORTED", "FAILED", "TIMED_OUT"]
    rang = patterns["aws.cloudwatch"]
    alarm = "roost-test-fraud-scoring-failures"
    assert rang["EventPattern"]["detail"] == {"alarmName": [alarm], "state": {"value": ["ALARM"]}}
    assert json.loads(rang["Targets"][0]["Input"]) == {"alarm": alarm}
    assert [rule["ScheduleExpression"] for rule in sweeping if "ScheduleExpression" in rule] == ["rate(1 hour)"]


def test_the_alarm_counts_what_no_handler_saw(platform: dict[str, Any]) -> None:
    alarms = [a["Properties"] for a in of_type(platform, "AWS::CloudWatch::Alarm").values()]
    (alarm,) = (a for a in alarms if a.get("AlarmName") == "roost-test-fraud-scoring-failures")
    queries = [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query]
    assert sorted((q["Namespace"], q["MetricName"]) for q in queries) == [
        ("AWS/Lambda", "Errors"), ("AWS/Lambda", "Invocations"), ("AWS/Lambda", "Throttles"), ("Roost", "Errors"),
    ]  # fmt: skip
    for metric in queries:
        dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        at_alias = {"FunctionName": "roost-test-fraud-scoring", "Resource": "roost-test-fraud-scoring:live"}
        assert dimensions == (at_alias if metric["Namespace"] == "AWS/Lambda" else {"Model": "fraud"})


def test_a_refused_release_changes_nothing(platform: dict[str, Any]) -> None:
    plan = definitions(platform)["roost-test-fraud-release"]["States"]["PlanRelease"]
    assert {rule["Next"] for rule in plan["Catch"]} == {"ExplainFailure", "Failed"}


def test_the_steps_of_training_stand_in_order(platform: dict[str, Any]) -> None:
    states = definitions(platform)["roost-test-fraud-training"]["States"]
    order, name = [], "Ingest"
    while name:
        order.append(name)
        choice = states[name].get("Choices", [{}])[0]
        name = states[name].get("Next") or choice.get("Next", "")
    assert order == [
        "Ingest", "ValidateData", "BuildFeatures", "CheckLeakage", "TrainAndMaterialize", "EvaluateModel",
        "GatesPassed", "RegisterModel", "StartRelease",
    ]  # fmt: skip


@pytest.mark.parametrize("machine", ["roost-test-fraud-training", "roost-test-fraud-reproduction"])
def test_no_failure_is_caught_into_a_fail_state_so_that_a_redrive_runs_what_failed(
    platform: dict[str, Any], machine: str
) -> None:
    states = all_states(definitions(platform)[machine])
    caught = {rule["Next"] for state in states.values() for rule in state.get("Catch", [])}
    assert not [name for name in caught if states[name]["Type"] == "Fail"]
    assert caught <= {"TrialFailed"}


@pytest.mark.parametrize("step", ["BuildFeatures", "CheckLeakage", "TrainModel", "EvaluateModel"])
def test_a_cached_step_is_told_what_names_its_data_and_whether_it_may(platform: dict[str, Any], step: str) -> None:
    told = all_states(definitions(platform)["roost-test-fraud-training"])[step]["Parameters"]
    assert told["request.$"] == "$$.Execution.Input"
    assert {"datasets.$", "training_set.$"} & set(told)


def test_a_reproduction_takes_all_from_the_plan_and_registers_nothing(platform: dict[str, Any]) -> None:
    states = definitions(platform)["roost-test-fraud-reproduction"]["States"]
    order, name = [], "PlanReproduction"
    while name:
        order.append(name)
        name = states[name].get("Next", "")
    assert order == [
        "PlanReproduction", "Ingest", "ValidateData", "BuildFeatures", "TrainModel", "EvaluateModel",
        "CompareReproduction",
    ]  # fmt: skip
    for step in order[1:-1]:
        assert states[step]["Parameters"]["request.$"] == "$.plan.request"


def test_failed_gates_end_red_with_the_reasons(platform: dict[str, Any]) -> None:
    failed = definitions(platform)["roost-test-fraud-training"]["States"]["GatesFailed"]
    assert failed == {"Type": "Fail", "Error": "GatesFailed", "CausePath": "$.evaluation.reasons"}


def test_what_failed_its_gates_is_registered_before_the_run_ends_red(platform: dict[str, Any]) -> None:
    states = definitions(platform)["roost-test-fraud-training"]["States"]
    assert states["GatesPassed"]["Default"] == "RegisterRejected"
    refused, passed = states["RegisterRejected"], states["RegisterModel"]
    assert (refused["Resource"], refused["Parameters"]) == (passed["Resource"], passed["Parameters"])
    assert (refused["Next"], refused["Parameters"]["approval"]) == ("GatesFailed", "automatic")


def test_where_a_person_approves_a_run_ends_with_the_candidate(tmp_path: Path) -> None:
    model = load_model("fraud").model_copy(update={"approval": names.Approval.MANUAL})
    app = aws_cdk.App(context={**FEATURE_FLAGS, "stage": STAGE, "code": "abc"})
    storage = StorageStack(app, "storage", read_config(app))
    stack = PlatformStack(app, "platform", read_config(app), storage, [model], stand_in_layers(tmp_path))
    platform = Template.from_stack(stack).to_json()["Resources"]
    states = definitions(platform)["roost-test-fraud-training"]["States"]
    assert (states["RegisterModel"]["End"], states["RegisterModel"]["Parameters"]["approval"]) == (True, "manual")
    assert "StartRelease" not in states


def test_changes_of_the_audit_log_and_nothing_else_are_published(platform: dict[str, Any]) -> None:
    (mapping,) = (
        each["Properties"]
        for each in of_type(platform, "AWS::Lambda::EventSourceMapping").values()
        if "registry-stream" in str(each["Properties"]["EventSourceArn"])
    )
    (pattern,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "AUDIT#"}]}}}}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert "MaximumRetryAttempts" not in mapping  # a batch is tried until its records leave the stream


@pytest.mark.parametrize(
    ("machine", "state", "payload"),
    [
        ("roost-test-fraud-backfill", "BackfillFeatures", {"model": "fraud"}),
        ("roost-test-card-transactions-compaction", "CompactEvents", {"source": "card_transactions"}),
    ],
)
def test_upkeep_of_features_is_one_state_that_explains_its_failure(
    streaming_platform: dict[str, Any], machine: str, state: str, payload: dict[str, str]
) -> None:
    definition = definitions(streaming_platform)[machine]
    task = definition["States"][definition["StartAt"]]
    assert definition["StartAt"] == state
    assert task["Parameters"] == {**payload, "run.$": "$$.Execution.Name"}
    assert (task["End"], "Next" in task) == (True, False)
    assert {rule["Next"] for rule in task["Catch"]} == {"ExplainFailure", "Failed"}


def test_a_search_goes_on_until_one_is_chosen_and_a_dead_trial_is_a_result(platform: dict[str, Any]) -> None:
    training = definitions(platform)["roost-test-fraud-training"]
    (branch,) = (
        b["States"] for b in training["States"]["TrainAndMaterialize"]["Branches"] if "PlanSearch" in b["States"]
    )
    assert branch["NextRung"]["Next"] == "TrialChosen"
    assert branch["TrialChosen"]["Default"] == "TrainTrials"
    assert branch["TrialChosen"]["Choices"][0]["Next"] == "TrainModel"
    trial = branch["TrainTrials"]["ItemProcessor"]["States"]["RunTrial"]
    assert [(rule["ErrorEquals"], rule["Next"]) for rule in trial["Catch"]] == [(["States.ALL"], "TrialFailed")]
    assert 1 <= branch["TrainTrials"]["MaxConcurrency"] <= 40


def test_the_judges_ledger_goes_from_look_to_look_and_from_step_to_step(platform: dict[str, Any]) -> None:
    states = definitions(platform)["roost-test-fraud-release"]["States"]
    assert states["FirstVerdict"]["Result"]["ledger"] == {}
    assert states["FirstLook"]["Parameters"]["ledger.$"] == "$.next.ledger"
    assert states["JudgeCanary"]["Parameters"]["ledger.$"] == "$.verdict.ledger"
    assert states["JudgeCanary"]["ResultPath"] == states["FirstLook"]["ResultPath"] == "$.verdict"
    assert states["NextStep"]["Parameters"]["ledger.$"] == "$.verdict.ledger"
