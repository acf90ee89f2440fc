"""How large a simulated world is."""

import math
from dataclasses import dataclass
from datetime import date

COMPROMISED_TERMINALS_A_DAY = 2
COMPROMISED_CUSTOMERS_A_DAY = 3
_LEAST = {"customers": COMPROMISED_CUSTOMERS_A_DAY, "terminals": COMPROMISED_TERMINALS_A_DAY, "days": 1}


@dataclass(frozen=True)
class SimulationSize:
    """Everything that a simulation depends on; the defaults are the published data set.

    Attributes:
        customers: number of card holders, at least 3 (that many are compromised each day).
        terminals: number of payment terminals, at least 2 (that many are compromised each day).
        days: length of the period, at least 1.
        radius: a customer pays at terminals nearer than this, on a map of 100 by 100.
        start: the first day, UTC.

    Raises:
        ValueError: a field is out of its range; the message names it.
    """

    customers: int = 5_000
    terminals: int = 10_000
    days: int = 183
    radius: float = 5.0
    start: date = date(2018, 4, 1)

    def __post_init__(self) -> None:
        """Refuse a size that cannot be simulated."""
        for field, least in _LEAST.items():
            _check_count(field, getattr(self, field), least)
        if not (math.isfinite(self.radius) and self.radius > 0):
            raise ValueError(f"radius must be a positive, finite number, got {self.radius!r}")
        if type(self.start) is not date:
            raise ValueError(f"start must be a datetime.date without a time, got {self.start!r}")


def _check_count(field: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{field} must be an integer of at least {least}, got {value!r}")
