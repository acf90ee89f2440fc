"""Which AWS a command acts on, said on every run so that nobody deploys to the wrong place."""

from collections.abc import Callable
from dataclasses import dataclass

import typer

import localaws
from roost.adapters.aws_session import caller, complete_for_endpoint
from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.display import note
from roost.settings import endpoint_url, point_sdk_at, point_sdk_at_account


@dataclass(frozen=True)
class Target:
    """Where commands act: ``endpoint`` is empty on real AWS, ``open_stage`` gives what stands behind a stage's name."""

    stage: str
    profile: str
    endpoint: str
    open_stage: Callable[[str], DeployedPlatform] = DeployedPlatform

    @property
    def embedded(self) -> bool:
        """Whether this is an emulator and no account of anybody's."""
        return bool(self.endpoint)

    def platform(self) -> DeployedPlatform:
        """The stage's platform, after saying where it is."""
        self.announce()
        return self.open_stage(self.stage)

    def announce(self) -> None:
        """Say where this run acts."""
        if self.embedded:
            note(f"→ embedded AWS {self.endpoint} · stage {self.stage}")
            return
        account, region = caller()
        profile = f" (profile {self.profile})" if self.profile else ""
        note(f"→ AWS account {account} {region}{profile} · stage {self.stage}")

    def confirm(self, question: str, yes: bool) -> None:
        """Ask before somebody's account is changed; ``yes`` answers, and an emulator needs no asking.

        Raises:
            typer.Abort: the answer is no, or there is nobody to ask.
        """
        if not self.embedded and not yes:
            typer.confirm(f"{question} (--yes answers this)", abort=True, err=True)


def choose(stage: str, profile: str, real: bool) -> Target:
    """The endpoint of the environment, else the embedded AWS of this checkout if it runs, else real AWS.

    ``profile`` or ``real`` ask for real AWS whatever else there is.
    """
    if profile or real:
        point_sdk_at_account(profile)
        return Target(stage, profile, "")
    if endpoint_url():
        complete_for_endpoint()
        return Target(stage, profile, endpoint_url())
    running = localaws.status()
    if running is None:
        return Target(stage, profile, "")
    point_sdk_at(localaws.endpoint_environment(running))
    return Target(stage, profile, running.endpoint)
