"""Faults of the deployed stack: a store that can be taken away, and functions that are dead, slow or throttled.

A fault is made of what AWS lets anybody change, configuration and concurrency of a function, and is taken back.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

PIECE = 65_536
Change = dict[str, Any]


class Wire:
    """Passes connections on to a server on loopback until it is ``cut``; those that are open are cut too."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._cut = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Close what is open, and whatever comes."""
        self._cut.set()
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Pass on again."""
        self._cut.clear()

    def close(self) -> None:
        """No more connections."""
        self.cut()
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                if self._cut.is_set():
                    here.close()
                    continue
                there = socket.create_connection(("127.0.0.1", self._to))
                for source, target in ((here, there), (there, here)):
                    self._open.add(source)
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                target.sendall(piece)
        for each in (source, target):
            self._open.discard(each)
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        source.close()


@contextmanager
def wire(port: int) -> Iterator[Wire]:
    """One that is closed in the end."""
    found = Wire(port)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def silence() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def changed(lambdas: Any, function: str, variables: dict[str, str] | None = None, **change: Any) -> Iterator[None]:
    """A function with another configuration, ``variables`` beside its own; it gets back what it had."""
    found = lambdas.get_function_configuration(FunctionName=function)
    environment = found.get("Environment", {}).get("Variables", {})
    if variables:
        change["Environment"] = {"Variables": {**environment, **variables}}
    before = {name: found[name] for name in change if name != "Environment"}
    if variables:
        before["Environment"] = {"Variables": environment}
    lambdas.update_function_configuration(FunctionName=function, **change)
    try:
        yield
    finally:
        lambdas.update_function_configuration(FunctionName=function, **before)


@contextmanager
def throttled(lambdas: Any, function: str) -> Iterator[None]:
    """A function of which nothing may run."""
    lambdas.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        lambdas.delete_function_concurrency(FunctionName=function)
