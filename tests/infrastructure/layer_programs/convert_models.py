"""Fit three models, convert them to ONNX and write both with the scores: python -I -S convert_models.py LAYER OUT."""

import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

out = Path(sys.argv[2])
rows = np.random.default_rng(7).normal(size=(2000, 8)).astype(np.float32)
labels = (rows[:, 0] * rows[:, 1] + rows[:, 2] > 0).astype(np.int64)
models = {
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "forest": RandomForestClassifier(n_estimators=20, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=50, random_state=0),
}
for name, model in models.items():
    model.fit(rows, labels)
    converted = to_onnx(model, rows[:1], options={"zipmap": False})
    (out / f"{name}.onnx").write_bytes(converted.SerializeToString())
    np.save(out / f"{name}.npy", model.predict_proba(rows))
np.save(out / "rows.npy", rows)
