"""A signed read's headers and body leave at once: with Nagle's algorithm the body waits 40 ms for a delayed ACK."""

import socket
import threading
from collections.abc import Iterator

import boto3
import pytest

from roost.adapters.signed_reads import SignedReads

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"Responses":{}}'


@pytest.fixture
def port() -> Iterator[int]:
    """A server on loopback that answers one request."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_once, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def _answer_once(server: socket.socket) -> None:
    server.settimeout(5)
    connection, _ = server.accept()
    with connection:
        received = b""
        while not received.endswith(b"}"):
            received += connection.recv(65_536)
        connection.sendall(ANSWER)


def test_the_connection_does_not_hold_small_packets_back(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    options: list[tuple[int, int, int]] = []
    plain = socket.socket.setsockopt

    def noted(self: socket.socket, *given: int) -> None:
        options.append(given)  # type: ignore[arg-type]
        plain(self, *given)

    monkeypatch.setattr(socket.socket, "setsockopt", noted)
    client = boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1")
    assert SignedReads(client).batch_get({"table": {"Keys": []}}) == {"Responses": {}}
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in options
