"""The training set as it passes between steps: arrays by name in one ``.npz``, never pickled."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.evaluation import built_in_metrics
from roost.object_keys import TRAINING_ARRAYS, run_key
from roost.ports import ObjectStore
from roost.spec import Model
from roost.workflows.training_arrays import map_arrays

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TrainingSet:
    """Features float32 (rows, features), label float64 (rows,), carried columns by name, and folds as masks."""

    features: npt.NDArray[np.float32]
    label: npt.NDArray[np.float64]
    columns: dict[str, npt.NDArray[Any]]
    folds: dict[str, Mask]
    golden: dict[str, npt.NDArray[np.float64]]

    @property
    def bytes(self) -> int:
        """Size of all arrays together."""
        held = (self.columns, self.folds, self.golden)
        return self.features.nbytes + self.label.nbytes + sum(array.nbytes for part in held for array in part.values())

    def metrics(self, model: Model, fold: str, score: npt.NDArray[np.float64]) -> dict[str, float]:
        """Metrics of the model's problem and the project's own, of scores for the rows of a fold."""
        mask = self.folds[fold]
        return built_in_metrics(model.problem, self.label[mask], score) | {
            metric.name: float(
                metric.function(
                    label=self.label[mask],
                    score=score,
                    **{name: self.columns[name][mask] for name in metric.inputs},
                )
            )
            for metric in model.project_metrics
        }


def read_training_set(lake: ObjectStore, model: str, run: str) -> TrainingSet:
    """Read what BuildFeatures wrote for a run, as views of a file on disk: only rows that are used take memory."""
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        path = Path(folder) / TRAINING_ARRAYS
        lake.download(run_key(model, run, TRAINING_ARRAYS), path)
        held = map_arrays(path)
    return TrainingSet(
        features=held["features"],
        label=held["label"],
        columns=_under(held, "column__"),
        folds=_under(held, "fold__"),
        golden=_under(held, "golden__"),
    )


def _under(held: dict[str, npt.NDArray[Any]], prefix: str) -> dict[str, npt.NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in held.items() if name.startswith(prefix)}
