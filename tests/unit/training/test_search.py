"""PlanSearch, RunTrial and NextRung over in-memory ports: the same search whoever runs it, and no trial can stop it."""

import json
from typing import Any

import numpy as np
import pytest

from roost.adapters.in_memory_compute import FixedCompute
from roost.adapters.scikit_learn import ScikitLearnTrainer
from roost.errors import TrainingFailed, TrainingSetTooLarge, UnknownEstimator
from roost.object_keys import SEARCH_REPORT, run_key
from roost.spec import Candidate, Choice, IntegerRange, LogUniform, Model, Search, Uniform
from roost.workflows.search_planning import plan_search
from roost.workflows.search_rungs import next_rung
from roost.workflows.search_trials import run_trial
from roost.workflows.training_set import read_training_set
from tests.unit.training.conftest import RUN, TrainingBench, project

STATE_LIMIT = 262_144  # bytes between states ("Service quotas", AWS Step Functions)
TREES = {
    "learning_rate": LogUniform(low=0.01, high=0.3),
    "max_iter": IntegerRange(low=2, high=6),
    "max_leaf_nodes": IntegerRange(low=4, high=31, logarithmic=True),
    "l2_regularization": Uniform(low=0.0, high=1.0),
}


def searched(**changes: Any) -> Model:
    candidates = (
        Candidate(name="line", estimator="logistic_regression"),
        Candidate(name="trees", estimator="hist_gradient_boosting", search=TREES),
    )
    return project(**{"candidates": candidates, "search": Search(trials=7, rungs=3, reduction=2), **changes})


def planned(bench: TrainingBench, model: Model, megabytes: int = 3008) -> dict[str, Any]:
    return plan_search(model, RUN, ScikitLearnTrainer(), FixedCompute(megabytes), bench.ports)


def tried(bench: TrainingBench, model: Model, state: dict[str, Any]) -> list[dict[str, Any]]:
    compute = FixedCompute()
    return [
        run_trial(model, RUN, trial, state["share"], ScikitLearnTrainer(), compute, bench.ports)
        for trial in state["trials"]
    ]


def chosen(bench: TrainingBench, model: Model) -> dict[str, Any]:
    state = planned(bench, model)
    while not state["done"]:
        state = next_rung("toy", RUN, state["rung"], tried(bench, model, state), bench.ports)
    return state


def report(bench: TrainingBench) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bench.ports.lake.get(run_key("toy", RUN, SEARCH_REPORT)))
    return found


def test_fewer_and_fewer_trials_see_more_and_more_rows(bench: TrainingBench) -> None:
    answer = chosen(bench, searched())
    found = report(bench)
    assert [(len(rung), rung[0]["rows"]) for rung in found["rungs"]] == [(7, 175), (4, 350), (2, 700)]
    last = {result["trial"]: result["value"] for result in found["rungs"][-1]}
    assert answer["trial"] == max(last, key=lambda trial: last[trial])
    assert (answer["done"], answer["tried"], answer["fits"], answer["failed"]) == (True, 7, 13, 0)
    assert sorted(found["fates"].values()) == ["chosen", "reached the last rung", *["stopped after rung 1"] * 3,
                                               *["stopped after rung 2"] * 2]  # fmt: skip


def test_the_same_seed_searches_the_same_and_another_does_not(bench: TrainingBench) -> None:
    first, second = planned(bench, searched()), planned(bench, searched())
    assert first == second
    assert first["trials"] != planned(bench, searched(seed=1))["trials"]
    assert chosen(bench, searched()) == chosen(bench, searched())


def test_without_ranges_each_candidate_is_one_trial_on_all_rows(bench: TrainingBench) -> None:
    model = project()
    state = planned(bench, model)
    assert [(trial["candidate"], trial["parameters"]) for trial in state["trials"]] == [
        ("line", {}), ("trees", {"max_iter": 5}),
    ]  # fmt: skip
    assert (state["rungs"], state["share"], state["rows"]) == (1, 1.0, 700)
    results = tried(bench, model, state)
    assert (
        next_rung("toy", RUN, 1, results, bench.ports)["candidate"]
        == max(results, key=lambda r: r["value"])["candidate"]
    )


def test_a_metric_of_loss_is_searched_for_its_least(bench: TrainingBench) -> None:
    answer = chosen(bench, project(selection_metric="log_loss"))
    assert answer["log_loss"] == min(result["value"] for result in report(bench)["rungs"][-1])


def test_drawn_values_lie_in_their_ranges_and_a_configuration_is_tried_once(bench: TrainingBench) -> None:
    few = {"max_iter": Choice(values=(2, 3)), "l2_regularization": Choice(values=(0.0, 1.0))}
    model = searched(
        candidates=(Candidate(name="trees", estimator="hist_gradient_boosting", search=few),), search=Search(trials=30)
    )
    drawn = [trial["parameters"] for trial in planned(bench, model)["trials"]]
    assert len(drawn) == 4 == len({json.dumps(parameters) for parameters in drawn})
    wide = [trial["parameters"] for trial in planned(bench, searched(search=Search(trials=60)))["trials"][1:]]
    assert all(0.01 <= p["learning_rate"] <= 0.3 and 4 <= p["max_leaf_nodes"] <= 31 for p in wide)
    assert {p["max_iter"] for p in wide} == {2, 3, 4, 5, 6}


