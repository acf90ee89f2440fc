"""``make bench-training``: the quality of what training makes, beside scikit-learn's defaults."""

from tests.benchmarks.report import publish
from tests.benchmarks.training.churn_quality import churn_quality


def main() -> None:
    """Measure, print and write."""
    rows, notes = churn_quality()
    publish("training", rows, notes)


if __name__ == "__main__":
    main()
