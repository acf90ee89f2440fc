"""Emulators as the tests of the embedded AWS need them: as Roost uses it, guarded by IAM, and without our mending."""

from __future__ import annotations

import pytest

from localaws import Emulator
from tests.conftest import Starter


@pytest.fixture(scope="session")
def aws(emulator: Emulator) -> Emulator:
    """The emulator as Roost uses it, with waits skipped."""
    return emulator


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
