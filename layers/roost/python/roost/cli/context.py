"""What the options before a command decide, and how every command fails."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import typer

from localaws import LocalAwsError
from roost.adapters.aws_advice import AWS_ERRORS, explained
from roost.cli.display import err
from roost.cli.target import Target, choose
from roost.errors import RoostError

P = ParamSpec("P")
R = TypeVar("R")


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
        except (RoostError, LocalAwsError, *AWS_ERRORS, OSError, ValueError) as error:
            if CHOICES.debug:
                raise
            err.print(f"[bold red]error[/] {explain(error)}", highlight=False, markup=True, soft_wrap=True)
            raise typer.Exit(1) from error

    return wrapped


def explain(error: Exception) -> str:
    """An error in one line, with what to do about it."""
    return explained(error) or str(error)
