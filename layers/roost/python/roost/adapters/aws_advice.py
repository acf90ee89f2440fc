"""What a person can do about an error of the AWS SDK."""

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from roost.adapters.aws_failures import error_code

AWS_ERRORS = (BotoCoreError, ClientError)
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")


def explained(error: Exception) -> str:
    """An AWS error in one line, with what to do about it; empty for any other error."""
    if isinstance(error, NoCredentialsError):
        return "no AWS credentials; log in, or name a profile with --profile, or start the embedded AWS: roost local up"
    if isinstance(error, EndpointConnectionError):
        return f"nothing answers at {error.kwargs['endpoint_url']}; start the embedded AWS with: roost local up"
    if isinstance(error, ClientError) and error_code(error) in EXPIRED:
        return f"{error}; your credentials have expired or are wrong: log in again"
    return str(error) if isinstance(error, AWS_ERRORS) else ""
