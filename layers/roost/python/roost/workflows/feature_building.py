"""BuildFeatures: what was known at each row's time, as the model will see it, split by time."""

import hashlib
import io
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.feature_vector import assemble
from roost.domain.folds import Fold, Span, comparison_fold, fold_before, next_midnight
from roost.errors import DataRejected
from roost.names import TRAINING_ARRAYS, TRAINING_SET, VALID_ROWS, dataset_key, run_key
from roost.ports import PipelinePorts, TableEngine
from roost.spec import Model
from roost.spec.layouts import layout_of, plan_of
from roost.spec.sources import NUMERIC, ColumnType

Columns = dict[str, npt.NDArray[Any]]
Mask = npt.NDArray[np.bool_]

GOLDEN_ROWS = 20


def build_features(
    model: Model, run: str, dataset: str, cutoff: str | None, tables: TableEngine, ports: PipelinePorts
) -> dict[str, Any]:
    """Build the training set of a run from a validated data set; ``cutoff`` (ISO 8601) leaves out what came later.

    Raises:
        DataRejected: a fold lacks a class; the message names the fold, its time and its counts.
    """
    with tempfile.TemporaryDirectory(prefix="features-") as folder:
        table = Path(folder) / "valid.parquet"
        ports.lake.download(dataset_key(dataset, VALID_ROWS), table)
        final = final_fold(model, table, cutoff, tables)
        columns, views = _read(model, table, final, tables)
    folds = _folds(model, columns, final)
    label = columns[model.label].astype(np.float64)
    _check_classes(folds, label, final)
    inputs = {**_numbers(model, columns), **views}
    arrays: Columns = {
        "features": assemble(plan_of(model), inputs),
        "label": label,
        **{f"column__{name}": columns[name] for name in model.carried_columns()},
        **{f"fold__{name}": mask for name, mask in folds.items()},
        **_golden(inputs, folds["holdout"]),
    }
    _store(model, run, arrays, tables, ports)
    return {
        "training_set": digest_of_arrays(arrays),
        "rows": {name: int(mask.sum()) for name, mask in folds.items()},
        "positives": {name: int(label[mask].sum()) for name, mask in folds.items()},
        "features": len(model.features),
        "from": _iso(comparison_fold(final).train.start),
        "to": _iso(final.evaluated.end),
    }


def final_fold(model: Model, table: Path, cutoff: str | None, tables: TableEngine) -> Fold:
    """The fold that the model is judged on: it ends at the cutoff, or at the end of the last day with data."""
    end = (
        int(_utc(cutoff).timestamp()) if cutoff else next_midnight(tables.time_span(table, model.source.event_time)[1])
    )
    lengths = (model.split.train, model.split.gap, model.split.holdout)
    return fold_before(end, *(int(length.total_seconds()) for length in lengths))


def _read(model: Model, table: Path, final: Fold, tables: TableEngine) -> tuple[Columns, Columns]:
    since, until = comparison_fold(final).train.start, final.evaluated.end
    wanted = tuple(dict.fromkeys([*model.carried_columns(), *model.request]))
    columns = tables.columns(table, model.source, wanted, since, until)
    views: Columns = {}
    for view in model.views:
        views |= tables.window_features(table, model.source, layout_of(view), since, until)
    return columns, views


def _numbers(model: Model, columns: Columns) -> Columns:
    usable = NUMERIC | {ColumnType.TIMESTAMP}
    names = [name for name in model.request if model.source.column(name).type in usable]
    return {name: columns[name].astype(np.float64) for name in names}


def _folds(model: Model, columns: Columns, final: Fold) -> dict[str, Mask]:
    time, earlier = columns[model.source.event_time], comparison_fold(final)
    return {
        "selection_train": _within(time, earlier.train),
        "selection_test": _evaluated(model, columns, time, earlier),
        "train": _within(time, final.train),
        "holdout": _evaluated(model, columns, time, final),
    }


def _evaluated(model: Model, columns: Columns, time: npt.NDArray[Any], fold: Fold) -> Mask:
    mask = _within(time, fold.evaluated)
    if model.holdout_filter is None:
        return mask
    named = {"training": fold.train, "gap": fold.gap, "evaluated": fold.evaluated}
    parts = {
        part: {name: columns[name][_within(time, span)] for name in model.holdout_filter.inputs}
        for part, span in named.items()
    }
    kept = mask.copy()
    kept[mask] = model.holdout_filter.function(**parts)
    return kept


def _within(time: npt.NDArray[Any], span: Span) -> Mask:
    return np.asarray((time >= span.start) & (time < span.end))


def _check_classes(folds: Mapping[str, Mask], label: npt.NDArray[np.float64], final: Fold) -> None:
    earlier = comparison_fold(final)
    spans = (earlier.train, earlier.evaluated, final.train, final.evaluated)
    for (name, mask), span in zip(folds.items(), spans, strict=True):
        rows, positives = int(mask.sum()), int(label[mask].sum())
        if positives in (0, rows):
            raise DataRejected(
                f"the fold '{name}' from {_iso(span.start)} to {_iso(span.end)} has {rows} rows with {positives} "
                "positives; both classes are needed: land more data, or shorten the split"
            )


def _golden(inputs: Columns, holdout: Mask) -> Columns:
    chosen = np.flatnonzero(holdout)[:GOLDEN_ROWS]
    return {f"golden__{name}": column[chosen] for name, column in inputs.items()}


def digest_of_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """SHA-256 over names, types, shapes and bytes of arrays, in the order of their names."""
    hashed = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        hashed.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        hashed.update(array.tobytes())
    return hashed.hexdigest()


def _store(model: Model, run: str, arrays: Columns, tables: TableEngine, ports: PipelinePorts) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    ports.lake.put(run_key(model.name, run, TRAINING_ARRAYS), buffer.getvalue())
    shown = {name: column for name, column in arrays.items() if not name.startswith(("golden__", "features"))}
    shown |= dict(zip(model.features, arrays["features"].T, strict=True))
    with tempfile.TemporaryDirectory(prefix="features-") as folder:
        path = Path(folder) / TRAINING_SET
        tables.write_table(shown, path)
        ports.lake.upload(path, run_key(model.name, run, TRAINING_SET))


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
