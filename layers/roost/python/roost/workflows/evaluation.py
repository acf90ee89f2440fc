"""EvaluateModel: calibrate the chosen candidate, judge its ONNX model on the holdout, and package it."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.evaluation import check_agreement
from roost.domain.feature_vector import FeaturePlan
from roost.domain.gates import readings
from roost.domain.judged import Judged
from roost.domain.measurements import measurements
from roost.domain.package import canonical_bytes
from roost.domain.scoring import calibrated
from roost.domain.search_story import search_story
from roost.names import Fold, Problem
from roost.object_keys import CANDIDATE_MODEL, CANDIDATE_RECORD, CANDIDATE_SCORES, candidate_key
from roost.ports import OnnxModel, PipelinePorts
from roost.spec import Model
from roost.workflows.behavioural_testing import behavioural_tests
from roost.workflows.champion import champion_on_holdout
from roost.workflows.deciding import DecisionRule, as_served, decision_rule
from roost.workflows.evaluation_report import answer, store_report
from roost.workflows.evidence import Judgement, evidence_document
from roost.workflows.holdout_judging import Contender, judge_holdout
from roost.workflows.packaging import build_manifest, store_package
from roost.workflows.single_row_latency import single_row_latency
from roost.workflows.training_set import read_training_set

OpenModel = Callable[[bytes, Problem], OnnxModel]
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """What TrainModel left of the chosen candidate; scores are raw, of the comparison fold and of the holdout."""

    name: str
    body: bytes
    record: dict[str, Any]
    selection_scores: Vector
    holdout_scores: Vector


def evaluate_model(
    model: Model, event: Mapping[str, Any], open_model: OpenModel, ports: PipelinePorts
) -> dict[str, Any]:
    """Evaluate ``event["candidate"]``, which a search chose; ``event["search"]["report"]`` is the key of its report.

    ``event`` also names run, dataset, datasets, training_set and code. The answer is a summary; everything else stands
    in the report and in the package's evidence.

    Raises:
        ConversionMismatch: the ONNX model scores a holdout row otherwise than the fitted one.
        ThresholdUnreachable: no threshold keeps what the definition demands of decisions.
        BehaviouralTestBroken: a behavioural test lacks an input.
    """
    data = read_training_set(ports.lake, model.name, event["run"])
    trained = _trained(model, event, ports)
    onnx = open_model(trained.body, model.problem)
    raw = np.asarray(onnx.score(data.features[data.folds[Fold.HOLDOUT]]), dtype=np.float64)
    difference = check_agreement(raw, trained.holdout_scores)
    rule = decision_rule(model, data, trained.selection_scores)
    ours = Contender(as_served(rule.calibration.calibrator.many(raw)), rule.threshold)
    champion = champion_on_holdout(model, data, open_model, ports)
    judged = replace(judge_holdout(model, data, ours, champion.contender), why_none=champion.why_none)
    manifest = build_manifest(model, data, onnx, trained.body, _found(rule, ours, judged, trained, event))
    judged = _tested(model, manifest, onnx, len(trained.body), judged)
    gates = readings(model.gates, judged)
    judgement = Judgement(judged, rule, gates, _story(event, ports), raw, ours.scores)
    evidence = evidence_document(model, data, judgement, calibrated(onnx, manifest))
    package = store_package(ports.packages, manifest, trained.body, evidence)
    told = answer(model, trained.name, package, judgement, champion) | {"onnx_difference": difference}
    return {**told, "report": store_report(model, event, told, judgement, evidence, ports)}


def _trained(model: Model, event: Mapping[str, Any], ports: PipelinePorts) -> Trained:
    chosen = event["candidate"]
    body, record, scores = (
        ports.lake.get(candidate_key(model.name, event["run"], chosen, name))
        for name in (CANDIDATE_MODEL, CANDIDATE_RECORD, CANDIDATE_SCORES)
    )
    with np.load(io.BytesIO(scores), allow_pickle=False) as arrays:
        return Trained(chosen, body, json.loads(record), arrays["selection_scores"], arrays["holdout_scores"])


def _found(
    rule: DecisionRule, ours: Contender, judged: Judged, trained: Trained, event: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "threshold": rule.threshold,
        "calibration": rule.calibration.calibrator.to_manifest(),
        "holdout_scores": ours.scores,
        "metrics": {name: number.value for name, number in judged.numbers.items()},
        "baseline": {name: number.value for name, number in judged.baseline.items()},
        "lineage": _lineage(trained.record, event),
    }


def _lineage(record: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    made_with = ("estimator", "parameters", "seed", "libraries", "python")
    return {
        "candidate": record["name"],
        **{name: record[name] for name in made_with},
        **{name: event[name] for name in ("dataset", "datasets", "training_set", "code")},
        **{name: value for name, value in event.get("request", {}).items() if name == "cutoff"},
    }


def _tested(model: Model, manifest: Mapping[str, Any], onnx: OnnxModel, model_bytes: int, judged: Judged) -> Judged:
    """Add what only a package can be tested for: behaviours, latency of one row, size."""
    plan, package, golden = FeaturePlan.from_manifest(manifest), calibrated(onnx, manifest), manifest["golden"]["rows"]
    behaviours = behavioural_tests(model, plan, package, golden)
    taken = single_row_latency(plan, package, golden)
    size = model_bytes + len(canonical_bytes(manifest))
    return replace(judged, behaviours=behaviours, measured=measurements(taken, size))


def _story(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    return search_story(json.loads(ports.lake.get(event["search"]["report"])))
