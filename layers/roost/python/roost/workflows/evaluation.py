"""EvaluateModel: choose a candidate, judge its ONNX model on the holdout, and package it."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.evaluation import best_candidate, check_agreement, trivial_baseline
from roost.domain.gates import readings, shortfalls
from roost.object_keys import (
    CANDIDATE_MODEL,
    CANDIDATE_RECORD,
    CANDIDATE_SCORES,
    EVALUATION_REPORT,
    candidate_key,
    run_key,
)
from roost.ports import OnnxModel, PipelinePorts
from roost.spec import Model
from roost.workflows.champion import champion_metrics
from roost.workflows.packaging import build_manifest, store_package
from roost.workflows.training_set import TrainingSet, read_training_set

OpenModel = Callable[[bytes], OnnxModel]
Vector = npt.NDArray[np.float64]


def evaluate_model(
    model: Model, event: Mapping[str, Any], open_model: OpenModel, ports: PipelinePorts
) -> dict[str, Any]:
    """Evaluate the best of ``event["candidates"]``; ``event`` also names run, dataset, training_set and code.

    Raises:
        TrainingFailed: every candidate failed.
        ConversionMismatch: the ONNX model scores a holdout row otherwise than the fitted one.
    """
    run = event["run"]
    chosen = best_candidate(event["candidates"], model.selection_metric)["candidate"]
    data = read_training_set(ports.lake, model.name, run)
    body = ports.lake.get(candidate_key(model.name, run, chosen, CANDIDATE_MODEL))
    record = json.loads(ports.lake.get(candidate_key(model.name, run, chosen, CANDIDATE_RECORD)))
    onnx = open_model(body)
    scores, difference = _holdout_scores(model, run, chosen, data, onnx, ports)
    metrics = data.metrics(model, "holdout", scores)
    baseline = trivial_baseline(data.label[data.folds["holdout"]], data.label[data.folds["train"]])
    found = {
        "threshold": record["threshold"], "holdout_scores": scores, "metrics": metrics, "baseline": baseline,
        "lineage": _lineage(record, event),
    }  # fmt: skip
    package = store_package(ports.packages, build_manifest(model, data, onnx, body, found), body)
    gates = readings(model.gates, metrics)
    result = {
        "chosen": chosen,
        "package": package,
        "metrics": metrics,
        "baseline": baseline,
        "champion": champion_metrics(model, data, open_model, ports),
        "gates": [asdict(gate) for gate in gates],
        "passed": all(gate.passed for gate in gates),
        "reasons": shortfalls(gates),
        "onnx_difference": difference,
    }
    return {**result, "report": _report(model, run, result, event, ports)}


def _holdout_scores(
    model: Model, run: str, chosen: str, data: TrainingSet, onnx: OnnxModel, ports: PipelinePorts
) -> tuple[Vector, float]:
    scores = np.asarray(onnx.score(data.features[data.folds["holdout"]]), dtype=np.float64)
    fitted = ports.lake.get(candidate_key(model.name, run, chosen, CANDIDATE_SCORES))
    with np.load(io.BytesIO(fitted), allow_pickle=False) as arrays:
        return scores, check_agreement(scores, arrays["holdout_scores"])


def _lineage(record: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    made_with = ("estimator", "parameters", "seed", "libraries", "python")
    return {
        "candidate": record["name"],
        **{name: record[name] for name in made_with},
        **{name: event[name] for name in ("dataset", "datasets", "training_set", "code")},
        **{name: value for name, value in event.get("request", {}).items() if name == "cutoff"},
    }


def _report(model: Model, run: str, result: Mapping[str, Any], event: Mapping[str, Any], ports: PipelinePorts) -> str:
    key = run_key(model.name, run, EVALUATION_REPORT)
    report = {**result, "candidates": event["candidates"], "definition": json.loads(model.model_dump_json())}
    ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
    return key
