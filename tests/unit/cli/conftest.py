"""A terminal whose width a test may set by ``COLUMNS``, whatever the one that runs the tests has."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from roost.cli.context import CHOICES
from roost.cli.display import out


@pytest.fixture(autouse=True)
def width_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out, "_width", None)  # Rich keeps what COLUMNS was when the console was made


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing may reach for AWS; afterwards stages are opened as before."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "200")
    opened = CHOICES.open_stage
    with patch.dict(os.environ):
        yield
    CHOICES.open_stage = opened
