"""``roost features`` on a stage in memory, and without one."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.in_memory import (
    InMemoryObjectStore,
    InMemoryOnlineStore,
    InMemoryRegistryStore,
    InMemoryStreamLags,
)
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.cli.view_pages import MARK
from roost.domain.dataset import Dataset, LandedFile
from roost.domain.package import canonical_bytes, digest_of
from roost.domain.registry import Actor, Version, registration
from roost.errors import NotDeployed
from roost.names import Status
from roost.object_keys import MANIFEST, PACKAGE_MANIFEST, VALID_ROWS, VALIDATION_REPORT, dataset_key, package_key
from roost.spec import load_model
from roost.spec.layouts import layout_of
from roost.workflows.freshness import mark
from roost.workflows.ingesting import definition
from roost.workflows.packaging import signature

pytestmark = pytest.mark.usefixtures("elsewhere")

FRAUD = load_model("fraud")
SPEND, RISK = FRAUD.views
MONDAY = datetime(2018, 4, 2, 12, tzinfo=UTC)


@dataclass
class Stage:
    """A stage in memory, as commands see a deployed one."""

    stage: str = "dev"
    lake: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    packages: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    online: InMemoryOnlineStore = field(default_factory=InMemoryOnlineStore)
    registry: InMemoryRegistryStore = field(default_factory=InMemoryRegistryStore)
    stream_lags: InMemoryStreamLags = field(default_factory=InMemoryStreamLags)


class NoStage:
    """A stage that was never deployed."""

    def __getattr__(self, name: str) -> Any:
        raise NotDeployed("stack roost-dev-platform does not exist here; deploy first with: roost deploy")


@pytest.fixture
def stage() -> Stage:
    found = Stage()
    CHOICES.open_stage = lambda _name: found
    return found


def roost(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--stage", "dev", "features", *arguments])


def answer(*arguments: str) -> Any:
    result = roost(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def land(stage: Stage, folder: Path) -> str:
    """Three payments of customer 5, an hour apart; returns the digest of the data set."""
    hours = np.array(
        [np.datetime64(MONDAY.replace(tzinfo=None), "us") + np.timedelta64(hour, "h") for hour in range(3)]
    )
    columns = {
        "transaction_id": np.arange(3), "event_time": hours, "customer_id": np.array([5, 5, 5]),
        "terminal_id": np.array([7, 8, 7]), "amount": np.array([1.25, 2.0, 3.0]), "is_fraud": np.array([0, 0, 1]),
        "known_at": np.full(3, np.datetime64("NaT"), dtype="datetime64[us]"),
    }  # fmt: skip
    DuckDBTables().write_table(columns, folder / VALID_ROWS)
    start = int(MONDAY.timestamp())
    file = LandedFile("landing/card_transactions/a.csv", "v", 123, "0", 3, start, start + 7_200)
    dataset = Dataset(definition(FRAUD.source), (file,))
    stage.lake.put(dataset_key(dataset.digest, MANIFEST), dataset.to_json())
    stage.lake.upload(folder / VALID_ROWS, dataset_key(dataset.digest, VALID_ROWS))
    report = {"validated_at": MONDAY.isoformat(), "stopped": ""}
    stage.lake.put(dataset_key(dataset.digest, VALIDATION_REPORT), json.dumps(report).encode())
    return dataset.digest


def test_history_shows_how_features_came_to_be(stage: Stage, tmp_path: Path) -> None:
    land(stage, tmp_path)
    found = answer("history", "customer_spend", "5", "--since", "2018-04-02T13:00", "--limit", "1")
    assert (found["total"], len(found["moments"])) == (2, 1)
    (newest,) = found["moments"]
    assert (newest["event"], newest["known_at"], newest["columns"]) == ("2", "2018-04-02T14:00:00+00:00", {"amount": 3})
    assert newest["features"]["customer_spend__amount_sum_1d"] == 6.25


def test_history_is_a_table_and_says_how_many_there_are(stage: Stage, tmp_path: Path) -> None:
    land(stage, tmp_path)
    result = roost("history", "customer_spend", "5", "--limit", "2")
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("2018")]
    assert [(row[1], row[2], row[7]) for row in rows] == [("14:00:00", "2", "6.25"), ("13:00:00", "1", "3.25")]
    assert "2 of 3 moments" in result.stderr


def test_history_leaves_nothing_out_on_a_narrow_terminal(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    land(stage, tmp_path)
    shown = roost("history", "customer_spend", "5", "--limit", "1").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert all(feature.removeprefix("customer_spend__") in shown for feature in SPEND.features())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("customer_spend", "6"), "no event of source 'card_transactions' has customer_id '6'"),
        (("customer_spend", "six"), "key is 'six'; customer_id of view customer_spend is an integer"),
        (("customer_spend", "5", "--until", "soon"), "--until is 'soon'; write a time such as 2018-08-01T12:00"),
        (("spend", "5"), "there are: customer_spend, terminal_risk"),
    ],
)
def test_history_says_what_is_wrong(stage: Stage, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    land(stage, tmp_path)
    result = roost("history", *arguments)
    assert (result.exit_code, told in result.stderr) == (1, True)


def test_history_without_data_says_what_to_do(stage: Stage) -> None:
    result = roost("history", "customer_spend", "5")
    assert (result.exit_code, "land data and train first" in result.stderr) == (1, True)


def complete(stage: Stage, at: datetime) -> None:
    mark(stage.online, {layout_of(SPEND): int(at.timestamp())})


def test_freshness_is_by_view(stage: Stage) -> None:
    complete(stage, MONDAY)
    spend, risk = answer("freshness")
    assert (spend["view"], spend["complete_to"], spend["streamed"]) == ("customer_spend", MONDAY.isoformat(), True)
    assert spend["age_seconds"] > 86_400
    assert (risk["complete_to"], risk["age_seconds"], risk["stream_lag"]) == (None, None, None)


def test_freshness_in_words(stage: Stage) -> None:
    complete(stage, MONDAY)
    spend = roost("freshness", "customer_spend")
    assert "2018-04-02 12:00:00" in spend.stdout
    assert "days" in spend.stdout
    assert "terminal_risk" not in spend.stdout
    risk = roost("freshness", "terminal_risk")
    assert "never" in risk.stdout
    assert "roost features backfill MODEL" in risk.stderr


def register(stage: Stage) -> str:
    manifest = signature(FRAUD)
    package = digest_of(manifest)
    stage.packages.put(package_key(package, PACKAGE_MANIFEST), canonical_bytes(manifest))
    draft = Version("fraud", 0, Status.CANDIDATE, package, MONDAY.isoformat(), "run", {}, {})
    stage.registry.commit(registration(stage.registry.head("fraud"), draft, Actor("ann", MONDAY)))
    return package


def test_lineage_leads_from_the_data_to_the_versions(stage: Stage, tmp_path: Path) -> None:
    digest, package = land(stage, tmp_path), register(stage)
    found = answer("lineage", "customer_spend")
    assert found["upstream"]["landing"] == "landing/card_transactions/"
    assert found["upstream"]["stream"] == "roost-dev-card-transactions"
    assert found["downstream"][0]["inputs"] == ["customer_count_1d", "customer_mean_1d"]
    data, (version,) = found["stage"]["newest_dataset"], found["stage"]["versions"]
    assert (data["dataset"], data["files"], data["rows"]) == (digest, 1, 3)
    assert (version["version"], version["status"], version["package"]) == (1, "candidate", package)
    assert (version["as_defined"], found["missing"]) == (True, "")


def test_lineage_is_shown_in_tables(stage: Stage, tmp_path: Path) -> None:
    digest, package = land(stage, tmp_path), register(stage)
    shown = roost("lineage", "terminal_risk").stdout
    assert all(
        text in shown for text in (digest, package[:10], "candidate", "is_fraud_mean_7d", "itself", "2018-04-02")
    )


def test_lineage_on_an_empty_stage_says_how_data_come(stage: Stage) -> None:
    assert "roost data upload card_transactions FILE" in roost("lineage", "terminal_risk").stdout


def test_lineage_without_a_stage_is_that_of_the_definitions() -> None:
    CHOICES.open_stage = lambda _name: NoStage()
    result = roost("lineage", "customer_spend")
    assert (result.exit_code, "customer_mean_7d" in result.stdout) == (0, True)
    assert "missing: stack roost-dev-platform does not exist here; deploy first with: roost deploy" in result.stderr
    found = answer("lineage", "customer_spend")
    assert (found["stage"], "roost deploy" in found["missing"]) == (None, True)


def test_lineage_where_nothing_answers_says_what_to_do() -> None:
    result = roost("lineage", "customer_spend")
    assert (result.exit_code, "customer_mean_7d" in result.stdout) == (0, True)
    assert "start the embedded AWS with: roost local up" in result.stderr


def test_pages_are_written_without_any_aws(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    result = CliRunner().invoke(app, ["features", "docs", "--output", str(folder), "--json"])
    names = ["README.md", "customer_spend.md", "terminal_risk.md"]
    assert json.loads(result.stdout) == {"written": names, "removed": []}
    assert sorted(path.name for path in folder.iterdir()) == names


def test_pages_say_how_fresh_a_view_is_if_asked(stage: Stage, tmp_path: Path) -> None:
    complete(stage, MONDAY)
    (tmp_path / "former.md").write_text(MARK)
    result = roost("docs", "--output", str(tmp_path), "--freshness")
    assert "removed former.md" in result.stdout
    spend, risk = ((tmp_path / f"{view.name}.md").read_text() for view in (SPEND, RISK))
    assert f"complete to {MONDAY.isoformat()}" in spend
    assert "On stage `dev`" in risk
    assert "never materialised" in risk
