"""What the demonstration ends with: measured numbers, beside what was published."""

import json
import statistics
from datetime import UTC, datetime, timedelta
from typing import Any

from models.fraud.handbook import PUBLISHED_BASELINES
from roost.adapters.aws_session import client
from roost.cli.demo.fraud_story import FOLDER, MODEL, FraudStory
from roost.cli.demo.stage_play import Programme
from roost.cli.display import out, table
from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric

METRICS = ("roc_auc", "average_precision", "card_precision_at_100")


def function_latency() -> dict[str, float]:
    """p50 and p99 in milliseconds of the scoring function's own time, from its CloudWatch metric."""
    now = datetime.now(UTC)
    found = client("cloudwatch").get_metric_statistics(
        Namespace=METRIC_NAMESPACE,
        MetricName=Metric.LATENCY.value,
        Dimensions=[{"Name": Dimension.MODEL.value, "Value": MODEL}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600 * 24,
        ExtendedStatistics=["p50", "p99"],
    )["Datapoints"]
    return dict(found[0]["ExtendedStatistics"]) if found else {}


def report(story: FraudStory, programme: Programme) -> dict[str, Any]:
    """Everything that was measured, as JSON values; also written to ``build/demo/report.json``."""
    http = sorted(story.http_milliseconds)
    measured = {
        "seconds": programme.seconds,
        "customers": story.customers,
        "terminals": story.terminals,
        "metrics": story.metrics,
        "published": [{"model": model, **baseline._asdict()} for model, baseline in PUBLISHED_BASELINES.items()],
        "answers": {name: {step: {str(v): n for v, n in by.items()} for step, by in steps.items()}
                    for name, steps in story.answers.items()},
        "rollback": story.rollback,
        "function_milliseconds": function_latency(),
        "http_milliseconds": {"p50": statistics.median(http), "p99": http[int(len(http) * 0.99)]} if http else {},
    }  # fmt: skip
    (FOLDER / "report.json").write_text(json.dumps(measured, indent=2))
    return measured


def show(measured: dict[str, Any], full_size: bool) -> None:
    """Print the tables."""
    _times(measured)
    _quality(measured, full_size)
    _answers(measured)
    _latency(measured)


def _times(measured: dict[str, Any]) -> None:
    rows = [[title, f"{seconds:.1f} s"] for title, seconds in measured["seconds"].items()]
    rows.append(["all", f"{sum(measured['seconds'].values()):.1f} s"])
    out.print(table("Time", ("act", "time"), rows))


def _quality(measured: dict[str, Any], full_size: bool) -> None:
    rows = [["this run, version 1", *(f"{measured['metrics'][name]:.3f}" for name in METRICS)]]
    rows += [
        [f"published: {baseline['model']}", *(f"{baseline[name]:.3f}" for name in METRICS)]
        for baseline in measured["published"]
    ]
    size = "same transactions and test week" if full_size else "the published figures are for 5,000 customers"
    out.print(table(f"Quality on the untouched week ({size})", ("model", *METRICS), rows))


def _answers(measured: dict[str, Any]) -> None:
    rows = [
        [name, step, ", ".join(f"version {version}: {count}" for version, count in by.items())]
        for name, steps in measured["answers"].items()
        for step, by in steps.items()
    ]
    out.print(table("Who answered, counted from the responses", ("release of", "canary weight", "answers"), rows))
    rollback = measured["rollback"]
    told = f"after {rollback['seconds']:.1f} s, {rollback['failed']} requests failed: {rollback['reason']}"
    out.print(f"[bold]Rolled back[/] {told}")


def _latency(measured: dict[str, Any]) -> None:
    rows = [
        [what, *(f"{measured[key][q]:.1f} ms" for q in ("p50", "p99"))]
        for what, key in (("scoring function", "function_milliseconds"), ("over HTTP", "http_milliseconds"))
        if measured[key]
    ]
    out.print(table("Latency, two callers on the machine that also runs the rest", ("where", "p50", "p99"), rows))
