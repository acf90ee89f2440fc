"""BatchGetItem without the client that the SDK puts around it, which took a third of a millisecond of each request.

The request is signed by botocore and goes through its HTTP session; endpoint, region and credentials are those of the
SDK's client ("DynamoDB low-level API", Amazon DynamoDB Developer Guide). Whatever is not a plain answer, throttling, an
error or a lost connection, is left to that client, which knows how to retry.
"""

import base64
import json
import socket
from typing import Any, Protocol

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.exceptions import HTTPClientError
from botocore.httpsession import URLLib3Session

HEADERS = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.BatchGetItem"}
OK = 200
AT_ONCE: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]  # else a body waits 40 ms for the headers' acknowledgement


class Http(Protocol):
    """What sends a prepared request: botocore's own session, or a test's."""

    def send(self, request: AWSPreparedRequest) -> Any:
        """An answer with ``status_code`` and ``content``. Raises ``HTTPClientError``."""
        ...


class SignedReads:
    """Reads whole items whose attribute ``p`` is binary. ``client`` is the SDK's, made by boto3's default session."""

    def __init__(self, client: Any, http: Http | None = None) -> None:
        session = boto3.DEFAULT_SESSION or boto3.Session()
        self._url, self._region = client.meta.endpoint_url.rstrip("/") + "/", client.meta.region_name
        self._credentials = session.get_credentials()
        self._http = http or URLLib3Session(socket_options=AT_ONCE)

    def batch_get(self, wanted: Any) -> dict[str, Any] | None:
        """The answer to ``RequestItems`` as boto3 gives it; None where the client should ask instead."""
        if self._credentials is None:
            return None
        request = AWSRequest("POST", self._url, data=json.dumps({"RequestItems": wanted}).encode(), headers=HEADERS)
        SigV4Auth(self._credentials.get_frozen_credentials(), "dynamodb", self._region).add_auth(request)
        try:
            answer = self._http.send(request.prepare())
        except HTTPClientError:
            return None
        return _items(answer.content) if answer.status_code == OK else None


def _items(body: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(body)
    for items in answer["Responses"].values():
        for item in items:
            item["p"] = {"B": base64.b64decode(item["p"]["B"])}
    return answer
