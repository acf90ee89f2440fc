"""Our side of throughput, in a process of its own. Arguments: folder, package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.onnx_runtime import open_model
from roost.object_keys import PACKAGE_MODEL
from tests.benchmarks.features.answering import answer_all

FOLDER, PACKAGE = Path(sys.argv[1]), sys.argv[2]
CHUNK = 4096
MODEL = open_model((FOLDER / "packages" / PACKAGE / PACKAGE_MODEL).read_bytes())
with np.load(FOLDER / "training.npz") as arrays:
    FEATURES, NAMES = arrays["features"], [str(name) for name in arrays["names"]]


def prepare() -> int:
    """The file that both sides read."""
    DuckDBTables().write_table(dict(zip(NAMES, FEATURES.T, strict=True)), FOLDER / "features.parquet")
    return len(FEATURES)


def scored(features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scores, chunk by chunk."""
    return np.concatenate([MODEL.score(features[first : first + CHUNK]) for first in range(0, len(features), CHUNK)])


def score() -> int:
    """Score what is in memory."""
    return len(scored(FEATURES))


def from_file() -> int:
    """From Parquet to Parquet."""
    with duckdb.connect(config={"threads": 1}) as opened:
        columns = opened.sql(f"SELECT * FROM read_parquet('{FOLDER}/features.parquet')").fetchnumpy()
    features = np.column_stack([columns[name] for name in NAMES])
    scores = scored(features)
    DuckDBTables().write_table({"score": scores}, FOLDER / "ours.parquet")
    return len(scores)


answer_all({"prepare": prepare, "score": score, "file": from_file})
