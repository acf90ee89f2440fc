"""BatchGetItem without the client that the SDK puts around it, which took a third of a millisecond of each request.

The request is signed by botocore and goes through its HTTP session; endpoint, region and credentials are those of the
SDK's client ("DynamoDB low-level API", Amazon DynamoDB Developer Guide). What may pass, throttling, an error on AWS's
side or a lost connection, is for the caller to try again; whatever else is no plain answer is left to that client,
which can explain it.
"""

import base64
import json
import socket
from typing import Any, Protocol

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.exceptions import ConnectionError as NotConnected
from botocore.exceptions import HTTPClientError
from botocore.httpsession import URLLib3Session

from roost.adapters.aws_failures import THROTTLED
from roost.adapters.read_patience import CONNECT_SECONDS, READ_SECONDS
from roost.adapters.retry_budget import Throttled
from roost.errors import DependencyUnavailable

HEADERS = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.BatchGetItem"}
OK, BROKEN = 200, 500
TIMEOUT: Any = (CONNECT_SECONDS, READ_SECONDS)  # to connect, and between two parts of an answer
AT_ONCE: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]  # else a body waits 40 ms for the headers' acknowledgement


class Http(Protocol):
    """What sends a prepared request: botocore's own session, or a test's."""

    def send(self, request: AWSPreparedRequest) -> Any:
        """An answer with ``status_code`` and ``content``. Raises ``HTTPClientError`` or ``ConnectionError``."""
        ...


class SignedReads:
    """Reads whole items whose attribute ``p`` is binary. ``client`` is the SDK's, made by boto3's default session."""

    def __init__(self, client: Any, http: Http | None = None) -> None:
        session = boto3.DEFAULT_SESSION or boto3.Session()
        self._url, self._region = client.meta.endpoint_url.rstrip("/") + "/", client.meta.region_name
        self._credentials = session.get_credentials()
        self._http = http or _session()

    def renew(self) -> None:
        """Open new connections from now on."""
        self._http = _session()

    def batch_get(self, wanted: Any) -> dict[str, Any] | None:
        """The answer to ``RequestItems`` as boto3 gives it; None where the client should ask instead.

        Raises:
            Throttled: DynamoDB asks for fewer requests.
            DependencyUnavailable: the connection was lost or late, or DynamoDB failed.
        """
        if self._credentials is None:
            return None
        request = AWSRequest("POST", self._url, data=json.dumps({"RequestItems": wanted}).encode(), headers=HEADERS)
        SigV4Auth(self._credentials.get_frozen_credentials(), "dynamodb", self._region).add_auth(request)
        try:
            answer = self._http.send(request.prepare())
        except (HTTPClientError, NotConnected) as error:
            raise DependencyUnavailable(f"DynamoDB could not be reached: {error}") from error
        if answer.status_code == OK:
            return _items(answer.content)
        _refuse_what_may_pass(answer)
        return None


def _session() -> URLLib3Session:
    return URLLib3Session(timeout=TIMEOUT, socket_options=AT_ONCE)


def _refuse_what_may_pass(answer: Any) -> None:
    code = _code(answer.content)
    if code in THROTTLED:
        raise Throttled(f"DynamoDB could not answer now: {code}")
    if answer.status_code >= BROKEN:
        raise DependencyUnavailable(f"DynamoDB could not answer now: {answer.status_code} {code}")


def _code(body: bytes) -> str:
    """The name behind the hash of an error's ``__type``; empty if the body is no error document of DynamoDB."""
    try:
        return str(json.loads(body)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return ""


def _items(body: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(body)
    for items in answer["Responses"].values():
        for item in items:
            item["p"] = {"B": base64.b64decode(item["p"]["B"])}
    return answer
