"""Who acts by a command, as the registry writes it down."""

import getpass
from datetime import UTC, datetime

from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.target import Target
from roost.domain.registry import Actor


def actor(target: Target, platform: DeployedPlatform) -> Actor:
    """Who acts: the ARN of the credentials. On an emulator everybody has the same, so the user's name stands before."""
    name = f"{getpass.getuser()} ({platform.identity})" if target.embedded else platform.identity
    return Actor(name, datetime.now(UTC))
