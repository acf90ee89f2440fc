"""One deployment for the whole story: the real CDK CLI onto an embedded AWS that enforces IAM."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import emulator
from localaws.deploy import deploy
from roost import names
from tests.e2e.deployment import STAGE, WITH_STREAMS, Deployment

WAIT_SCALE = 0.05


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A freshly deployed stage; the emulator is this session's own and is stopped after it."""
    home: Path = tmp_path_factory.mktemp("localaws")
    running = emulator.start(enforce_iam=True, wait_scale=WAIT_SCALE, port=0, home=home)
    try:
        outputs = deploy(running, STAGE, extra_args=WITH_STREAMS)
        yield Deployment(running, outputs[names.stack(STAGE, "platform")])
    finally:
        emulator.stop(home)
