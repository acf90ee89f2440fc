"""One fitted model on both sides: the same data, estimator, parameters and seed; ours as a package on local disk."""

from pathlib import Path

import numpy as np

from roost.adapters.onnx_runtime import open_model
from roost.adapters.scikit_learn import ScikitLearnTrainer
from roost.domain.feature_vector import FeaturePlan
from roost.domain.package import canonical_bytes, digest_of, sha256
from roost.domain.scoring import score_rows
from roost.object_keys import PACKAGE_MANIFEST, PACKAGE_MODEL
from roost.spec import load_model
from roost.workflows.packaging import signature

ROWS = 100_000
PARAMETERS = {"max_iter": 100}
SEED = 0
REQUEST = {"event_time": "2018-08-15T10:00:00", "customer_id": 5, "terminal_id": 7, "amount": 50.5}


def make(folder: Path) -> str:
    """Write ``training.npz`` for the peers, and our package under its digest, which is returned."""
    model = load_model("fraud")
    random = np.random.default_rng(SEED)
    features = random.gamma(2.0, 20.0, (ROWS, len(model.features))).astype(np.float32)
    odds = (features[:, 0] - 60) / 20 + random.normal(size=ROWS)
    label = (odds > 2).astype(np.float64)
    np.savez(folder / "training.npz", features=features, label=label, names=np.array(model.features))
    fitted = ScikitLearnTrainer().fit("hist_gradient_boosting", PARAMETERS, SEED, features, label)
    return _package(folder, fitted.to_onnx(len(model.features)))


def _package(folder: Path, body: bytes) -> str:
    model = load_model("fraud")
    base = signature(model)
    inputs = [*model.view_features(), "amount", "event_time", "customer_id", "terminal_id"]
    rows: list[dict[str, float | None]] = [dict.fromkeys(inputs, 10.0)]
    scores = score_rows(FeaturePlan.from_manifest(base), open_model(body), rows)
    quantiles = [step / 100 for step in range(101)]
    manifest = {
        **base, "threshold": 0.5, "rank_reference": quantiles, "files": {PACKAGE_MODEL: sha256(body)},
        "golden": {"rows": rows, "scores": scores}, "metrics": {}, "baseline": {}, "lineage": {},
    }  # fmt: skip
    digest = digest_of(manifest)
    place = folder / "packages" / digest
    place.mkdir(parents=True, exist_ok=True)
    (place / PACKAGE_MODEL).write_bytes(body)
    (place / PACKAGE_MANIFEST).write_bytes(canonical_bytes(manifest))
    return digest
