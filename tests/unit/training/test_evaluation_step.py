"""EvaluateModel with everything that a model can declare, over in-memory ports, with the real libraries."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from roost.adapters.onnx_runtime import open_model
from roost.domain.calibration import from_manifest
from roost.domain.package import verified_manifest, verify_file
from roost.errors import BehaviouralTestBroken
from roost.object_keys import (
    PACKAGE_CARD,
    PACKAGE_CARD_PAGE,
    PACKAGE_EVIDENCE,
    PACKAGE_MANIFEST,
    PACKAGE_MODEL,
    package_key,
    run_key,
)
from roost.spec import (
    DecisionThreshold,
    Direction,
    Evaluation,
    Gate,
    Invariance,
    Model,
    MustPass,
    ProjectMetric,
    Slice,
)
from roost.workflows.evaluation import evaluate_model
from roost.workflows.packages import load_package
from roost.workflows.registration import register_model
from tests.unit.training.conftest import MADE_FROM, RUN, TrainingBench, project


def dearer(row: Any) -> dict[str, float]:
    return {"amount": row["amount"] + 30.0}


def unchanged(row: Any) -> dict[str, float]:
    return {"amount": row["amount"] + 1e-9}


def first_half(at: Any) -> Any:
    return np.where(at < 1750, "early", "late")


def flagged_by_hand(label: Any, score: Any) -> float:
    return float((score > 0.5).mean())


def full(**changes: Any) -> Model:
    fields: dict[str, Any] = {
        "evaluation": Evaluation(resamples=200),
        "slices": (
            Slice(name="amount", column="amount", edges=(40, 60), min_rows=20, min_positives=1),
            Slice(name="time", function=first_half, inputs=("at",), min_rows=20, min_positives=1),
        ),
        "behaviours": (
            Direction(name="dearer_is_worse", change=dearer, expect="rise"),
            Invariance(name="pennies_do_not_matter", change=unchanged),
            MustPass(name="tiny_is_good", rows=({"amount": 1.0},), at_most=0.2),
        ),
        "project_metrics": (ProjectMetric(name="by_hand", function=flagged_by_hand, resamples=50),),
        "threshold": DecisionThreshold(cost_of_false_positive=1, cost_of_false_negative=5),
        "gates": (
            Gate(metric="roc_auc", at_least=0.7, on="lower"),
            Gate(metric="roc_auc", versus="baseline"),
            Gate(metric="roc_auc", versus="champion", margin=0.01),
            Gate(metric="roc_auc", at_least=0.2, slice="time"),
            Gate(metric="cost_per_row", versus="baseline"),
            Gate(metric="by_hand", at_most=0.9, on="upper"),
            Gate(metric="package_bytes", at_most=1e6),
        ),
    }
    return project(**{**fields, **changes})


def promoted(bench: TrainingBench, model: Model, evaluation: dict[str, Any]) -> None:
    event = {"model": "toy", "run": RUN, **MADE_FROM, "evaluation": evaluation, "request": {}}
    register_model(event, bench.ports)
    store = bench.ports.registry
    store.heads["toy"] = replace(store.head("toy"), champion=1)  # type: ignore[attr-defined]


def report_of(bench: TrainingBench, evaluation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bench.ports.lake.get(evaluation["report"]))
    return found


def test_a_model_that_declares_everything_is_judged_by_all_of_it(bench: TrainingBench) -> None:
    evaluation = bench.evaluate(full(), bench.train(full(), "line"))
    assert evaluation["reasons"] == ""
    assert len(evaluation["gates"]) == 7 + 3
    low, high = evaluation["intervals"]["roc_auc"]
    assert low < evaluation["metrics"]["roc_auc"] < high
    assert set(evaluation["intervals"]) == set(evaluation["metrics"])
    assert evaluation["metrics"]["cost_per_row"] < evaluation["baseline"]["cost_per_row"]
    groups = [group["group"] for group in report_of(bench, evaluation)["evidence"]["slices"]]
    assert sorted(groups) == ["40 to 60", "60 and above", "below 40", "early", "late"]


def test_what_passes_between_states_stays_small(bench: TrainingBench) -> None:
    assert len(json.dumps(bench.evaluate(full(), bench.train(full(), "line")))) < 8_000


def test_the_chosen_candidate_is_the_one_that_the_event_names(bench: TrainingBench) -> None:
    for name in ("line", "trees"):
        trained = bench.train(full(), name)
    assert bench.evaluate(full(), trained)["chosen"] == "trees"


def test_the_champion_is_compared_on_the_same_resamples(bench: TrainingBench) -> None:
    model = full()
    first = bench.evaluate(model, bench.train(model, "line"))
    promoted(bench, model, first)
    again = bench.evaluate(model, bench.train(model, "line"))
    assert report_of(bench, again)["versus_champion"]["roc_auc"] == {
        "difference": 0.0, "low": 0.0, "high": 0.0, "probability_worse": 0.5
    }  # fmt: skip
    worse = bench.evaluate(full(candidates=model.candidates), bench.train(model, "trees"))
    gate = next(gate for gate in worse["gates"] if gate["gate"] == "roc_auc versus champion")
    assert gate["value"] <= gate["estimate"] <= 0


def test_the_package_depends_on_the_lineage_and_not_on_the_champion(bench: TrainingBench) -> None:
    model = full()
    first = bench.evaluate(model, bench.train(model, "line"))
    page = bench.ports.packages.get(package_key(first["package"], PACKAGE_CARD_PAGE))
    promoted(bench, model, bench.evaluate(model, bench.train(model, "trees")))
    bench.ports.packages.objects.clear()  # type: ignore[attr-defined]
    again = bench.evaluate(model, bench.train(model, "line"))
    assert again["package"] == first["package"]
    assert bench.ports.packages.get(package_key(first["package"], PACKAGE_CARD_PAGE)) == page


def test_evidence_belongs_to_the_package_and_cannot_be_changed(bench: TrainingBench) -> None:
    digest = bench.evaluate(full(), bench.train(full(), "line"))["package"]
    manifest = verified_manifest(bench.ports.packages.get(package_key(digest, PACKAGE_MANIFEST)), digest)
    body = bench.ports.packages.get(package_key(digest, PACKAGE_EVIDENCE))
    verify_file(manifest, PACKAGE_EVIDENCE, body)
    evidence = json.loads(body)
    told = [gate["gate"] for gate in evidence["gates"]]
    assert "roc_auc versus champion" not in told
    assert "package_bytes at_most" not in told
    assert b"latency" not in body


def test_a_calibrated_package_scores_as_it_was_judged(bench: TrainingBench) -> None:
    model = full(calibration="isotonic")
    evaluation = bench.evaluate(model, bench.train(model, "trees"))
    loaded = load_package(bench.ports.packages, evaluation["package"], open_model)
    assert loaded.manifest["calibration"]["method"] == "isotonic"
    golden = loaded.manifest["golden"]
    amounts = np.array([row["amount"] for row in golden["rows"]], dtype=np.float32)
    assert loaded.model.score(np.stack([amounts, amounts * 2], axis=1)).tolist() == golden["scores"]
    raw = open_model(bench.ports.packages.get(package_key(loaded.digest, PACKAGE_MODEL)))
    scores = raw.score(np.stack([amounts, amounts * 2], axis=1)).astype(np.float64)
    assert from_manifest(loaded.manifest).many(scores) == pytest.approx(golden["scores"], rel=1e-6)
    assert max(abs(scores - golden["scores"])) > 0.001


def test_behaviours_that_fail_show_rows_and_stop_the_run(bench: TrainingBench) -> None:
    model = full(behaviours=(Direction(name="dearer_is_better", change=dearer, expect="fall"),))
    evaluation = bench.evaluate(model, bench.train(model, "line"))
    assert not evaluation["passed"]
    assert evaluation["reasons"] == "behaviour dearer_is_better 1 is missed with 0.0000 (0 of 20 rows)"
    failure = report_of(bench, evaluation)["evidence"]["behaviours"][0]["failures"][0]
    assert failure["after"] > failure["before"]
    assert failure["row"].keys() == {"amount"}


def test_a_row_that_lacks_an_input_is_told_by_its_test(bench: TrainingBench) -> None:
    model = full(behaviours=(MustPass(name="empty", rows=({},)),))
    with pytest.raises(BehaviouralTestBroken, match="behaviour 'empty': a row lacks the input 'amount'"):
        bench.evaluate(model, bench.train(model, "line"))


def test_groups_without_support_are_named_and_not_judged(bench: TrainingBench) -> None:
    model = full(slices=(Slice(name="amount", column="amount", edges=(40, 250), min_rows=30),), gates=full().gates[:1])
    groups = report_of(bench, bench.evaluate(model, bench.train(model, "line")))["evidence"]["slices"]
    assert {group["group"]: "metrics" in group for group in groups}["40 to 250"]
    assert not all("metrics" in group for group in groups)


def test_cards_say_what_a_reader_asks(bench: TrainingBench) -> None:
    model = full(owner="card payments", description="finds bad payments")
    search = {
        "metric": "average_precision", "ladder": [{"rows": 350}, {"rows": 700}],
        "trials": [{"trial": 1, "candidate": "line", "parameters": {"C": 0.5}},
                   {"trial": 2, "candidate": "line", "parameters": {"C": 2.0}}],
        "rungs": [[{"trial": 1, "value": 0.7, "seconds": 3.123}, {"trial": 2, "error": "out of luck"}],
                  [{"trial": 1, "value": 0.8, "seconds": 4.567}]],
        "fates": {"1": "chosen", "2": "failed"},
    }  # fmt: skip
    report = run_key("toy", RUN, "search.json")
    bench.ports.lake.put(report, json.dumps(search).encode())
    bench.train(model, "line")
    event = {"run": RUN, "candidate": "line", "search": {"report": report}, **MADE_FROM}
    digest = evaluate_model(model, event, open_model, bench.ports)["package"]
    card, page = (
        bench.ports.packages.get(package_key(digest, name)).decode() for name in (PACKAGE_CARD, PACKAGE_CARD_PAGE)
    )
    for text in (card, page):
        for told in ("card payments", "finds bad payments", "line 1", "C=0.5", "failed", "dearer_is_worse", "early"):
            assert told in text, told
        assert "3.123" not in text
    for title in ("ROC curve", "Precision-recall curve", "Reliability", "Scores by class", "roc_auc by slice",
                  "Permutation importances", "Learning of the search"):  # fmt: skip
        assert f"<title>{title}</title>" in page, title
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
