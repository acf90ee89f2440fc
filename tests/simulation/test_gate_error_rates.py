"""How often gates err, by simulation: many holdouts are drawn from worlds in which the truth is known.

Scores are normal, moved by a class's distance: their true area under the curve is the normal distribution's at the
distance over the root of two, so a challenger can be made worse than the champion by exactly the margin.
"""

import functools
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from roost.domain.evaluation import BUILT_IN
from roost.domain.gates import readings
from roost.domain.judged import Judged, Measure, Number, measure
from roost.domain.resampling import Resampling
from roost.domain.weighted_metrics import estimator
from roost.names import Problem
from roost.spec import Gate

pytestmark = pytest.mark.simulation

ROWS, POSITIVES = 400, 100
HOLDOUTS, RESAMPLES = 400, 150
MARGIN, LEVEL = 0.02, 0.9
NORMAL = NormalDist()


def distance(area: float) -> float:
    """How far the classes' means must lie apart for this true area under the curve."""
    return float(NORMAL.inv_cdf(area) * 2**0.5)


def holdout(seed: int, *areas: float, shared: float = 0.8) -> list[tuple[Any, Any]]:
    """Labels, and scores for each true area; scores of one row correlate by ``shared``, as those of two models do."""
    random = np.random.default_rng(seed)
    label = (np.arange(ROWS) < POSITIVES).astype(np.float64)
    common = random.normal(size=ROWS)
    return [
        (label, label * distance(area) + shared**0.5 * common + (1 - shared) ** 0.5 * random.normal(size=ROWS))
        for area in areas
    ]


def numbers(seed: int, *models: tuple[Any, Any], cluster: Any = None) -> list[dict[str, Number]]:
    """The area under the curve of each model with its resamples, the same for all."""
    measures = {
        str(place): Measure(tuple(BUILT_IN[Problem.BINARY]), estimator(Problem.BINARY, label, share(score)))
        for place, (label, score) in enumerate(models)
    }
    found = measure(Resampling(len(models[0][0]), RESAMPLES, seed, cluster), measures)
    return [found[str(place)] for place in range(len(models))]


def share(score: Any) -> Any:
    """Scores between 0 and 1 in the same order."""
    return 1 / (1 + np.exp(-score))


@functools.cache
def pairs(truly: float, champion: float) -> list[Judged]:
    """A challenger of one true area and a champion of another, judged on many holdouts."""
    found = [numbers(seed, *holdout(seed, truly, champion)) for seed in range(HOLDOUTS)]
    return [Judged(ours, champion=theirs) for ours, theirs in found]


def accepted(judged: list[Judged], *gates: Gate) -> float:
    """Share of holdouts on which all gates pass."""
    return float(np.mean([all(reading.passed for reading in readings(gates, one)) for one in judged]))


def wins(judged: list[Judged]) -> float:
    """Share of holdouts on which the challenger has the better point estimate."""
    return float(np.mean([one.numbers["roc_auc"].value > champion_area(one) for one in judged]))


def champion_area(one: Judged) -> float:
    assert one.champion is not None
    return one.champion["roc_auc"].value


def within(rate: float) -> float:
    """The rate plus four standard errors of this many holdouts: a true rate up to it passes the assertion."""
    return float(rate + 4 * (rate * (1 - rate) / HOLDOUTS) ** 0.5)


NEAR = Gate(metric="roc_auc", versus="champion", margin=MARGIN, level=LEVEL)
STRICT = Gate(metric="roc_auc", versus="champion", level=LEVEL)
FLOOR = Gate(metric="roc_auc", at_least=0.7, on="lower", level=LEVEL)


def test_a_challenger_worse_by_the_margin_rarely_passes() -> None:
    assert accepted(pairs(0.80 - MARGIN, 0.80), NEAR) <= within(1 - LEVEL)


def test_two_gates_accept_no_more_bad_models_than_one() -> None:
    assert accepted(pairs(0.80 - MARGIN, 0.80), NEAR, FLOOR) <= within(1 - LEVEL)


def test_the_better_point_estimate_accepts_far_more_models_that_are_worse() -> None:
    judged = pairs(0.795, 0.80)
    assert wins(judged) > 0.3  # worse, and yet accepted in more than every third run
    assert accepted(judged, STRICT) <= within(1 - LEVEL)


def test_a_better_challenger_passes() -> None:
    assert accepted(pairs(0.84, 0.80), NEAR) > 0.95


def test_a_bound_on_the_lower_end_rarely_passes_a_model_that_misses_it() -> None:
    lower, value = (Gate(metric="roc_auc", at_least=0.8, on=on, level=LEVEL) for on in ("lower", "value"))
    found = [Judged(numbers(seed, *holdout(seed, 0.8))[0]) for seed in range(HOLDOUTS)]
    passed = np.mean([[reading.passed for reading in readings([lower, value], judged)] for judged in found], axis=0)
    assert passed[0] <= within(1 - LEVEL)
    assert passed[1] > 0.4  # a gate on the value is a coin at the bound, as its reading says


def clustered(seed: int) -> tuple[Any, Any, Any]:
    """Forty customers of ten rows, who share label and most of their score; the true area is 0.8."""
    random = np.random.default_rng(seed)
    customer = np.repeat(np.arange(40), 10)
    label = (np.arange(40) < 15).astype(np.float64)[customer]
    noise = 0.9**0.5 * random.normal(size=40)[customer] + 0.1**0.5 * random.normal(size=400)
    return customer, label, label * distance(0.8) + noise


def test_rows_of_one_customer_break_the_promise_unless_customers_are_drawn() -> None:
    gate = Gate(metric="roc_auc", at_least=0.8, on="lower", level=LEVEL)
    passed = {True: 0, False: 0}
    for seed in range(HOLDOUTS):
        customer, label, score = clustered(seed)
        for by_customer in passed:
            found = numbers(seed, (label, score), cluster=customer.astype(np.intp) if by_customer else None)[0]
            passed[by_customer] += readings([gate], Judged(found))[0].passed
    assert passed[False] / HOLDOUTS > 0.25
    assert passed[True] / HOLDOUTS <= within(0.15)  # 40 clusters: the bootstrap is still a little too sure


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(HOLDOUTS):
        ends = numbers(seed, *holdout(seed, 0.8))[0]["roc_auc"].interval(0.95)
        assert ends is not None
        inside += ends[0] <= 0.8 <= ends[1]
    assert inside / HOLDOUTS >= 0.95 - 4 * (0.95 * 0.05 / HOLDOUTS) ** 0.5
