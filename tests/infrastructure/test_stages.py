"""Stages, environments, cost while idle, and what is said about wrong input."""

import json
from pathlib import Path
from typing import Any

import aws_cdk
import pytest

from infra.config import InvalidContext, read_config
from roost import names, object_keys
from roost.experiment_names import experiment_pipeline, shadow_pipeline
from roost.monitoring_names import MONITORING_EXPIRY, OBSERVATIONS, OUTCOMES
from roost.release_names import sweeping_pipeline
from roost.settings import PipelineSettings, ScoringSettings
from tests.infrastructure.conftest import STAGE, flat, of_type, synthesized

BILLED_BY_THE_HOUR = (
    "AWS::EC2::", "AWS::ECS::Service", "AWS::RDS::", "AWS::ElastiCache::", "AWS::ElasticLoadBalancing",
    "AWS::Kinesis::Stream", "AWS::MSK::", "AWS::OpenSearchService::", "AWS::Redshift", "AWS::SageMaker::Endpoint",
    "AWS::WAFv2::", "AWS::KMS::Key", "AWS::NetworkFirewall", "AWS::Elasticsearch::",
)  # fmt: skip


def test_names_carry_the_stage(tmp_path: Path) -> None:
    assert set(synthesized(tmp_path, stage="staging")) == {"roost-staging-storage", "roost-staging-platform"}


def test_data_outlive_their_stack_except_on_throwaway_stages(storage: dict[str, Any], tmp_path: Path) -> None:
    kept = synthesized(tmp_path, stage="production")["roost-production-storage"]["Resources"]
    for kind in ("AWS::S3::Bucket", "AWS::DynamoDB::Table"):
        assert {item["DeletionPolicy"] for item in of_type(kept, kind).values()} == {"RetainExceptOnCreate"}
        assert {item["DeletionPolicy"] for item in of_type(storage, kind).values()} == {"Delete"}


def test_the_registry_drops_nothing_and_other_tables_only_items_that_say_when(storage: dict[str, Any]) -> None:
    tables = [item["Properties"] for item in of_type(storage, "AWS::DynamoDB::Table").values()]
    dropping = {table["TableName"]: table.get("TimeToLiveSpecification") for table in tables}
    expiry = {"AttributeName": names.ONLINE_EXPIRY, "Enabled": True}
    aging = {names.table(STAGE, purpose): expiry for purpose in ("online", OBSERVATIONS, OUTCOMES)}
    assert MONITORING_EXPIRY == names.ONLINE_EXPIRY
    assert dropping == {**aging, names.table(STAGE, "registry"): None}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("stage", "Prod_1", "small letters"),
        ("architecture", "riscv", "use x86_64 or arm64"),
        ("python_version", "2.7", "use 3.11 or newer"),
    ],
)
def test_a_wrong_context_value_is_named_with_the_fix(name: str, value: str, told: str) -> None:
    with pytest.raises(InvalidContext, match=told):
        read_config(aws_cdk.App(context={name: value}))


def test_functions_get_the_environment_that_they_read(platform: dict[str, Any]) -> None:
    functions = of_type(platform, "AWS::Lambda::Function").values()
    environments = {f["Properties"]["FunctionName"]: f["Properties"]["Environment"]["Variables"] for f in functions}
    required = {PipelineSettings.variable(name) for name in PipelineSettings.__dataclass_fields__}
    assert set(environments["roost-test-train-model"]) == required
    scoring = {ScoringSettings.variable(name) for name in ScoringSettings.__dataclass_fields__}
    assert set(environments["roost-test-fraud-scoring"]) == scoring


def test_nothing_costs_by_the_hour(platform: dict[str, Any], storage: dict[str, Any]) -> None:
    kinds = {item["Type"] for item in [*platform.values(), *storage.values()]}
    assert not [kind for kind in kinds if kind.startswith(BILLED_BY_THE_HOUR)]
    assert not [f for f in of_type(platform, "AWS::Lambda::Alias").values() if "ProvisionedConcurrencyConfig" in f]


def test_buckets_are_private_encrypted_and_tls_only(storage: dict[str, Any]) -> None:
    buckets = of_type(storage, "AWS::S3::Bucket").values()
    assert len(buckets) == 4
    for bucket in buckets:
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in bucket["Properties"]
    policies = of_type(storage, "AWS::S3::BucketPolicy").values()
    assert len(policies) == 4
    assert all("aws:SecureTransport" in str(policy) for policy in policies)


def test_every_route_asks_for_a_signature(platform: dict[str, Any]) -> None:
    methods = of_type(platform, "AWS::ApiGateway::Method").values()
    assert methods
    assert {method["Properties"]["AuthorizationType"] for method in methods} == {"AWS_IAM"}


def test_streams_exist_only_where_they_are_asked_for(
    platform: dict[str, Any], streaming_platform: dict[str, Any]
) -> None:
    assert not of_type(platform, "AWS::Kinesis::Stream")
    (stream,) = of_type(streaming_platform, "AWS::Kinesis::Stream").values()
    assert stream["Properties"]["Name"] == names.feature_stream(STAGE, "card_transactions")
    assert stream["Properties"]["StreamEncryption"]["EncryptionType"] == "KMS"
    mappings = of_type(streaming_platform, "AWS::Lambda::EventSourceMapping").values()
    assert [m for m in mappings if m["Properties"].get("StartingPosition") == "TRIM_HORIZON"]


