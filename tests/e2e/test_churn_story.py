"""The churn project through the deployed stack: a landed snapshot becomes a served model with text in its requests."""

from pathlib import Path

import pytest

from models.churn.sample_data import write_landing_files
from roost import names
from roost.experiment_names import experiment_pipeline, shadow_pipeline
from roost.release_names import sweeping_pipeline
from roost.spec import load_model
from tests.e2e.deployment import Deployment

pytestmark = pytest.mark.e2e

MODEL = load_model("churn")
REQUEST = {
    "international_plan": "yes", "voice_mail_plan": "no", "number_vmail_messages": 0,
    "total_day_charge": 27.47, "total_eve_charge": 16.78, "total_night_charge": 11.01, "total_intl_charge": 2.7,
    "total_intl_calls": 1, "number_customer_service_calls": 1,
}  # fmt: skip


def test_a_landed_snapshot_trains_and_is_released_by_itself(deployment: Deployment, tmp_path: Path) -> None:
    training = deployment.pipeline(names.training_pipeline, "churn")
    releasing = deployment.pipeline(names.release_pipeline, "churn")
    (file,) = write_landing_files(tmp_path)
    deployment.upload(f"landing/{MODEL.source.name}/{file.name}", file.read_bytes())
    trained = deployment.next_run(training, [])
    assert (trained.status, trained.cause) == ("SUCCEEDED", "")
    released = deployment.next_run(releasing, [])
    assert (released.status, released.cause) == ("SUCCEEDED", "")


def test_text_in_a_request_is_scored(deployment: Deployment) -> None:
    answers = [deployment.score(REQUEST | {"international_plan": plan}, model="churn") for plan in ("no", "yes")]
    assert [answer.status for answer in answers] == [200, 200]
    without, with_plan = (answer.document for answer in answers)
    assert with_plan["score"] > 0.5 > without["score"]
    assert (with_plan["decision"], with_plan["model_version"], with_plan["features"]) == ("call", 1, {})


def test_a_category_that_nobody_declared_is_a_422_with_those_there_are(deployment: Deployment) -> None:
    answer = deployment.score(REQUEST | {"international_plan": "maybe"}, model="churn")
    assert (answer.status, answer.document["field"]) == (422, "international_plan")
    assert answer.document["detail"] == "international_plan is 'maybe'; it must be one of no, yes"


def test_what_no_view_needs_is_not_deployed(deployment: Deployment) -> None:
    machines = deployment.client("stepfunctions").list_state_machines()["stateMachines"]
    churn = {machine["name"] for machine in machines if "-churn-" in machine["name"]}
    assert churn == {
        named("e2e", "churn")
        for named in (
            names.training_pipeline,
            names.release_pipeline,
            names.reproduction_pipeline,
            experiment_pipeline,
            shadow_pipeline,
            sweeping_pipeline,
        )
    }
