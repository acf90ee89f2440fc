"""The peers' side of throughput, in their own environment. Argument: the folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "features"))

import joblib
import mlflow
import numpy as np
import pandas as pd
from answering import answer_all

FOLDER = sys.argv[1]
MODEL, PYFUNC = joblib.load(f"{FOLDER}/model.joblib"), mlflow.pyfunc.load_model(f"{FOLDER}/mlflow")
with np.load(f"{FOLDER}/training.npz") as arrays:
    FRAME = pd.DataFrame(arrays["features"], columns=arrays["names"])


def sklearn() -> int:
    return len(MODEL.predict_proba(FRAME))


def pyfunc() -> int:
    return len(PYFUNC.predict(FRAME))


def from_file() -> int:
    scores = PYFUNC.predict(pd.read_parquet(f"{FOLDER}/features.parquet"))
    pd.DataFrame({"score": scores[:, 1]}).to_parquet(f"{FOLDER}/peers.parquet")
    return len(scores)


answer_all({"sklearn": sklearn, "pyfunc": pyfunc, "file": from_file})
