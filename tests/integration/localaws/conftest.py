"""Emulators for the tests of the embedded AWS: each on its own port, in its own folder, stopped at the end."""

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
def aws(start_emulator: Starter) -> Emulator:
    """The emulator as Roost uses it, with waits skipped."""
    return start_emulator(wait_scale=0)


@pytest.fixture(scope="session")
def upstream(start_emulator: Starter) -> Emulator:
    """The emulator alone, with none of its gaps closed."""
    return start_emulator(wait_scale=0, close_gaps=False)


@pytest.fixture(scope="session")
def guarded(start_emulator: Starter) -> Emulator:
    """The emulator with IAM enforced."""
    return start_emulator(enforce_iam=True, wait_scale=0)


@pytest.fixture(scope="session")
def upstream_guarded(start_emulator: Starter) -> Emulator:
    """The emulator alone, with IAM enforced."""
    return start_emulator(enforce_iam=True, wait_scale=0, close_gaps=False)
