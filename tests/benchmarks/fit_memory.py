"""Measure what fits take beside what is estimated, on labels that are noise: python -m tests.benchmarks.fit_memory.

Without arguments all sizes of the table in docs/training.md; ESTIMATOR ROWS FEATURES PARAMETERS for one. Each is
measured in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

SIZES: list[tuple[str, int, int, dict[str, Any]]] = [
    ("logistic_regression", 200_000, 15, {}),
    ("logistic_regression", 200_000, 60, {}),
    ("hist_gradient_boosting", 200_000, 15, {"max_iter": 30}),
    ("hist_gradient_boosting", 200_000, 60, {"max_iter": 30}),
    ("hist_gradient_boosting", 600_000, 15, {"max_iter": 30}),
    ("gradient_boosting", 100_000, 15, {"n_estimators": 5}),
    ("random_forest", 100_000, 15, {"n_estimators": 10}),
    ("extra_trees", 100_000, 15, {"n_estimators": 5}),
]


def write_noise(path: Path, rows: int, features: int) -> None:
    """A training set of random numbers, with labels that no feature tells anything about."""
    from roost.workflows.training_arrays import write_arrays

    random = np.random.default_rng(0)
    label = (random.random(rows) < 0.5).astype(np.float64)
    write_arrays({"features": random.normal(size=(rows, features)).astype(np.float32), "label": label}, path)


def measure(path: Path, estimator: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Fit, score and convert, as TrainModel does, in this process."""
    from roost.adapters.lambda_compute import LambdaCompute
    from roost.adapters.scikit_learn import ScikitLearnTrainer
    from roost.domain.fit_memory import MEGABYTE, FitSize, needed
    from roost.names import Problem
    from roost.workflows.training_arrays import map_arrays

    arrays = map_arrays(path)
    features, label = arrays["features"], arrays["label"]
    every = np.ones(len(label), dtype=np.bool_)
    size = FitSize.of(label, features.shape[1], sum(array.nbytes for array in arrays.values()), Problem.BINARY)
    fitted = ScikitLearnTrainer().fit(estimator, parameters, 0, features[every], label[every])
    fitted.score(features[: len(label) // 4])
    onnx = fitted.to_onnx(features.shape[1])
    estimate = round(needed(estimator, parameters, size) / MEGABYTE)
    return {"peak_mb": LambdaCompute().peak(), "estimate_mb": estimate, "onnx_bytes": len(onnx)}


def in_processes(estimator: str, rows: int, features: int, parameters: dict[str, Any]) -> dict[str, Any]:
    """The measurement in a process of its own, the training set made by another."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "noise.npz")
        run = [sys.executable, "-m", "tests.benchmarks.fit_memory"]
        subprocess.run([*run, "write", path, str(rows), str(features)], check=True)
        fit = [*run, "fit", path, estimator, json.dumps(parameters)]
        found: dict[str, Any] = json.loads(subprocess.run(fit, check=True, capture_output=True).stdout)
        return found


def main(arguments: list[str]) -> None:
    """Measure one size, or all."""
    match arguments:
        case ["write", path, rows, features]:
            write_noise(Path(path), int(rows), int(features))
        case ["fit", path, estimator, parameters]:
            print(json.dumps(measure(Path(path), estimator, json.loads(parameters))))
        case [estimator, rows, features, parameters]:
            print(json.dumps(in_processes(estimator, int(rows), int(features), json.loads(parameters))))
        case _:
            for size in SIZES:
                print(*size, in_processes(*size), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
