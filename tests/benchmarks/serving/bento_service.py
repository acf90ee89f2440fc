"""The same model behind BentoML: by scikit-learn's pipeline, and by ONNX Runtime. It runs in the model's folder."""

import json
from pathlib import Path
from typing import Any

import bentoml

NAMES = list(json.loads(Path("row.json").read_text())[0])


@bentoml.service(workers=1)
class Pipeline:
    """A DataFrame of one row through scikit-learn."""

    def __init__(self) -> None:
        import joblib

        self.model = joblib.load("model.joblib")

    @bentoml.api
    def predict(self, row: dict[str, Any]) -> float:
        import pandas as pd

        return float(self.model.predict_proba(pd.DataFrame([row]))[0, 1])


@bentoml.service(workers=1)
class Onnx:
    """An array of one row through ONNX Runtime, on one thread."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession("model.onnx", options)

    @bentoml.api
    def predict(self, row: dict[str, Any]) -> float:
        import numpy as np

        features = np.array([[row[name] for name in NAMES]], np.float32)
        wanted, given = self.session.get_outputs()[-1].name, self.session.get_inputs()[0].name
        return float(self.session.run([wanted], {given: features})[0][0, 1])
