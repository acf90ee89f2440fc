"""Training sets in Python, on a laptop or in a notebook, by the engine that the pipeline uses."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_tables import DuckDBTables
from roost.spec.features import FeatureView
from roost.spec.layouts import layout_of

__all__ = ["training_set"]


def training_set(
    labels: Mapping[str, npt.NDArray[Any]],
    views: Sequence[FeatureView],
    files: Mapping[str, Sequence[Path]],
    time: str = "time",
    memory_limit: str = "1500MB",
) -> dict[str, npt.NDArray[Any]]:
    """The labels with the views' features as known at each label's time: every label, in its order.

    Args:
        labels: columns of shape (labels,): the key of each view, ``time`` as ``datetime64``, and whatever else.
        views: views to join; those of one source share its files.
        files: by name of a source the Parquet files with its rows: valid rows of a data set, logs of a stream.
        time: name of the labels' time.
        memory_limit: what the engine keeps within, a number and a unit, by spilling to disk and by answering in
            portions of entities; a million labels and their answers are counted in, more of them come on top.

    Raises:
        ValueError: the memory limit is written otherwise.
        KeyError: the labels lack a view's key or the time, or there are no files of a view's source.
        DataRejected: a sum does not fit into 64 bits.
    """
    tables, times = DuckDBTables(memory_limit), labels[time].astype("datetime64[us]").astype(np.int64)
    found = dict(labels)
    for view in views:
        keys = labels[view.entity.key]
        found |= tables.features_at(files[view.source.name], view.source, layout_of(view), keys, times)
    return found
