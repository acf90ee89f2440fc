"""Score with ONNX Runtime."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from roost.names import Problem


class OnnxRuntimeModel:
    """One session on one thread: a Lambda function has one request at a time, and threads cost more than they give."""

    def __init__(self, session: Any, problem: Problem) -> None:
        self._session, self._problem = session, problem
        self._input = session.get_inputs()[0].name
        self._output = session.get_outputs()[-1].name

    def score(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Scores, float32, of float32 features (rows, features).

        The probability of the positive class (rows,), the value (rows,), or the probabilities (rows, classes).
        """
        found: npt.NDArray[np.float32] = self._session.run([self._output], {self._input: features})[0]
        if self._problem is Problem.BINARY:
            return found[:, 1]
        return found.reshape(len(features)) if self._problem is Problem.REGRESSION else found


def open_model(body: bytes, problem: Problem = Problem.BINARY) -> OnnxRuntimeModel:
    """Open a model from its ONNX bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"])
    return OnnxRuntimeModel(session, problem)
