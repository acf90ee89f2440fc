"""The command line: help for everything, and errors in one line."""

import json
import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from roost.cli.app import app
from roost.cli.score_command import _request
from roost.errors import MalformedRequest

COMMANDS = (
    "features list", "features show", "features lineage", "features docs", "features get", "features history",
    "features freshness", "features backfill", "features compact",
    "features audit",
    "train", "release", "rollback", "deploy", "score", "demo", "down", "local up", "local down", "local reset",
    "local status", "data simulate", "data upload", "runs list", "runs show", "models list", "models show",
    "models audit", "models card", "models reproduce", "runs resume", "releases list", "releases show",
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """A command points the SDK of its process somewhere; afterwards all is as before."""
    with patch.dict(os.environ):
        yield


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint at which nothing listens."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_an_unknown_model_is_one_line_and_exit_code_1() -> None:
    result = CliRunner().invoke(app, ["train", "frued"])
    assert result.exit_code == 1
    assert "no model project 'models/frued'; there are" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("nowhere")
def test_where_a_command_acts_and_that_nothing_answers_there() -> None:
    result = CliRunner().invoke(app, ["--stage", "staging", "models", "list", "fraud"])
    assert result.exit_code == 1
    assert "embedded AWS http://127.0.0.1:9 · stage staging" in result.stderr
    assert "start the embedded AWS with: roost local up" in result.stderr.replace("\n", " ")


def test_fields_and_a_body_make_one_request() -> None:
    assert _request(["amount=2.5", "name=bob"], '{"customer_id": 5}') == {
        "customer_id": 5, "amount": 2.5, "name": "bob",
    }  # fmt: skip


@pytest.mark.parametrize(("fields", "body"), [(["amount"], ""), ([], "{amount: 1}")])
def test_a_request_that_cannot_be_read_says_how_to_write_it(fields: list[str], body: str) -> None:
    with pytest.raises(MalformedRequest, match="--field|--body"):
        _request(fields, body)


def test_views_are_listed_and_shown_without_any_aws() -> None:
    listed = CliRunner().invoke(app, ["features", "list", "--json"])
    assert {row["view"] for row in json.loads(listed.stdout)} >= {"customer_spend", "terminal_risk"}
    shown = CliRunner().invoke(app, ["features", "show", "customer_spend"])
    assert "customer_spend__amount_sum_30d" in shown.stdout


def test_an_unknown_view_names_the_known_ones() -> None:
    result = CliRunner().invoke(app, ["features", "show", "spend"])
    assert result.exit_code == 1
    assert "there are: customer_spend, terminal_risk" in result.stderr
