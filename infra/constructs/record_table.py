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
    partition, *sort = [dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING) for key in keys]
    recovery = dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True)
    dynamodb.Table(
        scope,
        "Table",
        table_name=names.table(config.stage, purpose),
        partition_key=partition,
        sort_key=sort[0] if sort else None,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=recovery,
        time_to_live_attribute=expiry,
        removal_policy=config.removal,
    )
    return Stack.of(scope).format_arn(
        service="dynamodb", resource="table", resource_name=names.table(config.stage, purpose)
    )
