"""HTTP calls signed with AWS Signature Version 4 (IAM User Guide, "AWS Signature Version 4 for API requests")."""

import json
import shlex
import time
from dataclasses import dataclass
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from roost.adapters.aws_session import DEFAULT_REGION
from roost.errors import DependencyUnavailable
from roost.settings import endpoint_url

SERVICE = "execute-api"
TIMEOUT = 30.0


@dataclass(frozen=True)
class HttpAnswer:
    """Status, JSON document and time of an HTTP call."""

    status: int
    document: dict[str, Any]
    milliseconds: float


class SignedHttp:
    """Posts JSON; connections are kept, and the object may be shared by threads."""

    def __init__(self) -> None:
        session = boto3.Session()
        credentials = session.get_credentials()
        if credentials is None:
            raise DependencyUnavailable("no AWS credentials found; set a profile with --profile, or log in")
        self._credentials = credentials
        self._region = session.region_name or DEFAULT_REGION
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=TIMEOUT)

    def post(self, url: str, document: Any) -> HttpAnswer:
        """Post a document (or text as it is) and read the JSON answer."""
        body = document if isinstance(document, str) else json.dumps(document)
        request = AWSRequest("POST", url, data=body, headers={"Content-Type": "application/json"})
        SigV4Auth(self._credentials.get_frozen_credentials(), SERVICE, self._region).add_auth(request)
        started = time.perf_counter()
        try:
            response = self._pool.request("POST", url, body=body, headers=dict(request.headers))
        except urllib3.exceptions.HTTPError as error:
            raise DependencyUnavailable(f"{url} does not answer: {error}") from error
        return HttpAnswer(response.status, _document(response.data), (time.perf_counter() - started) * 1000)


def curl_command(url: str, document: Any) -> str:
    """The same call as a command for a shell, with the keys left to the environment (curl 7.75 or newer).

    On an emulator, which takes the key ``test``, the command can be run as it is.
    """
    session = boto3.Session()
    keys = session.get_credentials()
    quoted = shlex.quote(json.dumps(document))
    user = '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'
    if endpoint_url() and keys and keys.access_key == keys.secret_key == "test":
        user = "test:test"
    token = ' -H "x-amz-security-token: $AWS_SESSION_TOKEN"' if keys and keys.token else ""
    provider = f"aws:amz:{session.region_name or DEFAULT_REGION}:{SERVICE}"
    return f"curl --aws-sigv4 {provider} --user {user}{token} -H 'Content-Type: application/json' -d {quoted} {url}"


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {"title": "Not JSON", "detail": body[:500].decode(errors="replace")}
    return found if isinstance(found, dict) else {"result": found}
