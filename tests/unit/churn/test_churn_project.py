"""The churn project on its own data, from the landing file to an answer, over in-memory ports and the real engines."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from models.churn.sample_data import PUBLISHED, SNAPSHOT_AT, write_landing_files
from roost.adapters.fast_json import FastJson
from roost.adapters.in_memory_compute import FixedCompute
from roost.adapters.onnx_runtime import open_model
from roost.adapters.scikit_learn import ScikitLearnTrainer
from roost.cli.app import app
from roost.domain.package import sha256
from roost.object_keys import LEAKAGE_REPORT, run_key
from roost.spec import load_model
from roost.workflows.evaluation import evaluate_model
from roost.workflows.feature_building import build_features
from roost.workflows.ingesting import ingest
from roost.workflows.leakage import check_leakage
from roost.workflows.materialization import materialize_features
from roost.workflows.packages import load_package
from roost.workflows.search_planning import plan_search
from roost.workflows.search_rungs import next_rung
from roost.workflows.search_trials import run_trial
from roost.workflows.serving import PredictionService
from roost.workflows.training import train_model
from roost.workflows.validation import validate_data
from tests.unit.features.payments import Lake

MODEL = load_model("churn")
RUN = "r1"
REQUEST = {
    "international_plan": "yes", "voice_mail_plan": "no", "number_vmail_messages": 0,
    "total_day_charge": 27.47, "total_eve_charge": 16.78, "total_night_charge": 11.01, "total_intl_charge": 2.7,
    "total_intl_calls": 3, "number_customer_service_calls": 1,
}  # fmt: skip


def test_the_set_is_the_published_one() -> None:
    assert sha256(PUBLISHED.read_bytes()) == "977e9701c245abc90ea21b882ffafea62d68e33ce2b50e1e9cfea44344cbffad"


def test_the_landing_file_keeps_the_columns_and_adds_two(tmp_path: Path) -> None:
    (file,) = write_landing_files(tmp_path / "new")
    with file.open(newline="") as landed, PUBLISHED.open(newline="") as published:
        rows, raw = list(csv.DictReader(landed)), list(csv.DictReader(published))
    assert len(rows) == 5000
    assert set(rows[0]) == {column.name for column in MODEL.source.columns}
    assert [row["customer_id"] for row in rows] == [str(number) for number in range(1, 5001)]
    assert {row["snapshot_at"] for row in rows} == {SNAPSHOT_AT}
    assert all(row | own == row for row, own in zip(rows, raw, strict=True))


def test_the_command_writes_the_file_and_says_who_has_none(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["data", "sample", "churn", "--out", str(tmp_path), "--json"])
    assert json.loads(done.output)["source"] == "telecom_customers"
    assert (tmp_path / "mlc_churn_customers.csv").exists()
    refused = CliRunner().invoke(app, ["data", "sample", "fraud"])
    assert refused.exit_code == 1
    assert "there are sample data of: churn" in " ".join(refused.output.split())


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    built = Lake()
    (file,) = write_landing_files(tmp_path_factory.mktemp("churn"))
    built.land(file.read_bytes(), file.name, MODEL.source)
    return built


@pytest.fixture(scope="module")
def features(lake: Lake) -> dict[str, Any]:
    found = ingest(MODEL, lake.tables, lake.ports)
    validated = validate_data(MODEL, found["datasets"], lake.tables, lake.ports)
    assert (validated["rows"], validated["quarantined"]) == (5000, 0)
    built = build_features(MODEL, RUN, found["datasets"], None, lake.tables, lake.ports)
    return {**built, "datasets": found["datasets"], "dataset": found["dataset"]}


@pytest.fixture(scope="module")
def evaluation(lake: Lake, features: dict[str, Any]) -> dict[str, Any]:
    ports, trainer, compute = lake.ports, ScikitLearnTrainer(), FixedCompute()
    plan = plan_search(MODEL, RUN, trainer, compute, ports)
    results = [run_trial(MODEL, RUN, trial, plan["share"], trainer, compute, ports) for trial in plan["trials"]]
    search = next_rung(MODEL.name, RUN, plan["rung"], results, ports)
    train_model(MODEL, RUN, search, trainer, compute, ports)
    made_from = {name: features[name] for name in ("dataset", "datasets", "training_set")}
    event = {"run": RUN, "candidate": search["candidate"], "search": search, "code": "c", **made_from}
    packages = ports.packages
    return {**evaluate_model(MODEL, event, open_model, ports), "packages": packages}


def test_every_customer_is_in_a_fold_and_a_seventh_left(features: dict[str, Any]) -> None:
    rows, left = features["rows"], features["positives"]
    assert rows["train"] + rows["holdout"] == 5000
    assert left["train"] + left["holdout"] == 707
    assert 0.18 < rows["holdout"] / 5000 < 0.22


def test_a_model_without_views_passes_the_leakage_check_and_has_nothing_to_materialise(
    lake: Lake, features: dict[str, Any]
) -> None:
    assert check_leakage(MODEL, RUN, features["datasets"], lake.tables, lake.ports)["differences"] == 0
    assert lake.store.exists(run_key("churn", RUN, LEAKAGE_REPORT))
    assert materialize_features(MODEL, features["datasets"], lake.tables, lake.ports)["views"] == {}


def test_the_gates_pass_with_room(evaluation: dict[str, Any]) -> None:
    assert evaluation["passed"], evaluation["reasons"]
    assert evaluation["chosen"] == "hist_gradient_boosting"
    assert evaluation["metrics"]["log_loss"] < 0.6 * evaluation["baseline"]["log_loss"]


def served(lake: Lake, evaluation: dict[str, Any], request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    package = load_package(evaluation["packages"], evaluation["package"], open_model)
    lines: list[str] = []
    service = PredictionService("churn", 1, "1", package, lake.online, lake.clock, FastJson(), lines.append)
    response = service.respond({"body": json.dumps(request)})
    assert len(lines) == 1
    return response["statusCode"], json.loads(response["body"])


def test_text_fields_are_scored_and_matter(lake: Lake, evaluation: dict[str, Any]) -> None:
    scores = {}
    for plan in ("no", "yes"):
        status, answer = served(lake, evaluation, REQUEST | {"international_plan": plan, "total_intl_calls": 1})
        assert (status, answer["features"]) == (200, {})
        scores[plan] = answer["score"]
    assert scores["yes"] > 0.5 > scores["no"]
    assert answer["decision"] == "call"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"international_plan": "maybe"}, "international_plan is 'maybe'; it must be one of no, yes"),
        ({"international_plan": None}, "international_plan is required (string)"),
        ({"churn": "yes"}, "unknown field 'churn'"),
    ],
)
def test_a_wrong_field_is_named(lake: Lake, evaluation: dict[str, Any], change: dict[str, Any], told: str) -> None:
    status, problem = served(lake, evaluation, REQUEST | change)
    assert (status, problem["field"]) == (422, next(iter(change)))
    assert told in problem["detail"]


def test_training_and_serving_see_the_same_vectors(lake: Lake, evaluation: dict[str, Any]) -> None:
    """The golden rows were made by BuildFeatures; the same customers are asked for as an application would."""
    package = load_package(evaluation["packages"], evaluation["package"], open_model)
    golden = package.manifest["golden"]
    names = {0.0: "no", 1.0: "yes"}
    for row, score in list(zip(golden["rows"], golden["scores"], strict=True))[:5]:
        request = {name: row[name] for name in MODEL.request}
        request |= {name: names[row[name]] for name in MODEL.categories()}
        request |= {name: int(row[name]) for name in REQUEST if "charge" not in name and name not in MODEL.categories()}
        assert np.float32(served(lake, evaluation, request)[1]["score"]) == np.float32(score)


def test_slices_of_a_text_column_are_named_by_its_categories(evaluation: dict[str, Any], lake: Lake) -> None:
    report = json.loads(lake.ports.lake.get(evaluation["report"]))
    judged = [group["group"] for group in report["evidence"]["slices"] if group["slice"] == "international_plan"]
    assert sorted(judged) == ["no", "yes"]
