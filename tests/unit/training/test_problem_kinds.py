"""Multiclass models and regressions from training to an answer, through the same steps as binary ones."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from roost.adapters.fast_json import FastJson
from roost.adapters.in_memory import InMemoryEndpoint
from roost.adapters.onnx_runtime import open_model
from roost.domain.evaluation import built_in_metrics, check_agreement, score_quantiles
from roost.errors import ConversionMismatch, SmokeTestFailed, UnknownEstimator
from roost.names import Problem
from roost.object_keys import PACKAGE_CARD, TRAINING_ARRAYS, package_key, run_key
from roost.ports import PipelinePorts
from roost.spec import Candidate, Column, ColumnType, DecisionThreshold, Gate, Model, Source
from roost.workflows.packages import load_package
from roost.workflows.registration import register_model
from roost.workflows.serving import PredictionService
from roost.workflows.smoke_testing import smoke_test
from tests.unit.training.conftest import MADE_FROM, RUN, TrainingBench, project, training_arrays

TREES = (Candidate(name="trees", estimator="hist_gradient_boosting", parameters={"max_iter": 20}),)
SIZES = ("small", "middle", "large")
LABELS = {Problem.MULTICLASS: ColumnType.STRING, Problem.REGRESSION: ColumnType.FLOAT}


def of_kind(problem: Problem, **changes: Any) -> Model:
    columns = (
        Column(name="at", type=ColumnType.TIMESTAMP),
        Column(name="amount", type=ColumnType.FLOAT),
        Column(name="bad", type=LABELS[problem]),
    )
    metric = {Problem.MULTICLASS: "accuracy", Problem.REGRESSION: "r2"}[problem]
    return project(**{
        "source": Source(name="payments", event_time="at", columns=columns),
        "problem": problem,
        "classes": SIZES if problem is Problem.MULTICLASS else (),
        "threshold": None,
        "candidates": TREES,
        "gates": (Gate(metric=metric, at_least=0.8),),
        **changes,
    })  # fmt: skip


def labelled(bench: TrainingBench, problem: Problem) -> None:
    """The training set with labels of that kind: thirds of the amount, or thousands of it."""
    arrays = training_arrays()
    amount = arrays["features"][:, 0].astype(np.float64)
    label = np.digitize(amount, (25, 50)) if problem is Problem.MULTICLASS else amount * 1000
    arrays |= {"label": label.astype(np.float64), "column__bad": label}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    bench.ports.lake.put(run_key("toy", RUN, TRAINING_ARRAYS), buffer.getvalue())


def evaluated(bench: TrainingBench, model: Model) -> dict[str, Any]:
    labelled(bench, model.problem)
    return bench.evaluate(model, bench.train(model, "trees"))


def answered(bench: TrainingBench, package: str, amount: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer and log line of a request that carries no time."""
    lines: list[str] = []
    loaded, ports = load_package(bench.ports.packages, package, open_model), bench.ports
    service = PredictionService("toy", 1, "1", loaded, ports.online, ports.clock, FastJson(), lines.append)
    response = service.respond({"body": json.dumps({"amount": amount})})
    assert response["statusCode"] == 200, response
    return json.loads(response["body"]), json.loads(lines[0])


def test_a_multiclass_model_answers_its_most_probable_class(bench: TrainingBench) -> None:
    evaluation = evaluated(bench, of_kind(Problem.MULTICLASS))
    assert evaluation["passed"], evaluation["reasons"]
    assert evaluation["metrics"]["accuracy"] > 0.95 > evaluation["baseline"]["accuracy"]
    for amount, size in ((5.0, "small"), (37.0, "middle"), (90.0, "large")):
        answer, line = answered(bench, evaluation["package"], amount)
        assert answer["prediction"] == size
        assert list(answer["scores"]) == list(SIZES)
        assert answer["score"] == answer["scores"][size] == max(answer["scores"].values())
        assert sum(answer["scores"].values()) == pytest.approx(1, abs=1e-5)
        assert not {"decision", "threshold"} & set(answer)
        assert 0 <= line["ScoreRank"] <= 1


def test_a_regression_answers_its_number(bench: TrainingBench) -> None:
    evaluation = evaluated(bench, of_kind(Problem.REGRESSION))
    assert evaluation["passed"], evaluation["reasons"]
    assert evaluation["metrics"]["r2"] > 0.9
    assert evaluation["baseline"]["r2"] < 0.1
    answer, line = answered(bench, evaluation["package"], 40.0)
    assert answer["score"] == pytest.approx(40_000, rel=0.1)
    assert not {"decision", "threshold", "prediction", "scores"} & set(answer)
    assert 0.3 < line["ScoreRank"] < 0.8
    assert answered(bench, evaluation["package"], 500.0)[1]["ScoreRank"] > 0.95


