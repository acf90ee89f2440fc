"""A tiny project and its training set, as BuildFeatures leaves it, in memory."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from roost.adapters.in_memory import (
    FixedClock,
    InMemoryEvidence,
    InMemoryObjectStore,
    InMemoryOnlineStore,
    InMemoryRegistryStore,
)
from roost.adapters.in_memory_compute import FixedCompute
from roost.adapters.onnx_runtime import open_model
from roost.adapters.scikit_learn import ScikitLearnTrainer
from roost.object_keys import SEARCH_REPORT, TRAINING_ARRAYS, run_key
from roost.ports import PipelinePorts
from roost.spec import (
    Candidate,
    Column,
    ColumnType,
    DecisionThreshold,
    Gate,
    Model,
    OnDemandFeature,
    Source,
    TimeSplit,
)
from roost.workflows.evaluation import evaluate_model
from roost.workflows.training import train_model

DAY = timedelta(days=1)
MADE_FROM = {"dataset": "d", "datasets": {"toy": "d"}, "training_set": "t", "code": "c"}
RUN = "run-1"


def doubled(amount: Any) -> Any:
    return amount * 2.0


def project(**changes: Any) -> Model:
    source = Source(
        name="payments",
        event_time="at",
        columns=(
            Column(name="at", type=ColumnType.TIMESTAMP),
            Column(name="amount", type=ColumnType.FLOAT),
            Column(name="bad", type=ColumnType.INTEGER, minimum=0, maximum=1),
        ),
    )
    fields: dict[str, Any] = {
        "name": "toy",
        "source": source,
        "label": "bad",
        "request": ("amount",),
        "on_demand": (OnDemandFeature(name="doubled", function=doubled, inputs=("amount",)),),
        "features": ("amount", "doubled"),
        "split": TimeSplit(train=DAY, gap=DAY, holdout=DAY),
        "candidates": (
            Candidate(name="line", estimator="logistic_regression"),
            Candidate(name="trees", estimator="hist_gradient_boosting", parameters={"max_iter": 5}),
        ),
        "gates": (Gate(metric="roc_auc", at_least=0.7),),
        "threshold": DecisionThreshold(review_rate=0.1),
    }
    return Model(**{**fields, **changes})


@dataclass
class TrainingBench:
    """The model half of the training pipeline."""

    ports: PipelinePorts

    def train(self, model: Model, name: str) -> dict[str, Any]:
        parameters = next((c.parameters for c in model.candidates if c.name == name), {})
        chosen = {"candidate": name, "parameters": parameters}
        return train_model(model, RUN, chosen, ScikitLearnTrainer(), FixedCompute(), self.ports)

    def evaluate(self, model: Model, trained: dict[str, Any]) -> dict[str, Any]:
        search = {"report": run_key("toy", RUN, SEARCH_REPORT)}
        untold = {"metric": model.selection_metric, "rungs": [], "ladder": [], "trials": []}
        self.ports.lake.put(search["report"], json.dumps(untold).encode())
        event = {"run": RUN, "candidate": trained["candidate"], "search": search, **MADE_FROM}
        return evaluate_model(model, event, open_model, self.ports)


def training_arrays(rows: int = 2000) -> dict[str, Any]:
    random = np.random.default_rng(0)
    amount = random.gamma(2.0, 20.0, rows).astype(np.float32)
    label = (amount + random.normal(0, 10, rows) > 60).astype(np.float64)
    place = np.arange(rows)
    return {
        "features": np.stack([amount, amount * 2], axis=1).astype(np.float32),
        "label": label,
        "column__at": place.astype(np.float64),
        "column__bad": label.astype(np.int64),
        "golden__amount": amount[-20:].astype(np.float64),
        "fold__selection_train": place < 700,
        "fold__selection_test": (place >= 700) & (place < 1000),
        "fold__train": place < 1400,
        "fold__holdout": place >= 1500,
    }


@pytest.fixture
def bench() -> TrainingBench:
    lake = InMemoryObjectStore()
    buffer = io.BytesIO()
    np.savez(buffer, **training_arrays())
    lake.put(run_key("toy", RUN, TRAINING_ARRAYS), buffer.getvalue())
    return TrainingBench(
        PipelinePorts(
            lake=lake,
            packages=InMemoryObjectStore(),
            online=InMemoryOnlineStore(),
            registry=InMemoryRegistryStore(),
            evidence=InMemoryEvidence(),
            endpoint=lambda _model: None,  # type: ignore[arg-type, return-value]
            clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
        )
    )
