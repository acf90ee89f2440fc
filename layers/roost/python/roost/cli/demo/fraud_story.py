"""What the acts of the demonstration share."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from localaws import Emulator
from models.fraud.simulator import SimulationSize, Transactions
from roost.adapters.deployed_platform import DeployedPlatform
from roost.adapters.pipeline_runs import Run

MODEL = "fraud"
SOURCE = "card_transactions"
STAGE = "dev"
FIRST_END = date(2018, 8, 15)
SECOND_END = date(2018, 8, 22)
LIVE_DAYS = 2
START = date(2018, 4, 1)
FOLDER = Path("build/demo")


@dataclass
class FraudStory:
    """State that grows from act to act."""

    customers: int
    terminals: int
    emulator: Emulator | None = None
    transactions: Transactions | None = None
    platform: DeployedPlatform = field(default_factory=lambda: DeployedPlatform(STAGE))
    metrics: dict[str, float] = field(default_factory=dict)
    answers: dict[str, dict[str, dict[int, int]]] = field(default_factory=dict)
    http_milliseconds: list[float] = field(default_factory=list)
    rollback: dict[str, Any] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    @property
    def size(self) -> SimulationSize:
        """Enough days for two weeks of training data more, and live traffic after them."""
        days = (SECOND_END - START).days + LIVE_DAYS
        return SimulationSize(customers=self.customers, terminals=self.terminals, days=days, start=START)

    @property
    def drawn(self) -> Transactions:
        """The transactions, once they are simulated."""
        if self.transactions is None:
            raise RuntimeError("the transactions have not been simulated yet")
        return self.transactions
