"""What every command shares: the options that say where to act, and how it fails."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar

import typer

from localaws import LocalAwsError
from roost.adapters.aws_advice import explained
from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli import options
from roost.cli.display import complain
from roost.cli.target import Target, choose
from roost.errors import RoostError, UnknownModel
from roost.spec import model_names

P = ParamSpec("P")
R = TypeVar("R")

EVERYWHERE: Mapping[str, Any] = {"debug": (options.Debug, False)}
ON_A_STAGE: Mapping[str, Any] = {
    "stage": (options.Stage, ""), "profile": (options.Profile, ""), "aws": (options.RealAws, False), **EVERYWHERE,
}  # fmt: skip
EXPECTED = (RoostError, LocalAwsError, OSError, ValueError)
TYPERS_OWN = (typer.Exit, typer.Abort, typer.BadParameter)


@dataclass
class Choices:
    """Where to act, and whether to show tracebacks: as chosen before the command, or after it."""

    stage: str = "dev"
    profile: str = ""
    aws: bool = False
    debug: bool = False
    open_stage: Callable[[str], DeployedPlatform] = DeployedPlatform

    def add(self, given: Mapping[str, Any]) -> None:
        """Take what is given; what is empty leaves the choice as it was."""
        for name, value in given.items():
            setattr(self, name, value or getattr(self, name))

    def target(self) -> Target:
        """Where the command acts."""
        return replace(choose(self.stage, self.profile, self.aws), open_stage=self.open_stage)


CHOICES = Choices()


def command(function: Callable[P, R]) -> Callable[P, R]:
    """A command: expected errors become one red line and exit code 1; ``--debug`` shows the traceback."""
    return _with_options(function, EVERYWHERE)


def stage_command(function: Callable[P, R]) -> Callable[P, R]:
    """A command on a deployed stage: takes --stage, --profile and --aws too, and a ``model`` that must be a project."""
    return _with_options(function, ON_A_STAGE)


def _with_options(function: Callable[P, R], added: Mapping[str, Any]) -> Callable[P, R]:
    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        CHOICES.add({name: kwargs.pop(name) for name in added if name in kwargs})
        try:
            _check_model(kwargs.get("model"))
            return function(*args, **kwargs)
        except TYPERS_OWN:
            raise
        except Exception as error:
            if CHOICES.debug:
                raise
            complain("error", explain(error))
            raise typer.Exit(1) from error

    signature = inspect.signature(function, eval_str=True)
    more = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
            for name, (kind, default) in added.items()]  # fmt: skip
    parameters = [*signature.parameters.values(), *more]
    wrapped.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return wrapped


def _check_model(name: object) -> None:
    if name is not None and name not in model_names():
        raise UnknownModel(f"no model project 'models/{name}'; there are: {', '.join(model_names())}")


def explain(error: Exception) -> str:
    """An error in one line, with what to do about it."""
    if isinstance(error, EXPECTED):
        return str(error)
    return explained(error) or f"{type(error).__name__}: {error}; --debug shows where it happened"
