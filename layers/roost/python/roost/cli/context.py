"""What the options before a command decide, and how every command fails."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from localaws import LocalAwsError
from roost.cli.display import err
from roost.cli.target import Target, choose
from roost.errors import RoostError

P = ParamSpec("P")
R = TypeVar("R")

EXPIRED = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")


@dataclass
class Choices:
    """The options before the command."""

    stage: str = "dev"
    profile: str = ""
    real: bool = False
    debug: bool = False

    def target(self) -> Target:
        """Where the command acts."""
        return choose(self.stage, self.profile, self.real)


CHOICES = Choices()


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Turn expected errors into one red line and exit code 1; ``--debug`` shows the traceback."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (RoostError, LocalAwsError, BotoCoreError, ClientError, OSError, ValueError) as error:
            if CHOICES.debug:
                raise
            err.print(f"[bold red]error[/] {explain(error)}", highlight=False, markup=True, soft_wrap=True)
            raise typer.Exit(1) from error

    return wrapped


def explain(error: Exception) -> str:
    """An error in one line, with what to do about it."""
    if isinstance(error, NoCredentialsError):
        return "no AWS credentials; log in, or name a profile with --profile, or start the embedded AWS: roost local up"
    if isinstance(error, EndpointConnectionError):
        return f"nothing answers at {_field(error, 'endpoint_url')}; start the embedded AWS with: roost local up"
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        advice = "; your credentials have expired or are wrong: log in again" if code in EXPIRED else ""
        return f"{error}{advice}"
    return str(error)


def _field(error: BotoCoreError, name: str) -> Any:
    return getattr(error, "kwargs", {}).get(name, "the endpoint")
