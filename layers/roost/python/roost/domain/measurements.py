"""What is measured in a run by a stopwatch or a scale; it is no part of a package, which must not depend on either."""

from collections.abc import Sequence

LATENCY_P50, LATENCY_P99, PACKAGE_BYTES = "latency_p50_ms", "latency_p99_ms", "package_bytes"
MEASUREMENTS = (LATENCY_P50, LATENCY_P99, PACKAGE_BYTES)


def measurements(milliseconds: Sequence[float], package_bytes: int) -> dict[str, float]:
    """Median and 99th percentile of one-row scorings in ms (none of no calls), and the size of a package in bytes."""
    ordered = sorted(milliseconds)
    latency = {
        LATENCY_P50: ordered[len(ordered) // 2],
        LATENCY_P99: ordered[len(ordered) * 99 // 100],
    } if ordered else {}  # fmt: skip
    return {**latency, PACKAGE_BYTES: float(package_bytes)}
