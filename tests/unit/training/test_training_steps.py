"""TrainModel, EvaluateModel and RegisterModel over in-memory ports, with the real libraries."""

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from roost.adapters.onnx_runtime import open_model
from roost.domain.evaluation import check_agreement
from roost.domain.package import verified_manifest, verify_file
from roost.domain.registry import Actor, status_move
from roost.errors import ConversionMismatch, PackageCorrupted, TrainingFailed
from roost.names import Status
from roost.object_keys import (
    CANDIDATE_SCORES,
    PACKAGE_CARD,
    PACKAGE_MANIFEST,
    PACKAGE_MODEL,
    candidate_key,
    package_key,
    run_key,
)
from roost.spec import Candidate, Gate
from roost.workflows.packages import load_package
from roost.workflows.registration import register_model
from tests.unit.training.conftest import MADE_FROM, RUN, TrainingBench, project


def test_what_was_chosen_is_trained_judged_and_packaged(bench: TrainingBench) -> None:
    model = project()
    trained = bench.train(model, "trees")
    evaluation = bench.evaluate(model, trained)
    assert (evaluation["chosen"], evaluation["passed"], trained["peak_mb"]) == ("trees", True, 300)
    assert evaluation["metrics"]["roc_auc"] > 0.9 > evaluation["baseline"]["roc_auc"] == 0.5
    assert evaluation["onnx_difference"] < 1e-5


def test_the_threshold_is_that_of_the_comparison_fold(bench: TrainingBench) -> None:
    model = project()
    evaluation = bench.evaluate(model, bench.train(model, "line"))
    body = bench.ports.packages.get(package_key(evaluation["package"], PACKAGE_MANIFEST))
    fitted = bench.ports.lake.get(candidate_key("toy", RUN, "line", CANDIDATE_SCORES))
    with np.load(io.BytesIO(fitted)) as arrays:
        flagged = arrays["selection_scores"] >= verified_manifest(body, evaluation["package"])["threshold"]
    assert flagged.mean() == pytest.approx(model.threshold.review_rate)


def test_the_same_lineage_gives_the_same_package(bench: TrainingBench) -> None:
    model = project()
    first = bench.evaluate(model, bench.train(model, "trees"))
    second = bench.evaluate(model, bench.train(model, "trees"))
    other = bench.evaluate(model, bench.train(project(seed=1, defaults={}), "line"))
    assert first["package"] == second["package"] != other["package"]


def test_a_package_loads_scores_its_golden_rows_and_explains_itself(bench: TrainingBench) -> None:
    model = project()
    digest = bench.evaluate(model, bench.train(model, "line"))["package"]
    loaded = load_package(bench.ports.packages, digest, open_model)
    golden = loaded.manifest["golden"]
    assert len(golden["rows"]) == 20
    features = np.array([[row["amount"], row["amount"] * 2] for row in golden["rows"]], dtype=np.float32)
    assert loaded.model.score(features).tolist() == golden["scores"]
    assert b"# Model card: toy" in bench.ports.packages.get(package_key(digest, PACKAGE_CARD))


@pytest.mark.parametrize("name", [PACKAGE_MODEL, PACKAGE_MANIFEST])
def test_a_package_with_one_changed_byte_is_refused(bench: TrainingBench, name: str) -> None:
    model = project()
    digest = bench.evaluate(model, bench.train(model, "line"))["package"]
    body = bytearray(bench.ports.packages.get(package_key(digest, name)))
    body[len(body) // 2] ^= 1
    bench.ports.packages.put(package_key(digest, name), bytes(body))
    with pytest.raises(PackageCorrupted):
        load_package(bench.ports.packages, digest, open_model)


def test_failed_gates_are_told_with_number_and_bound(bench: TrainingBench) -> None:
    model = project(gates=(Gate(metric="roc_auc", at_least=0.9999), Gate(metric="log_loss", at_most=5.0)))
    evaluation = bench.evaluate(model, bench.train(model, "line"))
    assert [gate["passed"] for gate in evaluation["gates"]] == [False, True]
    assert not evaluation["passed"]
    assert evaluation["reasons"].startswith("roc_auc at_least 0.9999 is missed with 0.9")


def test_a_model_that_converts_otherwise_than_it_was_fitted_stops_the_run(bench: TrainingBench) -> None:
    model = project()
    line, _ = bench.train(model, "line"), bench.train(model, "trees")
    key = run_key("toy", RUN, "candidates/line/model.onnx")
    bench.ports.lake.put(key, bench.ports.lake.get(run_key("toy", RUN, "candidates/trees/model.onnx")))
    with pytest.raises(ConversionMismatch, match="holdout row"):
        bench.evaluate(model, line)


def test_a_score_that_is_no_number_never_agrees() -> None:
    with pytest.raises(ConversionMismatch, match="holdout row 1"):
        check_agreement(np.array([0.1, np.nan]), np.array([0.1, 0.2]))


def test_numbers_beyond_one_agree_relatively_and_classes_each() -> None:
    assert check_agreement(np.array([250.001]), np.array([250.0])) == pytest.approx(4e-6)
    with pytest.raises(ConversionMismatch, match="holdout row 1.*does not convert exactly"):
        check_agreement(np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[0.5, 0.5], [0.3, 0.7]]))


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"max_depht": 3}, "has no parameter 'max_depht'; it has .*max_depth"),
        ({"categorical_features": [0]}, "native categories convert wrongly"),
        ({"max_iter": -1}, "cannot be fitted"),
    ],
)
def test_a_candidate_that_cannot_be_fitted_says_why(
    bench: TrainingBench, parameters: dict[str, Any], told: str
) -> None:
    wrong = Candidate(name="trees", estimator="hist_gradient_boosting", parameters=parameters)
    with pytest.raises(TrainingFailed, match=told):
        bench.train(project(candidates=(wrong,)), "trees")


