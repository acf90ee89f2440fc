"""Behavioural tests: what a model must do, whatever it has learnt.

After Ribeiro, Wu, Guestrin and Singh, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", 2020:
invariance, directional expectation and minimum functionality, here on rows of inputs as serving sees them.
"""

from typing import Literal

from pydantic import Field

from roost.spec.definition import Definition, Function, Name

Row = dict[str, float | None]


class BehaviouralTest(Definition):
    """``min_share`` (0 to 1) of the rows must pass; with 0 the test reports and stops nothing."""

    name: Name
    min_share: float = Field(default=1.0, ge=0, le=1)


class Invariance(BehaviouralTest):
    """A change that must not matter: scores move by at most ``tolerance``.

    ``change`` takes a row (dict of input name to number, None where missing) and returns what is other in it. It is
    made to the package's golden rows.
    """

    change: Function
    tolerance: float = Field(default=0.01, ge=0)


class Direction(BehaviouralTest):
    """A change after which scores must not go against ``rise`` or ``fall`` by more than ``slack``."""

    change: Function
    expect: Literal["rise", "fall"]
    slack: float = Field(default=0.0, ge=0)


class MustPass(BehaviouralTest):
    """Rows of inputs whose scores are known to lie at or between ``at_least`` and ``at_most``."""

    rows: tuple[Row, ...] = Field(min_length=1)
    at_least: float = float("-inf")
    at_most: float = float("inf")


Behaviour = Invariance | Direction | MustPass
