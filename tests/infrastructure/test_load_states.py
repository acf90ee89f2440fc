"""LoadSources stands before Ingest where a source has an origin, and may reach its own secret and loads only."""

from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk.assertions import Template

from infra.config import read_config
from infra.platform_stack import PlatformStack
from infra.storage_stack import StorageStack
from roost.spec import Model, SqlOrigin, load_model
from tests.infrastructure.conftest import FEATURE_FLAGS, STAGE, stand_in_layers
from tests.infrastructure.test_permissions import granted
from tests.infrastructure.test_pipelines import definitions


def with_origin() -> Model:
    fraud = load_model("fraud")
    origin = SqlOrigin(secret="shop/db", table="orders", watermark="event_time")
    source = fraud.source.model_copy(update={"origin": origin, "format": "json"})
    views = tuple(view.model_copy(update={"source": source}) for view in fraud.views)
    return fraud.model_copy(update={"source": source, "views": views})


@pytest.fixture(scope="module")
def loading(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("loading")
    app = aws_cdk.App(outdir=str(folder / "out"), context={**FEATURE_FLAGS, "stage": STAGE, "code": "abc"})
    config = read_config(app)
    storage = StorageStack(app, "storage", config)
    stack = PlatformStack(app, "platform", config, storage, [with_origin()], stand_in_layers(folder))
    resources: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return resources


def test_it_may_read_its_secret_and_add_to_its_loads(loading: dict[str, Any]) -> None:
    may = granted(loading)["LoadSourcesFraud"]
    assert may == {
        "secretsmanager:GetSecretValue": {"secret:shop/db-??????"},
        "s3:ListBucket": {"lake"},
        "s3:GetObject": {"lake/loads/card_transactions/*"},
        "s3:PutObject": {"lake/loads/card_transactions/*"},
    }


def test_it_stands_before_ingest_and_retries(loading: dict[str, Any]) -> None:
    training = definitions(loading)["roost-test-fraud-training"]
    state = training["States"]["LoadSources"]
    assert (training["StartAt"], state["Next"]) == ("LoadSources", "Ingest")
    assert {"ConcurrentUpdate", "DependencyUnavailable"} <= set(state["Retry"][0]["ErrorEquals"])
    assert "Catch" not in state  # a redrive runs what failed
    assert state["Parameters"] == {"model": "fraud", "run.$": "$$.Execution.Name"}


def test_a_model_without_an_origin_has_neither(platform: dict[str, Any]) -> None:
    assert definitions(platform)["roost-test-fraud-training"]["StartAt"] == "Ingest"
    assert "LoadSourcesFraud" not in granted(platform)
