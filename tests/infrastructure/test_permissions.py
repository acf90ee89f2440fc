"""Who may do what, to the letter. A change here is a change of security: read it twice."""

import re
from typing import Any

import pytest

from tests.infrastructure.conftest import flat, of_type

LAKE = "lake"
PACKAGES = "packages"
AUDIT = "audit"
REGISTRY = "table/roost-test-registry"
ONLINE = "table/roost-test-online"
OBSERVATIONS = "table/roost-test-observations"
OUTCOMES = "table/roost-test-outcomes"
SCORING = {f"function:roost-test-{model}-scoring" for model in ("churn", "fraud")}
RELEASE_RUNS = {f"execution:roost-test-{model}-release:*" for model in ("churn", "fraud")}
VERSIONS = {f"{function}:*" for function in SCORING}
QUEUE = {
    f"sqs:{action}": {"queue"}
    for action in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage")
}
EXPERIMENTS = ("ExperimentsExperiment", "ExperimentsShadow")
STEPS = {f"{LAKE}/runs/*", f"{LAKE}/cache/*"}

MAY: dict[str, dict[str, set[str]]] = {
    "Ingest": {
        "s3:ListBucket": {LAKE}, "s3:PutObject": {f"{LAKE}/datasets/*"},
        "s3:GetObject": {
            f"{LAKE}/landing/*", f"{LAKE}/loads/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{LAKE}/datasets/*",
        },
    },
    "ValidateData": {
        "s3:ListBucket": {LAKE},
        "s3:GetObject": {
            f"{LAKE}/landing/*", f"{LAKE}/loads/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{LAKE}/datasets/*",
            f"{LAKE}/accepted/*",
        },
        "s3:PutObject": {
            f"{LAKE}/datasets/*", f"{LAKE}/quarantine/*", f"{LAKE}/accepted/*", f"{LAKE}/runs/*",
        },
    },
    "BuildFeatures": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/datasets/*", *STEPS}, "s3:PutObject": STEPS,
    },
    "CheckLeakage": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/datasets/*", *STEPS}, "s3:PutObject": STEPS,
    },
    "BackfillFeatures": {
        "s3:ListBucket": {LAKE},
        "s3:GetObject": {f"{LAKE}/datasets/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{PACKAGES}/packages/*"},
        "dynamodb:GetItem": {REGISTRY},
        "dynamodb:BatchGetItem": {ONLINE}, "dynamodb:PutItem": {ONLINE},
    },
    "MaterializeFeatures": {
        "s3:ListBucket": {LAKE},
        "s3:GetObject": {f"{LAKE}/datasets/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{PACKAGES}/packages/*"},
        "dynamodb:GetItem": {REGISTRY},
        "dynamodb:BatchGetItem": {ONLINE}, "dynamodb:PutItem": {ONLINE},
    },
    "AuditFeatures": {
        "s3:ListBucket": {LAKE},
        "s3:GetObject": {
            f"{LAKE}/datasets/*", f"{LAKE}/events/*", f"{LAKE}/history/*", f"{LAKE}/predictions/*",
            f"{PACKAGES}/packages/*",
        },
        "s3:PutObject": {f"{LAKE}/audits/*"},
        "dynamodb:GetItem": {REGISTRY},
    },
    "PlanSearch": {"s3:GetObject": {f"{LAKE}/runs/*"}, "s3:PutObject": {f"{LAKE}/runs/*"}},
    "RunTrial": {"s3:ListBucket": {LAKE}, "s3:GetObject": STEPS, "s3:PutObject": STEPS},
    "NextRung": {"s3:GetObject": {f"{LAKE}/runs/*"}, "s3:PutObject": {f"{LAKE}/runs/*"}},
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
        "lambda:GetAlias": SCORING, "s3:GetObject": {f"{PACKAGES}/packages/*"},
    },
    "PublishVersion": {
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY},
        "lambda:GetFunction": SCORING | VERSIONS,
        "lambda:GetFunctionConfiguration": SCORING | VERSIONS,
        "lambda:PublishVersion": SCORING,
        "lambda:UpdateFunctionConfiguration": SCORING,
    },
    "SmokeTest": {
        "dynamodb:GetItem": {REGISTRY}, "s3:GetObject": {f"{PACKAGES}/packages/*"},
        "lambda:InvokeFunction": VERSIONS,
    },
    "ShiftTraffic": {"lambda:GetAlias": SCORING, "lambda:UpdateAlias": SCORING},
    "JudgeCanary": {"cloudwatch:GetMetricData": {"*"}},
    "FinishRelease": {"dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}},
    "RecordRollback": {"dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}},
    "ObservePredictions": {
        "s3:PutObject": {f"{LAKE}/predictions/*"}, "s3:GetObject": {f"{PACKAGES}/packages/*"},
        "dynamodb:GetItem": {OBSERVATIONS, REGISTRY}, "dynamodb:Query": {OBSERVATIONS},
        "dynamodb:PutItem": {OBSERVATIONS}, "sqs:SendMessage": {"unobserved queue"},
    },
    "ArchivePredictions": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/predictions/*", f"{LAKE}/predictions_parquet/*"},
        "s3:PutObject": {f"{LAKE}/predictions_parquet/*"},
    },
    "RecordOutcomes": {
        "s3:ListBucket": {LAKE}, "s3:GetObject": {f"{LAKE}/predictions/*", f"{PACKAGES}/packages/*"},
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:UpdateItem": {OUTCOMES},
    },
    "PlanExperiment": {
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}, "lambda:GetAlias": SCORING,
        "s3:GetObject": {f"{PACKAGES}/packages/*"},
    },
    "RecordExperiment": {"dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}},
    "ObserveExperiment": {
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:BatchGetItem": {OUTCOMES}, "s3:ListBucket": {LAKE},
        "s3:GetObject": {f"{LAKE}/experiments/*", f"{LAKE}/predictions/*"}, "s3:PutObject": {f"{LAKE}/experiments/*"},
    },
    "ScoreShadow": {
        "s3:ListBucket": {LAKE}, "s3:PutObject": {f"{LAKE}/shadows/*"},
        "s3:GetObject": {f"{LAKE}/shadows/*", f"{LAKE}/predictions/*", f"{PACKAGES}/packages/*"},
    },
    "AskApproval": {"dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}},
    "ReadOrders": {"dynamodb:GetItem": {REGISTRY}},
    "SettleRelease": {"dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}},
    "ClaimRelease": {
        "dynamodb:GetItem": {REGISTRY}, "dynamodb:PutItem": {REGISTRY}, "lambda:GetAlias": SCORING,
        "states:DescribeExecution": RELEASE_RUNS, "states:StopExecution": RELEASE_RUNS,
    },
    "PublishChanges": {
         "dynamodb:DescribeStream": {"registry stream"}, "dynamodb:GetRecords": {"registry stream"},
         "dynamodb:GetShardIterator": {"registry stream"}, "dynamodb:ListStreams": {"*"},
         "dynamodb:Query": {REGISTRY},
         "events:PutEvents": {"event-bus/default"},
         "s3:ListBucket": {AUDIT}, "s3:PutObject": {f"{AUDIT}/registry/*"},
     },
    **{
        f"StartTraining{model.capitalize()}": {
            "states:ListExecutions": {f"stateMachine:roost-test-{model}-training"},
            "states:StartExecution": {f"stateMachine:roost-test-{model}-training"},
            **QUEUE,
        }
        for model in ("churn", "fraud")
    },
    **{
        f"Endpoint{model}Scoring": {"s3:GetObject": {f"{PACKAGES}/packages/*"}, "dynamodb:BatchGetItem": {ONLINE}}
        for model in ("churn", "fraud")
    },
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
    if text.startswith("<PredictionObserverUnobserved"):
        return "unobserved queue"
    if "Fn::ImportValue" in text and "roost-test-registry-stream" in text:
        return "registry stream"
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
        "s3:GetObject": {f"{PACKAGES}/packages/*"}, "dynamodb:GetItem": {REGISTRY},
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
    kinds = {
        "fraud": ("Training", "Reproduction", "Release", "Backfill", "Audit", *EXPERIMENTS),
        "churn": ("Training", "Reproduction", "Release", *EXPERIMENTS),
    }
    assert set(pipelines) == {f"{kind}{model}Pipeline" for model, named in kinds.items() for kind in named} | {
        f"Release{model}SweepPipeline" for model in kinds
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


def statements(platform: dict[str, Any]) -> list[dict[str, Any]]:
    policies = of_type(platform, "AWS::IAM::Policy").values()
    return [each for policy in policies for each in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_nobody_may_edit_the_registry_or_take_from_it(streaming_platform: dict[str, Any]) -> None:
    editing = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete", "PartiQLInsert"}
    for name, may in granted(streaming_platform).items():
        edited = {resource for action in editing for resource in may.get(f"dynamodb:{action}", ())}
        assert edited <= ({OUTCOMES} if name == "RecordOutcomes" else set()), name


def test_counts_and_what_is_in_them_are_written_together_only(platform: dict[str, Any]) -> None:
    (write,) = [
        each for each in statements(platform)
        if "dynamodb:PutItem" in listed(each["Action"]) and OBSERVATIONS in map(short, listed(each["Resource"]))
    ]  # fmt: skip
    assert write["Condition"] == {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}


def test_the_registry_is_written_in_transactions_only(platform: dict[str, Any]) -> None:
    writes = [
        each for each in statements(platform)
        if "dynamodb:PutItem" in listed(each["Action"]) and REGISTRY in map(short, listed(each["Resource"]))
    ]  # fmt: skip
    assert len(writes) == 10  # registration, seven steps of releases, two of experiments
    for each in writes:
        within = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}
        assert (each["Action"], each["Condition"]) == ("dynamodb:PutItem", within)


def test_nobody_may_remove_objects_or_loosen_their_lock(streaming_platform: dict[str, Any]) -> None:
    for name, may in granted(streaming_platform).items():
        kinds = ("Delete", "Bypass", "Retention", "LegalHold", "ObjectLock", "BucketPolicy", "Lifecycle", "Versioning")
        assert not [action for action in may if action.startswith("s3:") and any(kind in action for kind in kinds)], (
            name
        )


def test_only_one_function_adds_to_the_audit_archive(streaming_platform: dict[str, Any]) -> None:
    may = granted(streaming_platform)
    touching = {
        name for name, does in may.items() for where in does.values() if any(r.startswith(AUDIT) for r in where)
    }
    assert touching == {"PublishChanges"}


def test_the_audit_archive_takes_new_objects_only_and_keeps_them(storage: dict[str, Any]) -> None:
    policies = of_type(storage, "AWS::S3::BucketPolicy").values()
    by_sid = {
        each["Sid"]: each for policy in policies for each in policy["Properties"]["PolicyDocument"]["Statement"]
        if "Sid" in each
    }  # fmt: skip
    for sid in ("NobodyOverwrites", "NobodyRemoves"):
        assert (by_sid[sid]["Effect"], by_sid[sid]["Principal"]) == ("Deny", {"AWS": "*"})
        assert short(by_sid[sid]["Resource"]) == f"{AUDIT}/*"
    assert by_sid["NobodyOverwrites"]["Action"] == "s3:PutObject"
    assert by_sid["NobodyOverwrites"]["Condition"] == {"Null": {"s3:if-none-match": "true"}}
    assert set(by_sid["NobodyRemoves"]["Action"]) == {
        "s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectLegalHold",
        "s3:PutObjectRetention",
    }  # fmt: skip
    assert "Condition" not in by_sid["NobodyRemoves"]
    buckets = [
        b["Properties"] for b in of_type(storage, "AWS::S3::Bucket").values() if "ObjectLockEnabled" in b["Properties"]
    ]
    (archive,) = buckets
    assert archive["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Days": 1, "Mode": "GOVERNANCE"}
    assert archive["VersioningConfiguration"] == {"Status": "Enabled"}


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
