"""Card transactions with known fraud, drawn by the rules of the fraud detection handbook."""

from .landing_files import write_landing_files
from .simulation import simulate
from .simulation_size import SimulationSize
from .transactions import Transactions, between_days

__all__ = ["SimulationSize", "Transactions", "between_days", "simulate", "write_landing_files"]
