"""A terminal whose width a test may set by ``COLUMNS``, whatever the one that runs the tests has."""

import pytest

from roost.cli.display import out


@pytest.fixture(autouse=True)
def width_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out, "_width", None)  # Rich keeps what COLUMNS was when the console was made
