"""``make bench``: every benchmark, one after the other."""

from tests.benchmarks.features.__main__ import main as features
from tests.benchmarks.serving.__main__ import main as serving
from tests.benchmarks.training.__main__ import main as training

if __name__ == "__main__":
    serving()
    features()
    training()
