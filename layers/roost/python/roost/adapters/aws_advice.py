"""What a person can do about an error of the AWS SDK."""

from botocore import exceptions as sdk
from botocore.exceptions import BotoCoreError, ClientError

from roost.adapters.aws_failures import error_code

AWS_ERRORS = (BotoCoreError, ClientError)
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
LOCAL = "start the embedded AWS with: roost local up"

ADVICE: dict[type[BotoCoreError], str] = {
    sdk.NoCredentialsError: f"log in, or name a profile with --profile, or {LOCAL}",
    sdk.PartialCredentialsError: "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile",
    sdk.ProfileNotFound: "list yours with: aws configure list-profiles",
    sdk.NoRegionError: "set AWS_DEFAULT_REGION, or give the profile a region: aws configure set region",
    sdk.EndpointConnectionError: f"nothing answers there; {LOCAL}, or unset AWS_ENDPOINT_URL to act on real AWS",
    sdk.ConnectTimeoutError: "nothing answers there; is the network up?",
    sdk.SSOError: "log in again with: aws sso login",
    sdk.TokenRetrievalError: "log in again with: aws sso login",
}


def explained(error: Exception) -> str:
    """An AWS error in one line, with what to do about it; empty for any other error."""
    if isinstance(error, ClientError) and error_code(error) in EXPIRED:
        return f"{error}; your credentials have expired or are wrong: log in again"
    if isinstance(error, ClientError) and error_code(error) in DENIED:
        return f"{error}; your identity may not do this: use another one with --profile"
    if isinstance(error, AWS_ERRORS):
        advice = next((what for kind, what in ADVICE.items() if isinstance(error, kind)), "")
        return "; ".join(part for part in (str(error).rstrip("."), advice) if part)
    return ""