def test_what_the_clock_starts(platform: dict[str, Any], streaming_platform: dict[str, Any]) -> None:
    audit, archive = names.audit_pipeline(STAGE, "fraud"), names.function(STAGE, "archive_predictions")
    each = [named(STAGE, model) for named in (sweeping_pipeline, experiment_pipeline) for model in ("churn", "fraud")]
    shadows = dict.fromkeys((shadow_pipeline(STAGE, model) for model in ("churn", "fraud")), "rate(5 minutes)")
    always = dict.fromkeys([audit, archive, *each], "rate(1 hour)") | shadows
    assert _by_the_clock(platform) == always
    compaction = names.compaction_pipeline(STAGE, "card_transactions")
    assert _by_the_clock(streaming_platform) == {**always, compaction: "rate(1 hour)"}


def _by_the_clock(platform: dict[str, Any]) -> dict[str, str]:
    """Schedule by name of the state machine or the function that it starts."""
    found = {}
    for rule in of_type(platform, "AWS::Events::Rule").values():
        if _scheduled(rule):
            (target,) = rule["Properties"]["Targets"]
            started = platform[flat(target["Arn"]).strip("<>")]["Properties"]
            name = started.get("StateMachineName") or started["FunctionName"]
            found[name] = rule["Properties"]["ScheduleExpression"]
    return found


def test_alarms_say_what_they_mean_and_what_to_do(streaming_platform: dict[str, Any]) -> None:
    alarms = [alarm["Properties"] for alarm in of_type(streaming_platform, "AWS::CloudWatch::Alarm").values()]
    assert {alarm.get("MetricName", "share of failures") for alarm in alarms} == {
        "ApproximateNumberOfMessagesVisible", "DeliveryErrors", "FeaturesSkewed", "IteratorAge",
        "StreamRecordsRejected", "share of failures",
    }  # fmt: skip
    runbook = (Path(__file__).resolve().parents[2] / "docs" / "runbook.md").read_text()
    for alarm in alarms:
        assert alarm["TreatMissingData"] == "notBreaching"
        chapter = alarm["AlarmDescription"].split('docs/runbook.md, "')[1].rstrip('"')
        assert f"## {chapter}\n" in runbook


def _scheduled(rule: dict[str, Any]) -> bool:
    return "ScheduleExpression" in rule["Properties"]


def test_what_was_compacted_goes_and_leaves_no_markers(storage: dict[str, Any]) -> None:
    rules = {
        bucket["Properties"]["BucketName"]["Fn::Join"][1][0]: bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        for bucket in of_type(storage, "AWS::S3::Bucket").values()
    }
    tag = [{"Key": key, "Value": value} for key, value in object_keys.COMPACTED_TAG.items()]
    lake, tagged, markers, remembered, *predictions = rules["roost-test-lake-"]
    assert tagged == {
        "ExpirationInDays": 3, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}, "Status": "Enabled",
        "TagFilters": tag,
    }  # fmt: skip
    assert markers == {"ExpiredObjectDeleteMarker": True, "Prefix": "events/", "Status": "Enabled"}
    assert remembered == {"ExpirationInDays": 30, "Prefix": "cache/", "Status": "Enabled"}
    assert predictions == [
        {"ExpirationInDays": 400, "Prefix": prefix, "Status": "Enabled"}
        for prefix in ("predictions/", "predictions_parquet/")
    ]
    assert lake == rules["roost-test-packages-"][0]
    assert "ExpirationInDays" not in lake


def test_packages_that_were_given_up_go_and_come_back_for_a_month(storage: dict[str, Any]) -> None:
    (bucket,) = (
        bucket["Properties"]
        for bucket in of_type(storage, "AWS::S3::Bucket").values()
        if "roost-test-packages-" in str(bucket["Properties"]["BucketName"])
    )
    _, expired = bucket["LifecycleConfiguration"]["Rules"]
    assert expired == {
        "ExpirationInDays": 1, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}, "Status": "Enabled",
        "TagFilters": [{"Key": key, "Value": value} for key, value in object_keys.EXPIRED_TAG.items()],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "context", "releases"),
    [("test", {}, False), ("test", {"code_releases": "true"}, True), ("staging", {}, True)],
)
def test_new_code_starts_a_release_but_on_stages_that_are_thrown_away(
    tmp_path: Path, stage: str, context: dict[str, str], releases: bool
) -> None:
    stacks = synthesized(tmp_path, stage=stage, **context)
    platform = stacks[names.stack(stage, "platform")]["Resources"]
    rules = [rule["Properties"] for rule in of_type(platform, "AWS::Events::Rule").values()]
    inputs = [json.loads(target["Input"]) for rule in rules for target in rule["Targets"] if "Input" in target]
    assert len([asked for asked in inputs if asked.get("code")]) == (2 if releases else 0)
    parameters = [
        p for p in of_type(platform, "AWS::SSM::Parameter").values() if p["Properties"]["Name"].endswith("/code")
    ]
    assert len(parameters) == (2 if releases else 0)
    for parameter in parameters:
        made_of = flat(parameter["Properties"]["Value"])
        assert all(part in made_of for part in (".zip", "layers", "ROOST_ONLINE_TABLE", "memory"))
        assert any("Scoring" in name for name in parameter["DependsOn"])
