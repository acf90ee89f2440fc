"""The peers' side, in their own environment. Arguments: folder, and a way (sklearn, pyfunc) or ``fit``.

A way loads its model, says ``ready`` after its first answer and then answers each number of calls that it is asked for
with their median in seconds. ``row.json`` holds the row and the score that ours gave it, which the peers must give too.
"""

import json
import statistics
import sys
import time
import warnings
from pathlib import Path

FOLDER, WAY = sys.argv[1:]
TOLERANCE = 1e-6
warnings.simplefilter("ignore")


def fit() -> None:
    import joblib
    import mlflow
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline

    with np.load(f"{FOLDER}/training.npz") as arrays:
        frame = pd.DataFrame(arrays["features"], columns=arrays["names"])
        label = arrays["label"].astype(int)
    model = make_pipeline(HistGradientBoostingClassifier(max_iter=100, random_state=0)).fit(frame, label)
    joblib.dump(model, f"{FOLDER}/model.joblib")
    signature = mlflow.models.infer_signature(frame.head(), model.predict_proba(frame.head()))
    mlflow.sklearn.save_model(
        model, f"{FOLDER}/mlflow", signature=signature, pyfunc_predict_fn="predict_proba",
        serialization_format="cloudpickle",
    )  # fmt: skip


def load():  # type: ignore[no-untyped-def]
    import joblib
    import numpy as np
    import pandas as pd

    if WAY == "sklearn":
        model = joblib.load(f"{FOLDER}/model.joblib")
        return lambda: model.predict_proba(pd.DataFrame([ROW]))
    import mlflow

    pyfunc = mlflow.pyfunc.load_model(f"{FOLDER}/mlflow")
    return lambda: pyfunc.predict(pd.DataFrame([ROW]).astype(np.float32))


def once() -> float:
    started = time.perf_counter()
    PREDICT()
    return time.perf_counter() - started


if WAY == "fit":
    fit()
else:
    ROW, SCORE = json.loads(Path(f"{FOLDER}/row.json").read_text())
    PREDICT = load()
    assert abs(PREDICT()[0][1] - SCORE) < TOLERANCE, (PREDICT(), SCORE)
    print("ready", flush=True)
    for line in sys.stdin:
        print(statistics.median(once() for _ in range(int(line))), flush=True)
