"""Score with ONNX Runtime."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime


class OnnxRuntimeModel:
    """One session on one thread: a Lambda function has one request at a time, and threads cost more than they give."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        self._output = session.get_outputs()[-1].name

    def score(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Probability of the positive class, float32 (rows,), of float32 features (rows, features)."""
        probabilities = self._session.run([self._output], {self._input: features})[0]
        scores: npt.NDArray[np.float32] = probabilities[:, 1]
        return scores


def open_model(body: bytes) -> OnnxRuntimeModel:
    """Open a model from its ONNX bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return OnnxRuntimeModel(onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"]))
