"""Reasons for one score: which features moved it most against the package's reference row.

The reference is the middle of the package's golden rows, the first rows of its holdout: medians of numbers, the
commonest category of texts. Every package has them, so packages made before there were reasons can be explained too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.categories import code_table
from roost.domain.feature_vector import FeaturePlan, vectors
from roost.domain.reason_codes import explained, reference_inputs
from roost.errors import NotExplainable
from roost.workflows.packages import LoadedPackage

SHOWN = 10
Row = Mapping[str, float | None]


class Explainer:
    """Explains scores of one package against its reference.

    Raises:
        NotExplainable: the package has no golden rows to compare with.
    """

    def __init__(self, package: LoadedPackage) -> None:
        golden = package.manifest.get("golden", {}).get("rows", [])
        if not golden:
            raise NotExplainable("this version was packaged without golden rows to compare a score with; train again")
        self._plan, self._model = package.plan, package.model
        inputs = _inputs(self._plan, golden)
        middle = reference_inputs(inputs, [name in self._plan.codes for name in self._plan.inputs])
        self._reference = vectors(self._plan, middle)[0]
        self._reference_row = dict(zip(self._plan.inputs, middle[:, 0].tolist(), strict=True))
        self._groups = feature_groups(self._plan)

    def explain(self, row: Row, chosen: int | None = None) -> dict[str, Any]:
        """``reasons``, largest first, ``others`` (the sum of what is not shown), ``reference_score``, ``exact``.

        ``chosen`` is the class whose probability is explained, None if scores are numbers. Contributions and the
        reference's score add up to the score, within float32's accuracy.
        """
        features = vectors(self._plan, _inputs(self._plan, [row]))[0]
        found = explained(lambda rows: self._scores(rows, chosen), features, self._reference, self._groups)
        told = list(found.contributions.items())
        return {
            "reference_score": found.reference_score,
            "exact": found.exact,
            "reasons": [self._reason(name, part, row, features) for name, part in told[:SHOWN] if part],
            "others": sum(part for _, part in told[SHOWN:]),
        }

    def _scores(self, rows: npt.NDArray[np.float32], chosen: int | None) -> npt.NDArray[np.float64]:
        scores = self._model.score(rows)
        part: npt.NDArray[np.float64] = (scores if chosen is None else scores[:, chosen]).astype(np.float64)
        return part

    def _reason(self, name: str, part: float, row: Row, features: npt.NDArray[np.float32]) -> dict[str, Any]:
        if name in self._plan.codes:
            pair = [_text(self._plan, name, values.get(name)) for values in (row, self._reference_row)]
        else:
            (column,) = self._groups[name]
            pair = [_number(values[column]) for values in (features, self._reference)]
        direction = "raises" if part > 0 else "lowers"
        return {
            "feature": name,
            "value": pair[0],
            "reference": pair[1],
            "direction": direction,
            "contribution": part,
        }


def feature_groups(plan: FeaturePlan) -> dict[str, tuple[int, ...]]:
    """The model's columns of each feature; all indicators of a text, and its number, are the text."""
    column_of = {name: text for text, table in plan.indicators.items() for name in table}
    groups: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(plan.features):
        feature = column_of.get(name, name)
        groups[feature] = (*groups.get(feature, ()), place)
    return groups


def _inputs(plan: FeaturePlan, rows: Sequence[Row]) -> npt.NDArray[np.float64]:
    return np.array([[row.get(name) for name in plan.inputs] for row in rows], dtype=np.float64).T


def _text(plan: FeaturePlan, column: str, code: float | None) -> str | None:
    texts = {number: text for text, number in code_table(plan.categories[column]).items()}
    return None if code is None else texts.get(code)


def _number(value: np.float32) -> float | None:
    return None if np.isnan(value) else float(value)
