"""The record of a running emulator, kept as JSON so that any process of the checkout finds it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from localaws.layout import Home


@dataclass(frozen=True)
class Options:
    """How an emulator was started.

    Attributes:
        keep_state: State is saved at stop and loaded at the next start.
        enforce_iam: Every call is authorised by IAM policies, those of functions and pipelines included.
        wait_scale: Factor on the waits of Step Functions, of batching windows and before a failed asynchronous
            invocation is repeated; None leaves them as they are, 0 skips them.
        close_gaps: Whether ``localaws.parity`` is applied; off only to see what the emulator does alone.
    """

    keep_state: bool = False
    enforce_iam: bool = False
    wait_scale: float | None = None
    close_gaps: bool = True


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    Attributes:
        pid: Its process, which leads a process group that holds the function workers.
        port: The port on the loopback interface.
        instance: A random name in its command line and health answer, which tells it from any other process.
        folder: Its home.
        options: How it was started.
    """

    pid: int
    port: int
    instance: str
    folder: Path
    options: Options

    @property
    def endpoint(self) -> str:
        """The URL that serves every AWS service."""
        return f"http://127.0.0.1:{self.port}"


def save_record(emulator: Emulator) -> None:
    """Write the record into the emulator's home, replacing the one before."""
    document = {**asdict(emulator), "folder": str(emulator.folder), "endpoint": emulator.endpoint}
    path = Home(emulator.folder).record
    staged = path.with_suffix(".json.new")
    staged.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    staged.replace(path)


def load_record(home: Home) -> Emulator | None:
    """Read the record of a home; None when there is none or it is not readable."""
    try:
        document = json.loads(home.record.read_text(encoding="utf-8"))
        options = Options(**document["options"])
        return Emulator(document["pid"], document["port"], document["instance"], home.folder, options)
    except (OSError, ValueError, KeyError, TypeError):
        return None
