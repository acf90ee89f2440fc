"""A DynamoDB on loopback that misbehaves on demand, and remembers what it was asked."""

import base64
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TYPE = "com.amazonaws.dynamodb.v20120810#"
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


class FailingDynamoDB(ThreadingHTTPServer):
    """Answers BatchGetItem from ``items`` (payload by pk) as its ``mood`` says.

    ``well``; ``hanging`` for longer than a caller waits; ``resetting`` connections; ``broken`` (500); ``throttling``
    (400); ``leaving`` all keys unread; ``refusing`` (400, an error that no retry helps).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.items: dict[str, bytes] = {}
        self.mood = "well"
        self.requests = 0
        self.connections: set[Any] = set()
        self.released = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FailingDynamoDB

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["RequestItems"]
        self.server.requests += 1
        self.server.connections.add(self.client_address)
        getattr(self, f"_{self.server.mood}")(asked)

    def _well(self, asked: dict[str, Any]) -> None:
        ((table, wanted),) = asked.items()
        known = [key["pk"]["S"] for key in wanted["Keys"] if key["pk"]["S"] in self.server.items]
        items = [
            {"pk": {"S": pk}, "p": {"B": base64.b64encode(self.server.items[pk]).decode()}, "a": {"N": "1"}}
            for pk in known
        ]
        self._send(200, {"Responses": {table: items}, "UnprocessedKeys": {}})

    def _hanging(self, _asked: dict[str, Any]) -> None:
        self.server.released.wait(10)
        self.close_connection = True

    def _resetting(self, _asked: dict[str, Any]) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.close_connection = True

    def _broken(self, _asked: dict[str, Any]) -> None:
        self._send(500, {"__type": f"{TYPE}InternalServerError"})

    def _throttling(self, _asked: dict[str, Any]) -> None:
        self._send(400, {"__type": f"{TYPE}ProvisionedThroughputExceededException"})

    def _leaving(self, asked: dict[str, Any]) -> None:
        self._send(200, {"Responses": {}, "UnprocessedKeys": asked})

    def _refusing(self, _asked: dict[str, Any]) -> None:
        self._send(400, {"__type": f"{TYPE}AccessDeniedException", "message": "not you"})

    def _send(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def failing_dynamodb() -> Iterator[FailingDynamoDB]:
    """One that runs."""
    with FailingDynamoDB() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join(5)
