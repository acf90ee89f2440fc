"""Who may do what, to the letter. A change here is a change of security: read it twice."""

import re
from typing import Any

import pytest

from tests.infrastructure.conftest import flat, of_type

LAKE = "lake"
PACKAGES = "packages"
REGISTRY = "table/roost-test-registry"
ONLINE = "table/roost-test-online"
SCORING = "function:roost-test-fraud-scoring"
STEPS = {f"{LAKE}/runs/*", f"{LAKE}/cache/*"}

MAY: dict[str, dict[str, set[str]]] = {
    "Ingest": {
        "s3:ListBucket": {LAKE},
        "s3:GetObject": {f"{LAKE}/landing/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{LAKE}/datasets/*"},
        "s3:PutObject": {f"{LAKE}/datasets/*"},
    },
    "ValidateData": {
        "s3:ListBucket": {LAKE},
        "s3:GetObject": {f"{LAKE}/landing/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{LAKE}/datasets/*"},
        "s3:PutObject": {f"{LAKE}/datasets/*", f"{LAKE}/quarantine/*"},
    },
    "BuildFeatures": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/datasets/*", *STEPS}, "s3:PutObject": STEPS,
    },
    "CheckLeakage": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/datasets/*", *STEPS}, "s3:PutObject": STEPS,
    },
    "BackfillFeatures": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/datasets/*", f"{LAKE}/events/*", f"{LAKE}/history/*"},
        "dynamodb:BatchGetItem": {ONLINE}, "dynamodb:PutItem": {ONLINE},
    },
    "MaterializeFeatures": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/datasets/*", f"{LAKE}/events/*", f"{LAKE}/history/*"},
        "dynamodb:BatchGetItem": {ONLINE}, "dynamodb:PutItem": {ONLINE},
    },
    "AuditFeatures": {
        "s3:ListBucket": {LAKE},
        "s3:GetObject": {f"{LAKE}/datasets/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{PACKAGES}/packages/*"},
        "s3:PutObject": {f"{LAKE}/audits/*"},
        "dynamodb:GetItem": {REGISTRY},
        "logs:FilterLogEvents": {"scoring log"},
    },
    "TrainModel": {"s3:ListBucket": {LAKE}, "s3:GetObject": STEPS, "s3:PutObject": STEPS},
    "EvaluateModel": {
        "s3:GetObject": {f"{PACKAGES}/packages/*", *STEPS},
        "s3:PutObject": {f"{PACKAGES}/packages/*", *STEPS},
        "s3:ListBucket": {LAKE, PACKAGES},
        "dynamodb:GetItem": {REGISTRY},
    },
    "PlanReproduction": {"dynamodb:GetItem": {REGISTRY}, "s3:GetObject": {f"{PACKAGES}/packages/*"}},
    "CompareReproduction": {"s3:GetObject": {f"{PACKAGES}/packages/*"}},
    "RegisterModel": {
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}, "dynamodb:Query": {REGISTRY},
    },
    "PlanRelease": {
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}, "dynamodb:Query": {REGISTRY},
        "lambda:GetAlias": {SCORING},
    },
    "PublishVersion": {
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY},
        "lambda:GetFunction": {SCORING, f"{SCORING}:*"},
        "lambda:GetFunctionConfiguration": {SCORING, f"{SCORING}:*"},
        "lambda:PublishVersion": {SCORING},
        "lambda:UpdateFunctionConfiguration": {SCORING},
    },
    "SmokeTest": {
        "dynamodb:GetItem": {REGISTRY}, "s3:GetObject": {f"{PACKAGES}/packages/*"},
        "lambda:InvokeFunction": {f"{SCORING}:*"},
    },
    "ShiftTraffic": {"lambda:GetAlias": {SCORING}, "lambda:UpdateAlias": {SCORING}},
    "JudgeCanary": {"cloudwatch:GetMetricData": {"*"}},
    "FinishRelease": {"dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}},
    "RecordRollback": {"dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}},
    "StartTrainingFraud": {
        "states:ListExecutions": {"stateMachine:roost-test-fraud-training"},
        "states:StartExecution": {"stateMachine:roost-test-fraud-training"},
        "sqs:ChangeMessageVisibility": {"queue"}, "sqs:DeleteMessage": {"queue"},
        "sqs:GetQueueAttributes": {"queue"}, "sqs:GetQueueUrl": {"queue"}, "sqs:ReceiveMessage": {"queue"},
    },
    "EndpointfraudScoring": {"s3:GetObject": {f"{PACKAGES}/packages/*"}, "dynamodb:BatchGetItem": {ONLINE}},
}  # fmt: skip
OWN_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def short(resource: Any) -> str:
    text = re.sub(r"<AWS::\w+>", "", flat(resource))
    bucket = re.search(r"s3:::roost-test-(\w+)-[^/]*(/.*)?$", text)
    if bucket:
        return bucket.group(1) + (bucket.group(2) or "")
    if text.startswith("<Triggers") and "Queue" in text:
        return "queue"
    if text.startswith("<EndpointfraudScoringLog"):
        return "scoring log"
    return re.sub(r"^arn:[^:]*:[^:]*:[^:]*:[^:]*:", "", text)


def granted(platform: dict[str, Any]) -> dict[str, dict[str, set[str]]]:
    """Function to action to resources, of every role's policy; each function's own log left out."""
    found: dict[str, dict[str, set[str]]] = {}
    for policy in of_type(platform, "AWS::IAM::Policy").values():
        role = policy["Properties"]["Roles"][0]["Ref"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            for action in set(listed(statement["Action"])) - OWN_LOG:
                resources = {short(resource) for resource in listed(statement["Resource"])}
                actions = found.setdefault(role.split("Role")[0], {})
                actions[action] = actions.get(action, set()) | resources
    return found


def test_every_function_may_do_exactly_this(platform: dict[str, Any]) -> None:
    functions = {name: may for name, may in granted(platform).items() if "Pipeline" not in name}
    assert functions == MAY


def test_a_stream_consumer_may_do_exactly_this(streaming_platform: dict[str, Any]) -> None:
    may = granted(streaming_platform)["ConsumeCardTransactions"]
    read = {action: resources for action, resources in may.items() if action.startswith("kinesis:")}
    assert set(read) == {
        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
        "kinesis:ListShards",
    }  # fmt: skip
    assert all(resource.startswith("<Stream") for resources in read.values() for resource in resources)
    (queue,) = may["sqs:SendMessage"]
    assert queue.startswith("<Rejected")
    assert {action: may[action] for action in set(may) - set(read) - {"sqs:SendMessage"}} == {
        "s3:PutObject": {f"{LAKE}/events/*"}, "dynamodb:BatchGetItem": {ONLINE}, "dynamodb:PutItem": {ONLINE},
    }  # fmt: skip


def test_a_compaction_may_do_exactly_this(streaming_platform: dict[str, Any]) -> None:
    assert granted(streaming_platform)["CompactEvents"] == {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/events/*", f"{LAKE}/history/*"},
        "s3:PutObject": {f"{LAKE}/history/*"}, "s3:PutObjectTagging": {f"{LAKE}/events/*"},
    }  # fmt: skip


def test_only_a_compaction_may_give_objects_to_the_lifecycle(streaming_platform: dict[str, Any]) -> None:
    taggers = [name for name, may in granted(streaming_platform).items() if "s3:PutObjectTagging" in may]
    assert taggers == ["CompactEvents"]


@pytest.mark.parametrize("upkeep", ["Compactcardtransactions", "Auditfraud"])
def test_the_clock_may_start_its_machine_and_nothing_else(streaming_platform: dict[str, Any], upkeep: str) -> None:
    name = f"{upkeep}PipelineMachineEvents"
    (machines,) = granted(streaming_platform)[name].values()
    assert list(granted(streaming_platform)[name]) == ["states:StartExecution"]
    assert all(machine.startswith(f"<{upkeep}") for machine in machines)


def test_pipelines_call_their_functions_and_nothing_else(platform: dict[str, Any]) -> None:
    pipelines = {name: may for name, may in granted(platform).items() if name.endswith("Pipeline")}
    assert set(pipelines) == {
        f"{kind}fraudPipeline" for kind in ("Training", "Reproduction", "Release", "Backfill", "Audit")
    }
    for may in pipelines.values():
        assert all(resource.startswith("<") for resource in may["lambda:InvokeFunction"])
        broad = {action for action, resources in may.items() if "*" in resources}
        assert all(action.startswith(("logs:", "xray:")) for action in broad)


def test_only_shift_traffic_may_move_the_alias(platform: dict[str, Any]) -> None:
    movers = [name for name, may in granted(platform).items() if "lambda:UpdateAlias" in may]
    assert movers == ["ShiftTraffic"]


@pytest.mark.parametrize("stage", ["platform", "streaming_platform"])
def test_nobody_may_delete_or_use_a_wildcard_action(stage: str, request: pytest.FixtureRequest) -> None:
    platform = request.getfixturevalue(stage)
    actions = {action for may in granted(platform).values() for action in may} - {"sqs:DeleteMessage"}
    assert not [action for action in actions if "*" in action or ("Delete" in action and "LogDelivery" not in action)]


def test_each_function_writes_its_own_log_only(platform: dict[str, Any]) -> None:
    for policy in of_type(platform, "AWS::IAM::Policy").values():
        owner = policy["Properties"]["Roles"][0]["Ref"].split("Role")[0]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            if set(listed(statement["Action"])) == OWN_LOG:
                assert flat(statement["Resource"]).startswith(f"<{owner}Log")


def test_listing_a_bucket_is_kept_to_a_prefix(streaming_platform: dict[str, Any]) -> None:
    statements = [
        statement
        for policy in of_type(streaming_platform, "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "s3:ListBucket" in listed(statement["Action"])
    ]
    assert statements
    assert all(statement["Condition"]["StringLike"]["s3:prefix"] for statement in statements)