def test_a_regression_decides_where_a_threshold_is_declared(bench: TrainingBench) -> None:
    threshold = DecisionThreshold(review_rate=0.1, positive="ask", negative="pay")
    evaluation = evaluated(bench, of_kind(Problem.REGRESSION, threshold=threshold))
    answers = [answered(bench, evaluation["package"], amount)[0] for amount in (5.0, 200.0)]
    assert [answer["decision"] for answer in answers] == ["pay", "ask"]
    assert answers[0]["threshold"] == answers[1]["threshold"] > 50_000


@pytest.mark.parametrize(
    ("problem", "told"), [(Problem.MULTICLASS, "most probable of small"), (Problem.REGRESSION, "a number")]
)
def test_the_card_says_what_is_answered(bench: TrainingBench, problem: Problem, told: str) -> None:
    package = evaluated(bench, of_kind(problem))["package"]
    assert told in bench.ports.packages.get(package_key(package, PACKAGE_CARD)).decode()


def smoke_tested(bench: TrainingBench, package: str, change: float) -> dict[str, Any]:
    """SmokeTest of a version whose scores differ by a share."""
    loaded = load_package(bench.ports.packages, package, open_model)

    def serve(_variables: Mapping[str, str], event: Mapping[str, Any]) -> dict[str, Any]:
        served = PredictionService("toy", 1, "1", loaded, ports.online, ports.clock, FastJson(), print)
        found = served.score_golden_rows(event["golden_rows"])
        return {**found, "scores": (np.array(found["scores"]) * (1 + change)).tolist()}

    endpoint = InMemoryEndpoint(serve)
    ports: PipelinePorts = replace(bench.ports, endpoint=lambda _model: endpoint)
    plan = {"package": package, "previous_version": None}
    version = endpoint.publish({"ROOST_PACKAGE": package}, "1")
    return smoke_test({"model": "toy", "function_version": version, "plan": plan}, ports)


@pytest.mark.parametrize("problem", [Problem.MULTICLASS, Problem.REGRESSION])
def test_golden_rows_hold_for_every_kind(bench: TrainingBench, problem: Problem) -> None:
    package = evaluated(bench, of_kind(problem))["package"]
    assert smoke_tested(bench, package, 1e-8)["golden_rows"] == 20
    with pytest.raises(SmokeTestFailed, match="scores golden row 0 as"):
        smoke_tested(bench, package, 1e-4)


def test_a_champion_of_other_classes_is_no_yardstick(bench: TrainingBench) -> None:
    evaluation = evaluated(bench, of_kind(Problem.MULTICLASS))
    register_model({"model": "toy", "run": RUN, **MADE_FROM, "evaluation": evaluation, "request": {}}, bench.ports)
    store = bench.ports.registry
    store.heads["toy"] = replace(store.head("toy"), champion=1)  # type: ignore[attr-defined]
    assert evaluated(bench, of_kind(Problem.MULTICLASS))["champion"]["version"] == 1
    for other in (of_kind(Problem.MULTICLASS, classes=("s", "m", "l")), of_kind(Problem.REGRESSION)):
        champion = evaluated(bench, other)["champion"]
        assert champion["metrics"] == {}
        assert "knows other classes" in champion["unreadable"]


def test_an_estimator_of_another_problem_is_refused(bench: TrainingBench) -> None:
    labelled(bench, Problem.REGRESSION)
    line = Candidate(name="trees", estimator="logistic_regression")
    with pytest.raises(UnknownEstimator, match="'logistic_regression' is not for a regression problem; use one of"):
        bench.train(of_kind(Problem.REGRESSION, candidates=(line,)), "trees")


def test_agreement_is_relative_where_numbers_are_large_and_holds_in_each_class() -> None:
    assert check_agreement(np.array([1e6 + 1.0, 2.0]), np.array([1e6, 2.0])) == pytest.approx(1e-6)
    with pytest.raises(ConversionMismatch, match="holdout row 1"):
        check_agreement(np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[0.5, 0.5], [0.8, 0.2]]))


def test_the_rank_of_a_class_is_that_of_its_probability() -> None:
    assert score_quantiles(np.array([[0.1, 0.9], [0.7, 0.3]]))[::100] == pytest.approx([0.7, 0.9])


def test_metrics_of_other_kinds_are_scikit_learns() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    label, score = random.integers(0, 3, 200).astype(float), random.dirichlet((1, 1, 1), 200)
    ours, chosen = built_in_metrics(Problem.MULTICLASS, label, score), score.argmax(axis=1)
    assert ours == pytest.approx({
        "log_loss": metrics.log_loss(label, score),
        "accuracy": metrics.accuracy_score(label, chosen),
        "macro_f1": metrics.f1_score(label, chosen, average="macro"),
        "macro_roc_auc": metrics.roc_auc_score(label, score, multi_class="ovr"),
    })  # fmt: skip
    value = label + random.normal(size=200)
    assert built_in_metrics(Problem.REGRESSION, label, value) == pytest.approx({
        "mean_absolute_error": metrics.mean_absolute_error(label, value),
        "root_mean_squared_error": metrics.root_mean_squared_error(label, value),
        "r2": metrics.r2_score(label, value),
    })  # fmt: skip
