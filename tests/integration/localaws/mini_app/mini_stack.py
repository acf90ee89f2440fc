"""A small CDK app: a table, a function that may write to it, one that may not, a state machine, a TLS-only bucket."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

app = cdk.App()
stack = cdk.Stack(app, f"Mini-{app.node.get_context('stage')}")
key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
table = dynamodb.TableV2(stack, "Table", partition_key=key)
bucket = s3.Bucket(stack, "Bucket", enforce_ssl=True, event_bridge_enabled=True)


def function(name: str) -> lambda_.Function:
    """Make a function of the app's one asset."""
    return lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_11,
        handler="write_item.handle",
        code=lambda_.Code.from_asset("function"),
        environment={"TABLE": table.table_name, "BUCKET": bucket.bucket_name},
        timeout=cdk.Duration.seconds(20),
    )


allowed, forbidden = function("Allowed"), function("Forbidden")
table.grant(allowed, "dynamodb:PutItem")
bucket.grant_put(allowed)
call = tasks.LambdaInvoke(stack, "WriteItem", lambda_function=allowed, payload_response_only=True)
machine = sfn.StateMachine(stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(call))
outputs = {
    "BucketName": bucket.bucket_name,
    "AllowedName": allowed.function_name,
    "ForbiddenName": forbidden.function_name,
    "MachineArn": machine.state_machine_arn,
    "TableName": table.table_name,
}
for name, value in outputs.items():
    cdk.CfnOutput(stack, name, value=value)
app.synth()