def test_an_unknown_candidate_lists_the_known_ones(bench: TrainingBench) -> None:
    with pytest.raises(TrainingFailed, match=r"no candidate 'tree'; it has \['line', 'trees'\]"):
        bench.train(project(), "tree")


def test_a_registered_version_is_approved_by_its_gates_and_knows_its_lineage(bench: TrainingBench) -> None:
    model = project()
    evaluation = bench.evaluate(model, bench.train(model, "line"))
    event = {"model": "toy", "run": RUN, **MADE_FROM, "evaluation": evaluation}
    answer = register_model({**event, "request": {"reason": "drift", "requested_by": "ann"}}, bench.ports)
    assert answer == {"version": 1, "status": "approved"}
    version = bench.ports.registry.version("toy", 1)
    assert (version.status, version.package) == (Status.APPROVED, evaluation["package"])
    assert version.lineage["reason"] == "drift"
    second = register_model({**event, "run": "run-2", "request": {}}, replace(bench.ports))
    assert second["version"] == 2
    assert bench.ports.registry.version("toy", 2).lineage["reason"] == "manual"


def test_a_step_that_is_tried_again_registers_nothing_and_keeps_a_rejection(bench: TrainingBench) -> None:
    model = project()
    evaluation = bench.evaluate(model, bench.train(model, "line"))
    event = {"model": "toy", "run": RUN, **MADE_FROM, "evaluation": evaluation}
    register_model({**event, "request": {}}, bench.ports)
    registry, ann = bench.ports.registry, Actor("ann", bench.ports.clock.now())
    version = registry.version("toy", 1)
    registry.commit(status_move(registry.head("toy"), version, Status.REJECTED, ann, "too few frauds"))
    assert register_model({**event, "request": {}}, bench.ports) == {"version": 1, "status": "rejected"}
    assert [version.number for version in registry.versions("toy")] == [1]


def test_a_champion_without_its_package_keeps_nobody_from_training(bench: TrainingBench) -> None:
    model = project()
    evaluation = bench.evaluate(model, bench.train(model, "line"))
    event = {"model": "toy", "run": RUN, **MADE_FROM, "evaluation": evaluation}
    register_model({**event, "request": {}}, bench.ports)
    store = bench.ports.registry
    store.heads["toy"] = replace(store.head("toy"), champion=1)  # type: ignore[attr-defined]
    bench.ports.packages.objects.clear()  # type: ignore[attr-defined]
    champion = bench.evaluate(model, bench.train(model, "trees"))["champion"]
    assert (champion["version"], champion["metrics"]) == (1, {})
    assert evaluation["package"] in champion["unreadable"]


def test_the_champion_is_judged_on_the_same_rows(bench: TrainingBench) -> None:
    model = project()
    evaluation = bench.evaluate(model, bench.train(model, "line"))
    assert evaluation["champion"] is None
    event = {"model": "toy", "run": RUN, **MADE_FROM, "evaluation": evaluation}
    register_model({**event, "request": {}}, bench.ports)
    store = bench.ports.registry
    store.heads["toy"] = replace(store.head("toy"), champion=1)  # type: ignore[attr-defined]
    again = bench.evaluate(model, bench.train(model, "line"))
    assert again["champion"] == {"version": 1, "metrics": again["metrics"], "mean_rank": pytest.approx(0.5, abs=0.01)}


def test_a_manifest_holds_no_run_and_no_time(bench: TrainingBench) -> None:
    model = project()
    digest = bench.evaluate(model, bench.train(model, "line"))["package"]
    body = bench.ports.packages.get(package_key(digest, PACKAGE_MANIFEST))
    assert RUN not in body.decode()
    manifest = verified_manifest(body, digest)
    verify_file(manifest, PACKAGE_MODEL, bench.ports.packages.get(package_key(digest, PACKAGE_MODEL)))
    assert json.dumps(manifest["lineage"]["libraries"])
