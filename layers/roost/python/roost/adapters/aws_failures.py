"""Which failures of an AWS call are worth another try: throttling, errors on AWS's side, and lost connections.

Codes after "Error retries and exponential backoff" (Amazon DynamoDB Developer Guide), "Error responses" (Amazon S3 API
Reference) and botocore's own retry modes. The SDK has already retried when one of them arrives here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as LostConnection

from roost.errors import DependencyUnavailable

THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
FINE = "None"


@contextmanager
def transient_failures(service: str) -> Iterator[None]:
    """Turn failures that may pass into ``DependencyUnavailable``; all others go through unchanged."""
    try:
        yield
    except ClientError as error:
        if not _may_pass(error):
            raise
        raise DependencyUnavailable(f"{service} could not answer now: {error}") from error
    except (LostConnection, HTTPClientError) as error:
        raise DependencyUnavailable(f"{service} could not be reached: {error}") from error


def error_code(error: ClientError) -> str:
    """The code of an AWS error; for an answer without a body, such as to a HEAD request, the HTTP status."""
    return error.response.get("Error", {}).get("Code", "")


def cancellation_codes(error: ClientError) -> list[str]:
    """Why each item of a DynamoDB transaction kept it from being written, ``None`` for one that did not; in order."""
    if error_code(error) != "TransactionCanceledException":
        return []
    response: Mapping[str, Any] = error.response
    return [reason.get("Code", FINE) for reason in response.get("CancellationReasons", ())]


def _may_pass(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or error_code(error) in THROTTLED
