"""BuildFeatures: what was known at each row's time, as the model will see it, split into folds."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.categories import codes
from roost.domain.feature_vector import assemble
from roost.domain.folds import Span
from roost.object_keys import LEAKAGE_SAMPLE, TRAINING_ARRAYS, TRAINING_SET, run_key
from roost.ports import PipelinePorts, RowSpan, TableEngine
from roost.spec import Model
from roost.spec.layouts import layout_of, plan_of
from roost.spec.sources import NUMERIC, ColumnType
from roost.workflows.fold_masks import HOLDOUT, fold_masks, iso, stretch
from roost.workflows.labels import Labels, label_summary, label_values
from roost.workflows.landed_files import valid_tables
from roost.workflows.leakage import leakage_sample
from roost.workflows.training_arrays import Arrays, digest_of_arrays, write_arrays

GOLDEN_ROWS = 20
NUMBERS = NUMERIC | {ColumnType.TIMESTAMP}


def build_features(
    model: Model,
    run: str,
    datasets: Mapping[str, str],
    cutoff: str | None,
    tables: TableEngine,
    ports: PipelinePorts,
) -> dict[str, Any]:
    """Build the training set of a run from validated data sets; ``cutoff`` (ISO 8601) leaves out what came later.

    Rows without a label are left out, their events are not.

    ``datasets`` holds the digest of the data set of each of the model's sources, by the source's name.

    Raises:
        NoDataFound: the data set has not been validated.
        DataRejected: a fold lacks a class, a label is not what the problem takes, or a sum does not fit into 64 bits.
    """
    with valid_tables(ports.lake, datasets) as found:
        time = stretch(model, tables.time_span(found[model.source.name], model.source.event_time), cutoff)
        columns, views = _read(model, found, time, tables)
    label = label_values(model, columns[model.label])
    folds = fold_masks(model, columns, label, time)
    arrays = _arrays(model, columns, views, label, folds)
    _store(model, run, arrays, tables, ports)
    sample = leakage_sample(model, columns, views, np.logical_or.reduce([*folds.values()]))
    _upload(sample, run_key(model.name, run, LEAKAGE_SAMPLE), ports)
    return {
        "training_set": digest_of_arrays(arrays),
        "key": run_key(model.name, run, TRAINING_ARRAYS),
        "rows": {name: int(mask.sum()) for name, mask in folds.items()},
        **label_summary(model, label, folds),
        "features": len(model.features),
        "from": iso(time.start),
        "to": iso(time.end),
    }


def _read(model: Model, found: Mapping[str, Path], time: Span, tables: TableEngine) -> tuple[Arrays, Arrays]:
    rows = RowSpan(found[model.source.name], model.source, time.start, time.end)
    wanted = tuple(dict.fromkeys([*model.carried_columns(), *model.request]))
    columns = tables.columns(rows, wanted, model.label)
    views: Arrays = {}
    for view in model.views:
        views |= tables.row_features(rows, found[view.source.name], view.source, layout_of(view))
    return columns, views


def _inputs(model: Model, columns: Arrays, views: Arrays) -> Arrays:
    """What the feature plan takes, as numbers; text by the table that scoring uses."""
    numbers = [name for name in model.request if model.source.column(name).type in NUMBERS]
    texts = {name: codes(columns[name], categories) for name, categories in model.categories().items()}
    return {**{name: columns[name].astype(np.float64) for name in numbers}, **texts, **views}


def _arrays(model: Model, columns: Arrays, views: Arrays, label: Labels, folds: Arrays) -> Arrays:
    inputs = _inputs(model, columns, views)
    arrays: Arrays = {
        "features": assemble(plan_of(model), inputs),
        "label": label,
        **{f"column__{name}": columns[name] for name in model.carried_columns()},
        **{f"fold__{name}": mask for name, mask in folds.items()},
    }
    used = np.logical_or.reduce([*folds.values()])
    golden = np.flatnonzero(folds[HOLDOUT])[:GOLDEN_ROWS]
    return {name: array[used] for name, array in arrays.items()} | {
        f"golden__{name}": column[golden] for name, column in inputs.items()
    }


def _store(model: Model, run: str, arrays: Arrays, tables: TableEngine, ports: PipelinePorts) -> None:
    with tempfile.TemporaryDirectory(prefix="features-") as folder:
        table_path = Path(folder) / TRAINING_SET
        tables.write_table(_shown(model, arrays), table_path)
        ports.lake.upload(table_path, run_key(model.name, run, TRAINING_SET))
    _upload(arrays, run_key(model.name, run, TRAINING_ARRAYS), ports)


def _upload(arrays: Mapping[str, npt.NDArray[Any]], key: str, ports: PipelinePorts) -> None:
    with tempfile.TemporaryDirectory(prefix="arrays-") as folder:
        path = Path(folder) / "arrays.npz"
        write_arrays(arrays, path)
        ports.lake.upload(path, key)


def _shown(model: Model, arrays: Arrays) -> Arrays:
    """The training set as a table that a person can query: carried columns, then features, then folds."""
    carried = {name: _readable(model, name, arrays[f"column__{name}"]) for name in model.carried_columns()}
    features = dict(zip(model.features, arrays["features"].T, strict=True))
    inputs = {f"feature__{name}" if name in carried else name: column for name, column in features.items()}
    return carried | inputs | {name: array for name, array in arrays.items() if name.startswith("fold__")}


def _readable(model: Model, name: str, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if model.source.column(name).type is not ColumnType.TIMESTAMP:
        return column
    known = np.where(np.isnan(column), 0.0, np.round(column * 1e6)).astype("datetime64[us]")
    return np.where(np.isnan(column), np.datetime64("NaT"), known)
