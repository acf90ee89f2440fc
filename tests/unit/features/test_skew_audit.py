"""AuditFeatures: what was served equals what the offline store knew then, or the report says where it does not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.adapters.in_memory import FixedClock, InMemoryPredictionLog
from roost.domain.event_codec import NOTHING, pack, read, unpack
from roost.domain.logged_prediction import LoggedPrediction
from roost.domain.package import canonical_bytes, digest_of
from roost.domain.windows import values
from roost.metric_names import AuditMetric
from roost.object_keys import MANIFEST, PACKAGE_MANIFEST, VALID_ROWS, VALIDATION_REPORT, dataset_key, package_key
from roost.ports import PipelinePorts
from roost.spec import Aggregation, LatestView, Model, WindowView
from roost.spec.feeds import feed_of
from roost.spec.layouts import layout_of
from roost.workflows.ingesting import definition
from roost.workflows.materialization import materialize_features
from roost.workflows.registration import register_model
from roost.workflows.skew_audit import GRACE, SkewAudit
from roost.workflows.streaming import StreamConsumer
from tests.unit.features.payments import Lake, model
from tests.unit.streams.test_stream_consumer import CARD, PAYMENTS, TABLES, T, record

SPEND = WindowView(
    name="spend", entity=CARD, source=PAYMENTS, windows=(timedelta(hours=4), timedelta(days=1)),
    aggregations=(Aggregation(function="count"), Aggregation(function="mean", column="amount")),
)  # fmt: skip
NEWEST = LatestView(
    name="newest", entity=CARD, source=PAYMENTS, columns=("amount",), lookback=timedelta(days=2),
    max_age=timedelta(hours=1),
)  # fmt: skip
LAYOUTS = (layout_of(SPEND), layout_of(NEWEST))


def project() -> Model:
    request = ("paid_at", "card", "amount")
    return model(source=PAYMENTS, request=request, views=(SPEND, NEWEST), features=("amount",), defaults={},
                 on_demand=())  # fmt: skip


@dataclass
class AuditBench:
    """A stream, a registered version, and a log of what it served."""

    lake: Lake = field(default_factory=Lake)
    log: InMemoryPredictionLog = field(default_factory=InMemoryPredictionLog)
    lines: list[dict[str, Any]] = field(default_factory=list)
    now: float = T + 600

    def __post_init__(self) -> None:
        self.ports: PipelinePorts = replace(self.lake.ports, clock=FixedClock(datetime.fromtimestamp(self.now, UTC)))
        manifest = {"views": [layout.to_manifest() for layout in LAYOUTS]}
        digest = digest_of(manifest)
        self.ports.packages.put(package_key(digest, PACKAGE_MANIFEST), canonical_bytes(manifest))
        evaluation = {"package": digest, "metrics": {}, "gates": [], "chosen": "line"}
        made_from = {"dataset": "d", "datasets": {}, "training_set": "t", "code": "c"}
        register_model(
            {"model": "payments", "run": "r", **made_from, "evaluation": evaluation, "request": {}}, self.ports
        )

    def stream(self, *records: Any) -> None:
        StreamConsumer(feed_of(PAYMENTS), LAYOUTS, self.lake.store, self.lake.online, TABLES).consume(records)

    def serve(self, scored: float, card: str = "a", at: float | None = None) -> LoggedPrediction:
        """What scoring would log now of a request at ``scored``."""
        at, inputs = scored if at is None else at, dict[str, float | None]()
        for layout in LAYOUTS:
            item = self.lake.online.items.get((layout.online_name, card))
            inputs |= values(layout, read(item.payload) if item else NOTHING, at)
        made = LoggedPrediction(
            f"p{len(self.log.predictions)}", 1, round(scored * 1e6), round(at * 1e6), {"card": card}, inputs
        )
        self.log.predictions.append(made)
        return made

    def audit(self) -> dict[str, Any]:
        audit = SkewAudit(project(), TABLES, self.log, self.ports, lambda line: self.lines.append(json.loads(line)))
        return audit.run("audit-1", None)

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.lake.store.get(self.audit()["report"]))
        return report

    def dataset(self, folder: Path, name: str, amounts: Sequence[float], end: float = T, validated: int = 0) -> Any:
        """A validated data set of payments of card a, a minute apart."""
        times = [(end - 60 * place) * 10**6 for place in range(len(amounts))][::-1]
        columns = {
            "payment": np.arange(500, 500 + len(amounts)),
            "paid_at": np.array(times).astype("datetime64[us]"),
            "arrived_at": np.full(len(amounts), np.datetime64("NaT"), dtype="datetime64[us]"),
            "card": np.array(["a"] * len(amounts), dtype=object),
            "shop": np.array(["x"] * len(amounts), dtype=object),
            "amount": np.array(amounts),
            "is_fraud": np.zeros(len(amounts), np.int64),
        }
        TABLES.write_table(columns, folder / "valid.parquet")
        store = self.lake.store
        store.upload(folder / "valid.parquet", dataset_key(name, VALID_ROWS))
        manifest = {"source": definition(PAYMENTS), "files": []}
        store.put(dataset_key(name, MANIFEST), json.dumps(manifest).encode())
        report = {"validated_at": datetime.fromtimestamp(T + validated, UTC).isoformat(), "stopped": ""}
        store.put(dataset_key(name, VALIDATION_REPORT), json.dumps(report).encode())
        return {"payments": name}

    def materialize(self, dataset: Any) -> None:
        materialize_features(project(), dataset, TABLES, self.ports)


@pytest.fixture
def bench() -> AuditBench:
    return AuditBench()


def test_nothing_served_is_nothing_to_audit(bench: AuditBench) -> None:
    assert bench.audit() == {
        "predictions": 0, "compared": 0, "stale": 0, "skewed": 0, "most_stale_seconds": 0.0,
        "report": "audits/payments/audit-1.json",
    }  # fmt: skip


def test_what_the_stream_brought_and_serving_used_is_equal(bench: AuditBench) -> None:
    bench.stream(record(1, T - 7_200), record(2, T - 60, amount=3.5), record(3, T - 50, card="b"))
    for card in ("a", "b", "nobody"):
        bench.serve(T, card)
    answer = bench.audit()
    assert (answer["predictions"], answer["compared"], answer["stale"], answer["skewed"]) == (3, 6, 0, 0)


def test_an_expired_value_is_no_skew(bench: AuditBench) -> None:
    bench.stream(record(1, T - 7_200))
    assert bench.serve(T).inputs["newest__amount"] is None
    assert bench.audit()["skewed"] == 0


def test_an_event_that_was_on_its_way_is_stale_and_no_skew(bench: AuditBench) -> None:
    bench.stream(record(1, T - 60))
    bench.serve(T + 3)
    bench.stream(record(2, T, lag=1, amount=2.0))
    answer = bench.audit()
    assert (answer["stale"], answer["skewed"]) == (2, 0)
    assert answer["most_stale_seconds"] == pytest.approx(2)


def test_an_event_that_the_store_lost_is_skew_and_the_report_names_it(bench: AuditBench) -> None:
    bench.stream(record(1, T - 600), record(2, T - 400, amount=7.0))
    layout = LAYOUTS[0]
    item = bench.lake.online.items[layout.online_name, "a"]
    kept = pack(unpack(item.payload)[:1], len(layout.columns))
    bench.lake.online.items[layout.online_name, "a"] = replace(item, payload=kept)
    bench.serve(T)
    (difference,) = bench.report()["differences"]
    assert (difference["view"], difference["entity"], difference["prediction_id"]) == ("spend", "a", "p0")
    assert difference["features"]["spend__count_4h"] == {"logged": 1.0, "recomputed": 2.0}
    assert difference["lost_for_seconds"] == pytest.approx(399)
    assert difference["lost_for_seconds"] > GRACE
    assert difference["events"][-1]["values"] == {"amount": 7.0}
    assert bench.lines[0][AuditMetric.SKEWED] == 1


def test_a_wrong_value_is_skew(bench: AuditBench) -> None:
    bench.stream(record(1, T - 60))
    served = bench.serve(T)
    bench.log.predictions[0] = replace(served, inputs={**served.inputs, "spend__amount_mean_4h": 1.01})
    (difference,) = bench.report()["differences"]
    assert difference["features"] == {"spend__amount_mean_4h": {"logged": 1.01, "recomputed": 1.0}}


def test_what_landed_after_it_was_scored_is_stale(bench: AuditBench, tmp_path: Path) -> None:
    bench.materialize(bench.dataset(tmp_path, "d1", [1.0, 2.0], end=T - 3_000))
    bench.serve(T)
    bench.dataset(tmp_path, "d2", [1.0, 2.0, 4.0], end=T - 2_940, validated=60)
    answer = bench.audit()
    assert (answer["stale"], answer["skewed"]) == (2, 0)
    assert answer["most_stale_seconds"] == pytest.approx(2_940)


def test_what_was_restated_since_is_stale(bench: AuditBench, tmp_path: Path) -> None:
    bench.materialize(bench.dataset(tmp_path, "d1", [1.0, 2.0]))
    bench.serve(T + 1)
    bench.dataset(tmp_path, "d2", [10.0, 20.0], validated=60)
    answer = bench.audit()
    assert (answer["stale"], answer["skewed"]) == (2, 0)


def test_two_data_sets_back_explains_nothing(bench: AuditBench, tmp_path: Path) -> None:
    bench.materialize(bench.dataset(tmp_path, "d1", [1.0, 2.0]))
    bench.serve(T + 1)
    bench.dataset(tmp_path, "d2", [10.0, 20.0], validated=60)
    bench.dataset(tmp_path, "d3", [100.0, 200.0], validated=120)
    assert bench.audit()["skewed"] == 2


def test_predictions_older_than_an_hour_are_left_alone(bench: AuditBench) -> None:
    bench.serve(bench.now - 3_601)
    assert bench.audit()["predictions"] == 0


def test_the_log_line_is_metrics_of_the_model(bench: AuditBench) -> None:
    bench.audit()
    (line,) = bench.lines
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Model"]]
    assert {metric["Name"] for metric in directive["Metrics"]} == {metric.value for metric in AuditMetric}
    assert line["Model"] == "payments"
