"""Play acts one after the other: say what runs, how long it took, where to look; stop at the first that fails."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import typer

from localaws.failures import tail
from roost.cli.context import explain
from roost.cli.display import complain, err, note
from roost.errors import RoostError

S = TypeVar("S")


class ActFailed(RoostError):  # noqa: N818  (it says what happened)
    """An act did not end as the story needs; ``log`` is a file whose end explains it."""

    def __init__(self, told: str, log: Any = None) -> None:
        super().__init__(told)
        self.log = log


@dataclass(frozen=True)
class Act(Generic[S]):
    """One act: its title, where to look meanwhile, and what it does; it returns one line that sums it up."""

    title: str
    where: str
    play: Callable[[S], str]


@dataclass
class Programme:
    """How long each act took, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)


def perform(acts: Sequence[Act[S]], story: S) -> Programme:
    """Play all acts.

    Raises:
        typer.Exit: an act failed (code 1); the reason and the end of its log have been printed.
    """
    programme = Programme()
    for number, act in enumerate(acts, start=1):
        err.print(f"[bold]{number}/{len(acts)} {act.title}[/]  [dim]{act.where}[/]", highlight=False)
        started = time.monotonic()
        try:
            with err.status(act.title):
                summary = act.play(story)
        except Exception as error:
            _tell(number, act.title, error)
            raise typer.Exit(1) from error
        programme.seconds[act.title] = time.monotonic() - started
        err.print(f"    [green]✓[/] {summary} [dim]({programme.seconds[act.title]:.1f} s)[/]", highlight=False)
    return programme


def _tell(number: int, title: str, error: Exception) -> None:
    complain(f"act {number} ({title}) failed:", explain(error))
    log = getattr(error, "log", None)
    if log is not None:
        note(f"the end of {log}:\n{tail(log)}")
