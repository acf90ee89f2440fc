"""Convert fitted estimators to ONNX with skl2onnx; imported by who converts, as it takes a second to load."""

import warnings
from typing import Any

import numpy as np
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType

from roost.errors import UnknownEstimator

INPUT = "features"
OPSET = 21
PROBE_ROWS, PROBE_FEATURES = 64, 3


def check_convertible(estimator: str, unfitted: Any, classifier: bool) -> None:
    """Refuse what does not convert, before it is fitted in earnest: a fit to a few random rows is converted.

    Raises:
        UnknownEstimator: the class cannot be fitted to a plain table of numbers, has no converter, or an unsteady one.
    """
    random = np.random.default_rng(0)
    features = random.normal(size=(PROBE_ROWS, PROBE_FEATURES)).astype(np.float32)
    label = np.arange(PROBE_ROWS) % 2 if classifier else np.abs(features[:, 0].astype(np.float64)) + 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = unfitted.fit(features, label)
            first, second = (to_onnx(model, PROBE_FEATURES, classifier) for _ in range(2))
    except Exception as error:  # skl2onnx and scikit-learn have no common error
        raise UnknownEstimator(
            f"estimator {estimator!r} does not convert to ONNX ({type(error).__name__}: {str(error)[:200]}); use one "
            f"that does, like hist_gradient_boosting; which do: https://onnx.ai/sklearn-onnx/supported.html"
        ) from error
    if first != second:
        raise UnknownEstimator(
            f"estimator {estimator!r} converts to other bytes each time, so that no version could be reproduced; use "
            f"another, like hist_gradient_boosting"
        )


def to_onnx(model: Any, width: int, classifier: bool) -> bytes:
    """ONNX bytes: one float32 input ``features`` of shape (rows, width), scores as the last output."""
    converted = convert_sklearn(
        model,
        name="roost",
        initial_types=[(INPUT, FloatTensorType([None, width]))],
        options={"zipmap": False} if classifier else None,
        target_opset=OPSET,
    )
    converted.opset_import.sort(key=lambda operators: operators.domain)  # skl2onnx collects them in a set
    body: bytes = converted.SerializeToString(deterministic=True)
    return body
