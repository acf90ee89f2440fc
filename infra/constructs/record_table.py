"""Tables as this platform wants them: on demand, encrypted, recoverable to any second, with names known beforehand."""

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.config import StageConfig
from roost import names


def record_table(
    scope: Construct, config: StageConfig, purpose: str, keys: tuple[str, ...], expiry: str | None = None
) -> str:
    """A table that costs nothing while nobody uses it; ``keys`` are its partition and sort key. Returns its ARN.

    DynamoDB drops an item some days after the time (seconds since 1970) in its attribute ``expiry``.
    """
    _table(scope, config, purpose, keys, expiry=expiry)
    return _arn(scope, config, purpose)


def streamed_table(scope: Construct, config: StageConfig, purpose: str, keys: tuple[str, ...]) -> tuple[str, str]:
    """A table whose changes can be followed, by the keys of the changed items. Returns its ARN and its stream's."""
    table = _table(scope, config, purpose, keys, stream=dynamodb.StreamViewType.KEYS_ONLY)
    assert table.table_stream_arn is not None
    return _arn(scope, config, purpose), table.table_stream_arn


def _table(
    scope: Construct,
    config: StageConfig,
    purpose: str,
    keys: tuple[str, ...],
    expiry: str | None = None,
    stream: dynamodb.StreamViewType | None = None,
) -> dynamodb.Table:
    partition, *sort = [dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING) for key in keys]
    recovery = dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True)
    return dynamodb.Table(
        scope,
        "Table",
        table_name=names.table(config.stage, purpose),
        partition_key=partition,
        sort_key=sort[0] if sort else None,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=recovery,
        time_to_live_attribute=expiry,
        stream=stream,
        removal_policy=config.removal,
    )


def _arn(scope: Construct, config: StageConfig, purpose: str) -> str:
    return Stack.of(scope).format_arn(
        service="dynamodb", resource="table", resource_name=names.table(config.stage, purpose)
    )
