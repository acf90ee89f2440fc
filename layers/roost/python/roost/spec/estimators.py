"""Which estimators a candidate may name."""

import re

from roost.names import Estimator

PATH = re.compile(r"sklearn(\.[a-z][a-z0-9_]*)+\.[A-Z][A-Za-z0-9]*")


def check_estimator(estimator: str) -> str:
    """The name, if it is one of ours or looks like a public class of scikit-learn; training imports it.

    Raises:
        ValueError: it is neither; the message says what could stand there.
    """
    if estimator in {known.value for known in Estimator} or PATH.fullmatch(estimator):
        return estimator
    raise ValueError(
        f"estimator {estimator!r} is unknown; use one of {', '.join(Estimator)}, or the path of a class of "
        f"scikit-learn, like sklearn.linear_model.Ridge"
    )
