"""An experiment on the deployed stack: one function version, two packages, sticky arms, and back to where it was."""

import random
from collections import defaultdict

import pytest

from roost import names
from roost.domain.assignment import Split
from roost.experiment_names import experiment_pipeline, shadow_pipeline
from tests.e2e.deployment import STAGE, Deployment, wait_until
from tests.e2e.test_churn_story import REQUEST

pytestmark = pytest.mark.e2e

BY = "number_vmail_messages"
SHARE = 50


def primary(deployment: Deployment) -> str:
    function = names.scoring_function(STAGE, "churn")
    found = deployment.client("lambda").get_alias(FunctionName=function, Name=names.LIVE_ALIAS)
    return str(found["FunctionVersion"])


def second_version(deployment: Deployment) -> None:
    """Train again and send requests until the release of version 2 has ended: version 1 is then one that served."""
    releasing = deployment.pipeline(names.release_pipeline, "churn")
    known, draw = deployment.runs(releasing), random.Random(3)
    trained = deployment.start(deployment.pipeline(names.training_pipeline, "churn"))
    assert (trained.status, trained.cause) == ("SUCCEEDED", "")
    (run,) = wait_until(lambda: [each for each in deployment.runs(releasing) if each not in known])
    states = deployment.client("stepfunctions")
    while states.describe_execution(executionArn=run)["status"] == "RUNNING":
        charge = {"international_plan": "no", "total_day_charge": round(draw.uniform(10, 55), 2)}
        assert deployment.score(REQUEST | charge, model="churn").status == 200
    released = deployment.finished(run)
    assert (released.status, released.cause) == ("SUCCEEDED", "")


def test_an_experiment_splits_traffic_by_entity_and_gives_it_back(deployment: Deployment) -> None:
    releasing = deployment.pipeline(names.release_pipeline, "churn")
    experimenting = deployment.pipeline(experiment_pipeline, "churn")
    second_version(deployment)
    a, b = 2, 1
    served = primary(deployment)
    request = {"action": "start", "a": a, "b": b, "share": SHARE, "by": BY, "metric": "score", "salt": "e2e"}

    refused = deployment.start(experimenting, **{**request, "by": "customer_id"})
    assert (refused.status, refused.error) == ("FAILED", "InvalidExperimentRequest"), refused.cause
    assert primary(deployment) == served

    started = deployment.start(experimenting, **request)
    assert (started.status, started.cause) == ("SUCCEEDED", "")
    assert primary(deployment) != served
    arms = defaultdict(set)
    for entity in range(20):
        for _ in range(2):
            answer = deployment.score(REQUEST | {BY: entity}, model="churn")
            assert answer.status == 200
            arms[entity].add((answer.document["experiment"]["arm"], answer.document["model_version"]))
    split = Split(BY, "e2e", (0.5, 0.5))
    assert arms == {n: {(("a", a), ("b", b))[split.assign(n).place]} for n in range(20)}

    release = deployment.start(releasing, version=b)
    assert (release.status, release.error) == ("FAILED", "ExperimentRunning")
    observed = deployment.start(experimenting, action="observe")
    assert (observed.status, observed.cause) == ("SUCCEEDED", "")
    report = deployment.stored(f"experiments/churn/{started.name}/report.json")
    assert not report["shares"]["mismatch"]
    shadowed = deployment.start(deployment.pipeline(shadow_pipeline, "churn"))
    assert (shadowed.status, shadowed.cause) == ("SUCCEEDED", "")

    stopped = deployment.start(experimenting, action="stop", reason="seen enough")
    assert (stopped.status, stopped.cause) == ("SUCCEEDED", "")
    assert primary(deployment) == served
    answer = deployment.score(REQUEST, model="churn")
    assert (answer.document["model_version"], "experiment" in answer.document) == (a, False)
