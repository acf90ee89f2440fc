"""Score what convert_models.py wrote and print the largest difference: python -I -S score_models.py LAYER OUT."""

import json
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import numpy as np
import onnxruntime

out = Path(sys.argv[2])
rows = np.load(out / "rows.npy")
differences = {}
for path in sorted(out.glob("*.onnx")):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    _, scores = session.run(None, {session.get_inputs()[0].name: rows})
    differences[path.stem] = float(np.abs(scores - np.load(path.with_suffix(".npy"))).max())
print(json.dumps(differences))