def test_the_rows_of_a_small_rung_are_in_the_larger_one_and_keep_their_classes(bench: TrainingBench) -> None:
    from roost.workflows.search_planning import trial_rows

    data, model = read_training_set(bench.ports.lake, "toy", RUN), searched()
    small, large, every = (trial_rows(model, data, share) for share in (0.1, 0.5, 1.0))
    assert not (small & ~large).any() and not (large & ~every).any()
    shares = [data.label[mask].mean() for mask in (small, large, every)]
    assert shares == pytest.approx([shares[-1]] * 3, abs=0.01)


def test_failed_trials_are_recorded_and_the_others_go_on(bench: TrainingBench) -> None:
    ranges = {"max_iter": Choice(values=(-1, 5))}
    model = searched(
        candidates=(Candidate(name="trees", estimator="hist_gradient_boosting", search=ranges),),
        search=Search(trials=2, rungs=1),
    )
    answer = chosen(bench, model)
    (failed,) = (result for result in report(bench)["rungs"][0] if "error" in result)
    assert (answer["parameters"], answer["failed"]) == ({"max_iter": 5}, 1)
    assert failed["error"].startswith("TrainingFailed: hist_gradient_boosting with {'max_iter': -1} cannot be fitted")
    assert report(bench)["fates"][str(failed["trial"])] == "failed"


def test_a_search_stops_when_every_trial_failed_and_says_why_each_did(bench: TrainingBench) -> None:
    wrong = Candidate(name="trees", estimator="hist_gradient_boosting", parameters={"max_depht": 3})
    with pytest.raises(TrainingFailed, match="every trial failed: trial 1 .trees.: .*has no parameter 'max_depht'"):
        chosen(bench, project(candidates=(wrong,)))
    assert report(bench)["rungs"][0][0]["error"]


def test_a_trial_that_died_without_an_answer_is_told_in_words(bench: TrainingBench) -> None:
    model = searched()
    state = planned(bench, model)
    killed = {"Error": "Runtime.ExitError", "Cause": json.dumps({"errorMessage": "signal: killed"})}
    results = [{"trial": 1, "candidate": "line", "error": killed}, *tried(bench, model, state)[1:]]
    after = next_rung("toy", RUN, 1, results, bench.ports)
    assert 1 not in [trial["trial"] for trial in after["trials"]]
    assert report(bench)["rungs"][0][0]["error"] == "Runtime.ExitError: signal: killed"


def test_a_rung_that_is_told_twice_counts_once(bench: TrainingBench) -> None:
    model = searched()
    state = planned(bench, model)
    results = tried(bench, model, state)
    first = next_rung("toy", RUN, 1, results, bench.ports)
    assert next_rung("toy", RUN, 1, results, bench.ports) == first
    assert len(report(bench)["rungs"]) == 1


def test_the_largest_search_passes_between_states(bench: TrainingBench) -> None:
    model = searched(search=Search(trials=128))
    state = planned(bench, model)
    result = {**tried(bench, model, {**state, "trials": state["trials"][1:2]})[0], "error": "x" * 300}
    assert len(json.dumps({"search": state, "results": [result] * 128})) < STATE_LIMIT


def test_a_set_that_does_not_fit_stops_before_anything_is_fitted(bench: TrainingBench) -> None:
    with pytest.raises(
        TrainingSetTooLarge, match=r"on 1,400 rows of 2 features takes up to 2\d\d MB, the function has 128 MB: shorten"
    ):
        planned(bench, searched(), megabytes=128)
    assert planned(bench, searched())["needed_mb"] < 300


def test_an_unknown_estimator_stops_before_anything_is_fitted(bench: TrainingBench) -> None:
    wrong = (Candidate(name="a", estimator="linear_regression"),)
    with pytest.raises(UnknownEstimator, match="is not for a binary problem"):
        planned(bench, project(candidates=wrong))


def test_a_score_that_is_no_number_fails_its_trial(bench: TrainingBench) -> None:
    class Broken(ScikitLearnTrainer):
        def fit(self, *_: Any, **__: Any) -> Any:
            return type("Fitted", (), {"score": lambda _self, features: np.full(len(features), np.nan)})()

    state = planned(bench, project())
    answer = run_trial(project(), RUN, state["trials"][0], 1.0, Broken(), FixedCompute(), bench.ports)
    assert answer["error"].startswith("its scores cannot be judged: score must be finite")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"search": Search(trials=1)}, "trials is 1, but each of 2 candidates needs one"),
        ({"candidates": (Candidate(name="a", estimator="extra_trees"),)}, "no candidate declares ranges"),
        ({"candidates": (Candidate(name="a", estimator="extra_trees"),) * 2, "search": None}, "'a' stands twice"),
    ],
)
def test_a_search_that_cannot_be_is_refused_at_synth(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        searched(**changes)


def test_a_range_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="low is 3 and high 3: low must be smaller"):
        IntegerRange(low=3, high=3)
    with pytest.raises(ValueError, match="a logarithmic range starts at 1"):
        IntegerRange(low=0, high=3, logarithmic=True)
    with pytest.raises(ValueError, match="'max_iter' of candidate 'a' stands in parameters too"):
        Candidate(
            name="a", estimator="extra_trees", parameters={"max_iter": 1}, search={"max_iter": Choice(values=(1,))}
        )
