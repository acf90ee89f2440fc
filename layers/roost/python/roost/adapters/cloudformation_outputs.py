"""What CloudFormation stacks say about themselves."""

from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code
from roost.adapters.aws_session import client


def stack_outputs(stack: str) -> dict[str, str] | None:
    """Outputs of a stack by name; None if there is no such stack."""
    try:
        found = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error_code(error) == "ValidationError":  # how CloudFormation says that it knows no such stack
            return None
        raise
    outputs = (output for description in found for output in description.get("Outputs", []))
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}
