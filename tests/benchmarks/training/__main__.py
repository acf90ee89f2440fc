"""``make bench-training``: what training makes, beside scikit-learn and MLflow: quality, and rows scored a second."""

from tests.benchmarks.report import publish
from tests.benchmarks.training.churn_quality import churn_quality
from tests.benchmarks.training.throughput import throughput


def main() -> None:
    """Measure, print and write."""
    quality, about_quality = churn_quality()
    speed, about_speed = throughput()
    publish("training", [*quality, *speed], [*about_quality, *about_speed])


if __name__ == "__main__":
    main()
