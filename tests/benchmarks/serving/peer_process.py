"""The peers' side, in their own environment. Arguments: folder, way (sklearn, pyfunc), mode (fit, warm, cold)."""

import statistics
import sys
import time
import warnings

FOLDER, WAY, MODE = sys.argv[1:]
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
    row = {name: float(value) for name, value in frame.iloc[0].items()}
    joblib.dump(row, f"{FOLDER}/row.joblib")
    signature = mlflow.models.infer_signature(frame.head(), model.predict_proba(frame.head()))
    mlflow.sklearn.save_model(
        model, f"{FOLDER}/mlflow", signature=signature, pyfunc_predict_fn="predict_proba",
        serialization_format="cloudpickle",
    )  # fmt: skip


def load():  # type: ignore[no-untyped-def]
    import joblib
    import numpy as np
    import pandas as pd

    row = joblib.load(f"{FOLDER}/row.joblib")
    if WAY == "sklearn":
        model = joblib.load(f"{FOLDER}/model.joblib")
        return lambda: model.predict_proba(pd.DataFrame([row]))
    import mlflow

    pyfunc = mlflow.pyfunc.load_model(f"{FOLDER}/mlflow")
    return lambda: pyfunc.predict(pd.DataFrame([row]).astype(np.float32))


def once() -> float:
    started = time.perf_counter()
    PREDICT()
    return time.perf_counter() - started


if MODE == "fit":
    fit()
else:
    PREDICT = load()
    once()
    print("ready", flush=True)
    for line in sys.stdin if MODE == "warm" else ():
        print(statistics.median(once() for _ in range(int(line))), flush=True)
