"""Make a model package: everything that serving, the smoke test and an auditor need, under one digest."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.card_page import card_page
from roost.domain.degraded_answers import PERMITTED
from roost.domain.evaluation import score_quantiles
from roost.domain.feature_vector import FeaturePlan
from roost.domain.model_card import model_card
from roost.domain.package import FORMAT, canonical_bytes, digest_of, sha256
from roost.domain.reference_bins import reference_of
from roost.domain.scoring import calibrated, score_rows
from roost.names import Fold
from roost.object_keys import (
    PACKAGE_CARD,
    PACKAGE_CARD_PAGE,
    PACKAGE_EVIDENCE,
    PACKAGE_MANIFEST,
    PACKAGE_MODEL,
    package_key,
)
from roost.ports import ObjectStore, OnnxModel
from roost.spec import Column, Model
from roost.spec.definition import reference
from roost.spec.layouts import layout_of
from roost.workflows.training_set import TrainingSet


def signature(model: Model) -> dict[str, Any]:
    """The part of the manifest that follows from the definition alone: how a request becomes features."""
    return {
        "format": FORMAT,
        "model": model.name,
        "problem": model.problem.value,
        "classes": list(model.classes),
        "event_time": model.source.event_time,
        "features": list(model.features),
        "request": [_request_column(model.source.column(name)) for name in model.request],
        "views": [layout_of(view).to_manifest() for view in model.views],
        "view_sources": {view.name: view.source.name for view in model.views},
        "on_demand": [
            {"name": f.name, "function": reference(f.function), "inputs": list(f.inputs)} for f in model.on_demand
        ],
        "defaults": model.defaults,
        "decision": model.threshold.model_dump(include={"positive", "negative"}) if model.threshold else None,
        **({PERMITTED: True} if model.degraded_answers else {}),
    }


def _request_column(column: Column) -> dict[str, Any]:
    return column.model_dump(mode="json", include={"name", "type", "nullable", "minimum", "maximum", "allowed"})


def golden_rows(manifest: Mapping[str, Any], data: TrainingSet, onnx: OnnxModel) -> dict[str, Any]:
    """Rows of inputs as serving sees them, and their scores through the serving path."""
    names = sorted(data.golden)
    length = len(data.golden[names[0]]) if names else 0
    rows = [{name: _value(data.golden[name][index]) for name in names} for index in range(length)]
    return {"rows": rows, "scores": score_rows(FeaturePlan.from_manifest(manifest), calibrated(onnx, manifest), rows)}


def reference_bins(model: Model, data: TrainingSet, scores: npt.NDArray[np.float64]) -> dict[str, Any]:
    """The bins that predictions are counted in, with the counts of the training rows and of the holdout.

    ``segments`` are the model's slices by a column that a prediction is logged with, whose groups are known beforehand.
    """
    served = (scores if scores.ndim == 1 else scores.max(axis=1)).astype(np.float32)
    rows = (data.features[data.folds[Fold.TRAIN]], data.features[data.folds[Fold.HOLDOUT]])
    return {**reference_of(model.features, *rows, served), "segments": _segments(model)}


def _segments(model: Model) -> list[dict[str, Any]]:
    categories = model.categories()
    return [
        {"name": part.name, "column": part.column, "edges": list(part.edges),
         "categories": list(categories.get(part.column, ()))}
        for part in model.slices
        if part.column in {*model.features, *model.request} and (part.edges or part.column in categories)
    ]  # fmt: skip


def _value(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def build_manifest(
    model: Model, data: TrainingSet, onnx: OnnxModel, body: bytes, found: Mapping[str, Any]
) -> dict[str, Any]:
    """The manifest but for its evidence.

    ``found`` holds ``threshold``, ``calibration``, ``holdout_scores`` (calibrated), ``metrics``, ``baseline``,
    ``lineage``.
    """
    base = signature(model) | {"calibration": found["calibration"]}
    return {
        **base,
        "threshold": found["threshold"],
        "rank_reference": score_quantiles(found["holdout_scores"]),
        "golden": golden_rows(base, data, onnx),
        "reference_bins": reference_bins(model, data, found["holdout_scores"]),
        "files": {PACKAGE_MODEL: sha256(body)},
        "metrics": found["metrics"],
        "baseline": found["baseline"],
        "lineage": found["lineage"],
    }


def store_package(packages: ObjectStore, manifest: Mapping[str, Any], body: bytes, evidence: Mapping[str, Any]) -> str:
    """Store a package under its digest, which is returned.

    One that is there already is written again, byte for byte: a write takes off the tag of a package that was given up.
    The cards follow from manifest and evidence, so they stand beside the files that the manifest names.
    """
    evidence_body = canonical_bytes(evidence)
    whole = {**manifest, "files": {**manifest["files"], PACKAGE_EVIDENCE: sha256(evidence_body)}}
    digest = digest_of(whole)
    packages.put(package_key(digest, PACKAGE_MODEL), body)
    packages.put(package_key(digest, PACKAGE_EVIDENCE), evidence_body, "application/json")
    packages.put(package_key(digest, PACKAGE_CARD), model_card(whole, evidence, digest).encode(), "text/markdown")
    page = card_page(whole, evidence, digest).encode()
    packages.put(package_key(digest, PACKAGE_CARD_PAGE), page, "text/html")
    packages.put(package_key(digest, PACKAGE_MANIFEST), canonical_bytes(whole), "application/json")
    return digest
