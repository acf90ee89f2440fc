"""The evidence that a package carries: what its card says, and nothing that a clock or another model's fate decides.

The champion depends on when a run happens, so comparisons with it stand in the run's report, not here: the same
lineage must give the same package. Numbers are rounded, so that the last bits of a processor's sums do not name it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.curves import histogram, precision_recall_curve, reliability, roc_curve
from roost.domain.evaluation import BUILT_IN, oriented
from roost.domain.gates import GateReading
from roost.domain.importances import permutation_importances
from roost.domain.judged import Judged, JudgedGroup, Number, difference
from roost.domain.measurements import MEASUREMENTS
from roost.domain.scoring import Model as ScoringModel
from roost.names import Fold, Problem
from roost.spec import Model
from roost.workflows.deciding import DecisionRule
from roost.workflows.fold_masks import iso
from roost.workflows.holdout_judging import resampling
from roost.workflows.slicing import groups
from roost.workflows.training_set import TrainingSet

Vector = npt.NDArray[np.float64]

DIGITS = 6
IMPORTANCE_ROWS = 2000


@dataclass(frozen=True)
class Judgement:
    """Everything that was found out: numbers, decision rule, gates, what was tried, raw and calibrated scores."""

    judged: Judged
    rule: DecisionRule
    gates: Sequence[GateReading]
    story: Mapping[str, Any]
    raw: Vector
    scores: Vector


def evidence_document(model: Model, data: TrainingSet, found: Judgement, package: ScoringModel) -> dict[str, Any]:
    """The evidence, with rounded numbers."""
    label = data.label[data.folds[Fold.HOLDOUT]]
    document: dict[str, Any] = rounded(
        {
            **about(model, data),
            **quality(model, data, found.judged),
            "tried": found.story,
            "calibration": {"method": found.rule.calibration.method, "log_losses": found.rule.calibration.log_losses},
            "decision": decision(model, found.rule),
            "slices": slices(model, data, found.judged),
            "behaviours": found.judged.behaviours,
            "gates": deterministic(found.gates),
            "curves": curves(model, label, found.raw, found.scores),
            "importances": importances(model, data, package),
        }
    )
    return document


def decision(model: Model, rule: DecisionRule) -> dict[str, Any]:
    """The threshold, and by which declared rule it was found; empty of a model that decides nothing."""
    if rule.threshold is None or model.threshold is None:
        return {}
    return {"threshold": rule.threshold, "rule": model.threshold.model_dump(mode="json", exclude_none=True)}


def rounded(value: Any) -> Any:
    """A document with its numbers to six significant digits; what is not a number becomes None."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value


def about(model: Model, data: TrainingSet) -> dict[str, Any]:
    """What the model is for, whose it is, and the rows that it was made from and judged on."""
    return {
        "model": model.name, "description": model.description, "owner": model.owner, "problem": model.problem.value,
        "label": model.label, "seed": model.seed, "selection_metric": model.selection_metric,
        "folds": {fold.value: _fold(model, data, fold) for fold in Fold},
    }  # fmt: skip


def _fold(model: Model, data: TrainingSet, fold: Fold) -> dict[str, Any]:
    rows = data.folds[fold]
    told: dict[str, Any] = {"rows": int(rows.sum())}
    times = data.columns[model.source.event_time][rows].astype(np.float64)
    known = times[~np.isnan(times)]
    if known.size:
        told |= {"from": iso(int(known.min())), "to": iso(int(known.max()))}
    return told | ({"positives": int(data.label[rows].sum())} if model.problem is Problem.BINARY else {})


def quality(model: Model, data: TrainingSet, judged: Judged) -> dict[str, Any]:
    """Every metric with its interval, beside the trivial baseline's; and how the intervals were made."""
    told, plan = model.evaluation, resampling(model, data)
    clusters = None if plan.cluster is None else int(plan.cluster.max()) + 1
    metrics = {name: _number(number, told.level) for name, number in judged.numbers.items()}
    for name, number in judged.baseline.items():
        found = None if name == "flagged_share" else difference(name, judged.numbers, judged.baseline)
        metrics[name] |= {"baseline": number.value, "gain": found.summary(told.level) if found else None}
    method = {"resamples": told.resamples, "level": told.level, "cluster": told.cluster, "clusters": clusters}
    return {"intervals": method, "metrics": metrics}


def _number(number: Number, level: float) -> dict[str, Any]:
    found = number.interval(level)
    return {"value": number.value, **({"low": found[0], "high": found[1]} if found else {})}


def slices(model: Model, data: TrainingSet, judged: Judged) -> list[dict[str, Any]]:
    """Every judged group with its numbers, then those that have too few rows, without."""
    told = [_group(group, model.evaluation.level) for group in judged.groups]
    few = [group for group in groups(model, data) if not group.supported]
    return told + [
        {"slice": group.slice, "group": group.name, "rows": len(group.rows), "positives": group.positives}
        for group in few[: 10 * len(model.slices)]
    ]


def _group(group: JudgedGroup, level: float) -> dict[str, Any]:
    numbers = {name: _number(number, level) for name, number in group.numbers.items()}
    kept = {name: value for name, value in asdict(group).items() if name in ("slice", "group", "rows", "positives")}
    return {**kept, "metrics": numbers, "worse": list(group.worse)}


def deterministic(read: Sequence[GateReading]) -> list[dict[str, Any]]:
    """The readings that depend on the lineage alone."""
    return [
        asdict(reading) for reading in read
        if not reading.gate.endswith("versus champion") and reading.gate.split()[0] not in MEASUREMENTS
    ]  # fmt: skip


def curves(model: Model, label: Vector, raw: Vector, calibrated: Vector) -> dict[str, Any]:
    """The curves of a binary model on the holdout; no other has any."""
    if model.problem is not Problem.BINARY:
        return {}
    return {
        "roc": roc_curve(label, calibrated),
        "precision_recall": precision_recall_curve(label, calibrated),
        "reliability": reliability(label, calibrated),
        "reliability_raw": reliability(label, raw),
        "histogram": histogram(label, calibrated),
    }


def importances(model: Model, data: TrainingSet, package: ScoringModel) -> dict[str, Any]:
    """Permutation importances on up to 2,000 rows of the holdout, drawn by the model's seed, through the package.

    They are losses of the selection metric, or of the problem's first built-in one where that is the project's own.
    """
    built_in = BUILT_IN[model.problem]
    metric = model.selection_metric if model.selection_metric in built_in else next(iter(built_in))
    places = _sample(data.label[data.folds[Fold.HOLDOUT]], model.seed)
    rows = np.flatnonzero(data.folds[Fold.HOLDOUT])[places]
    label = data.label[rows]
    found = permutation_importances(
        model.features, data.features[rows],
        lambda features: np.asarray(package.score(features), dtype=np.float64),
        lambda score: oriented(metric, built_in[metric](label, score)), model.seed,
    )  # fmt: skip
    return {"metric": metric, "rows": len(rows), "features": found}


def _sample(label: Vector, seed: int) -> npt.NDArray[np.intp]:
    """Rows in a random order, as many as wanted; every label value keeps its share but for at least two rows."""
    random = np.random.default_rng(seed)
    share = min(1.0, IMPORTANCE_ROWS / len(label))
    values = np.unique(label)
    if len(values) > 100:
        return np.sort(random.permutation(len(label))[:IMPORTANCE_ROWS])
    kept = [random.permutation(np.flatnonzero(label == value)) for value in values]
    return np.sort(np.concatenate([rows[: max(2, round(share * len(rows)))] for rows in kept]))
