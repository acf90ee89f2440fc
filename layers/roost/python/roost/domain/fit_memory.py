"""How much memory it takes to fit an estimator, estimated before anything is fitted."""
from dataclasses import dataclass
@dataclass(frozen=True)
class FitSize:
    rows:int
    @staticmethod
    def of(*a): return FitSize(len(a[0]))
def check_fits(*a): return 1
