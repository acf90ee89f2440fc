"""Emulators for all tests: started when first asked for, on a port and in a folder of their own, stopped at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localaws import Emulator, start, stop

Starter = Callable[..., Emulator]


@pytest.fixture(scope="session")
def start_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    homes: list[Path] = []

    def start_one(**options: bool | float | None) -> Emulator:
        homes.append(tmp_path_factory.mktemp("localaws"))
        return start(port=0, home=homes[-1], **options)

    yield start_one
    for home in homes:
        stop(home)


@pytest.fixture(scope="session")
def emulator(start_emulator: Starter) -> Emulator:
    """The embedded AWS as Roost uses it, with waits skipped; one for every test of a session that may share it."""
    return start_emulator(wait_scale=0)
