"""Calibration: against scikit-learn, one row as many, through a manifest, and the choice among methods."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from roost.domain.calibration import ISOTONIC, NONE, PLATT, Calibrator, fit, from_manifest, log_odds
from roost.domain.calibration_choice import AUTO, chosen_calibration
from roost.domain.evaluation import built_in_metrics
from roost.domain.scoring import CalibratedModel, calibrated
from roost.names import Problem

METHODS = [NONE, PLATT, ISOTONIC]


def scored(rows: int = 4000, seed: int = 0, bend: float = 1.0, shift: float = 0.0) -> tuple[Any, Any]:
    """Labels, and scores whose log odds are ``bend`` times the true ones plus ``shift``."""
    random = np.random.default_rng(seed)
    odds = random.normal(-1.5, 1.5, rows)
    label = (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    return label, 1 / (1 + np.exp(-(bend * odds + shift)))


def test_platt_is_logistic_regression_on_the_log_odds() -> None:
    label, score = scored(bend=2.0, shift=1.0)
    found = fit(PLATT, label, score).to_manifest()
    odds = log_odds(score)[:, None]
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(odds, label)
    assert found["slope"] == pytest.approx(theirs.coef_[0, 0], rel=0.01)  # Platt's targets are a little within 0 and 1
    assert found["offset"] == pytest.approx(theirs.intercept_[0], rel=0.01)
    assert found["slope"] == pytest.approx(0.5, abs=0.05)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), ties=st.booleans())
def test_isotonic_is_scikit_learns(seed: int, ties: bool) -> None:
    label, score = scored(200, seed)
    score = np.round(score, 1) if ties else score
    theirs = IsotonicRegression(out_of_bounds="clip", y_min=1 / 202, y_max=201 / 202).fit(score, label)
    asked = np.linspace(0, 1, 50)
    assert fit(ISOTONIC, label, score).many(asked) == pytest.approx(theirs.predict(asked), abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=30)
@given(asked=st.floats(0, 1, width=32))
def test_one_score_is_calibrated_like_many_and_as_its_manifest_says(method: str, asked: float) -> None:
    found = fit(method, *scored(300))
    again: Calibrator = from_manifest({"calibration": json.loads(json.dumps(found.to_manifest()))})
    assert again.one(asked) == pytest.approx(found.many(np.array([asked]))[0], rel=1e-12)
    for point in found.to_manifest().get("scores", []):
        assert found.one(point) == pytest.approx(found.many(np.array([point]))[0], rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_score_that_is_no_number_stays_none(method: str) -> None:
    assert math.isnan(fit(method, *scored(300)).one(math.nan))


@pytest.mark.parametrize("method", METHODS)
def test_calibration_never_turns_the_order_round(method: str) -> None:
    curve = fit(method, *scored(500)).many(np.linspace(0, 1, 400))
    assert (np.diff(curve) >= 0).all()


def test_a_package_made_before_calibration_has_none() -> None:
    assert from_manifest({}).one(0.3) == 0.3


@pytest.mark.parametrize("method", [PLATT, ISOTONIC])
def test_calibration_mends_scores_that_are_too_sure(method: str) -> None:
    curve = fit(method, *scored(bend=2.5, seed=1))
    label, score = scored(bend=2.5, seed=2)
    before, after = (built_in_metrics(Problem.BINARY, label, s) for s in (score, curve.many(score)))
    assert after["calibration_error"] < before["calibration_error"] / 2
    assert after["log_loss"] < before["log_loss"]


def test_good_scores_are_left_alone_and_bent_ones_are_not() -> None:
    assert chosen_calibration(AUTO, *scored(), seed=0).method == NONE
    assert chosen_calibration(AUTO, *scored(bend=2.5), seed=0).method == PLATT
    random = np.random.default_rng(0)
    score = random.random(6000)
    stepped = (random.random(6000) < np.where(score < 0.5, 0.1, 0.9)).astype(np.float64)
    chosen = chosen_calibration(AUTO, stepped, score, seed=0)
    assert chosen.method == ISOTONIC
    assert chosen.log_losses[ISOTONIC] < chosen.log_losses[PLATT]


def test_a_fold_with_one_positive_can_be_calibrated() -> None:
    label, score = np.zeros(50), np.linspace(0.01, 0.5, 50)
    label[40] = 1
    assert np.isfinite(chosen_calibration(AUTO, label, score, seed=0).calibrator.many(score)).all()


class Raw:
    """A model whose scores are its first feature."""

    def score(self, features: Any) -> Any:
        return features[:, 0]


def test_a_package_scores_one_row_as_it_scores_many() -> None:
    model = CalibratedModel(Raw(), fit(ISOTONIC, *scored(300)))
    features = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    alone = [model.score(features[place : place + 1]).item() for place in range(40)]
    assert model.score(features).tolist() == alone
    assert model.score(features).dtype == np.float32


def test_without_calibration_nothing_stands_between() -> None:
    raw = Raw()
    assert calibrated(raw, {"calibration": {"method": NONE}}) is raw
