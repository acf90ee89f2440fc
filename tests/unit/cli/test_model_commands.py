"""``roost models`` and ``roost data lineage`` on a stage in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import pytest
from typer.testing import CliRunner, Result

from roost.adapters.in_memory import InMemoryEventBus, InMemoryObjectStore
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.domain.package import canonical_bytes, digest_of
from roost.names import Approval, Status
from roost.object_keys import EVALUATION_REPORT, PACKAGE_MANIFEST, package_key, run_key
from roost.ports import ChangePorts
from roost.spec import load_model
from roost.workflows.change_publishing import publish_changes
from tests.unit.registry.conftest import MODEL, Life

pytestmark = pytest.mark.usefixtures("elsewhere")

ARN = "arn:aws:sts::123456789012:assumed-role/risk/eve"


@dataclass
class Pipeline:
    """Runs that were asked for."""

    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        self.asked.append((name, request))
        return name


@dataclass
class Stage:
    """A stage in memory, as commands see a deployed one."""

    life: Life = field(default_factory=Life)
    audit: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    pipeline: Pipeline = field(default_factory=Pipeline)
    identity: str = ARN

    def __post_init__(self) -> None:
        self.registry, self.packages, self.lake = self.life.registry, self.life.packages, self.life.lake

    def releases(self, _model: str) -> Pipeline:
        return self.pipeline


@pytest.fixture
def stage() -> Stage:
    """Versions 1 (retired), 2 (live) and 3 (a candidate)."""
    found = Stage()
    CHOICES.open_stage = lambda _name: found  # type: ignore[assignment, return-value]
    for number in (1, 2):
        found.life.day += 1
        found.life.register()
        found.life.decide(number, Status.APPROVED)
        found.life.serve(number)
    found.life.register()
    return found


def roost(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--stage", "dev", *arguments])


def answer(*arguments: str) -> Any:
    result = roost(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_list_shows_aliases_and_tags(stage: Stage) -> None:
    roost("models", "tag", MODEL, "2", "team=risk", "use=eu")
    rows = [line.split() for line in roost("models", "list", MODEL).stdout.splitlines() if "run" not in line]
    assert [row[:3] for row in rows if row and row[0] in "12"] == [
        ["1", "retired", "previous"],
        ["2", "live", "champion"],
    ]
    assert "team=risk use=eu" in roost("models", "list", MODEL).stdout
    assert [version["aliases"] for version in answer("models", "list", MODEL)] == [["previous"], ["champion"], []]


def test_an_approval_is_in_the_name_of_the_caller(stage: Stage) -> None:
    result = roost("models", "approve", MODEL, "3", "--reason", "slices reviewed")
    assert result.exit_code == 0
    assert "next: roost release fraud --version 3" in result.stdout
    entry = stage.registry.audit(MODEL)[-1]
    assert (ARN in entry.actor, entry.detail["reason"]) == (True, "slices reviewed")
    assert stage.pipeline.asked == []
    assert answer("models", "show", MODEL, "3")["approval"]["reason"] == "slices reviewed"


@pytest.mark.parametrize(("option", "releases"), [("--release", 1), ("--no-release", 0)])
def test_where_people_approve_the_release_follows(stage: Stage, option: str, releases: int) -> None:
    manual = load_model(MODEL).model_copy(update={"approval": Approval.MANUAL})
    with patch("roost.cli.decision_commands.load_model", return_value=manual):
        found = answer("models", "approve", MODEL, "3", "--reason", "good", option)
    assert (found["status"], bool(found["release"])) == ("approved", bool(releases))
    assert len(stage.pipeline.asked) == releases
    for name, request in stage.pipeline.asked:
        assert name == found["release"]
        assert (request["version"], ARN in request["requested_by"], request["reason"]) == (3, True, "approved: good")


def test_a_decision_without_a_reason_is_refused(stage: Stage) -> None:
    for word in ("approve", "reject"):
        assert roost("models", word, MODEL, "3").exit_code == 2
        assert "--reason is empty" in roost("models", word, MODEL, "3", "--reason", " ").stderr
    assert stage.registry.version(MODEL, 3).status is Status.CANDIDATE


def test_a_rejected_version_is_final(stage: Stage) -> None:
    assert answer("models", "reject", MODEL, "3", "--reason", "leaks")["status"] == "rejected"
    assert "cannot become approved" in roost("models", "approve", MODEL, "3", "--reason", "after all").stderr


def test_versions_are_found_by_metric_tag_and_status(stage: Stage) -> None:
    roost("models", "tag", MODEL, "2", "team=risk")
    found = answer("models", "search", MODEL, "--where", "roc_auc>0.81", "--tag", "team=risk", "--status", "live")
    assert [version["number"] for version in found] == [2]
    assert answer("models", "search", MODEL, "--where", "roc_auc>0.99") == []
    assert "write a metric" in roost("models", "search", MODEL, "--where", "good ones").stderr


def packaged(stage: Stage, number: int, **lineage: Any) -> None:
    """Give a version a package and intervals of its own."""
    manifest = {"lineage": lineage, "features": ["amount", f"only_{number}"], "threshold": 0.5}
    digest = digest_of(manifest)
    stage.packages.put(package_key(digest, PACKAGE_MANIFEST), canonical_bytes(manifest))
    versions = stage.registry.version_records[MODEL]
    low = 0.5 + number / 4
    versions[number] = replace(versions[number], package=digest, intervals={"roc_auc": (low, low + 0.125)})


def test_a_comparison_shows_what_differs(stage: Stage) -> None:
    packaged(stage, 1, estimator="trees", parameters={"depth": 3, "rate": 0.1})
    packaged(stage, 2, estimator="trees", parameters={"depth": 5, "rate": 0.1})
    found = {
        (item["group"], item["name"]): item for item in answer("models", "compare", MODEL, "1", "2")["differences"]
    }
    metric = found["metric", "roc_auc"]
    assert metric["change"] == pytest.approx(0.01)
    assert (metric["first_interval"], metric["second_interval"], metric["apart"]) == ([0.75, 0.875], [1.0, 1.125], True)
    assert (found["parameter", "depth"]["first"], found["parameter", "depth"]["second"]) == (3, 5)
    assert {name for group, name in found if group == "feature"} == {"only_1", "only_2"}
    assert found["lineage", "datasets.transactions"]["second"] == "dataset-2"
    assert ("parameter", "rate") not in found
    everything = answer("models", "compare", MODEL, "1", "2", "--all")["differences"]
    assert {"parameter", "model"} <= {item["group"] for item in everything if item["first"] == item["second"]}


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_metrics_on_the_same_rows_come_from_the_later_ones_evaluation(stage: Stage, order: tuple[str, str]) -> None:
    report = {"champion": {"version": 1, "metrics": {"roc_auc": 0.7}}}
    stage.lake.put(run_key(MODEL, "run-2", EVALUATION_REPORT), json.dumps(report).encode())
    measured = {"1": 0.7, "2": 0.82}
    for number in (1, 2):
        packaged(stage, number)
    found = answer("models", "compare", MODEL, *order)
    assert found["same_rows"] == {"roc_auc": [pytest.approx(measured[number]) for number in order]}
    assert "both on the same holdout" in roost("models", "compare", MODEL, *order).stdout


def test_a_comparison_says_what_it_could_not_read(stage: Stage) -> None:
    for number in (1, 2):
        packaged(stage, number)
    del stage.packages.objects[package_key(stage.registry.version(MODEL, 1).package, PACKAGE_MANIFEST)]
    result = roost("models", "compare", MODEL, "1", "2")
    assert "the package of version 1 is gone" in result.stderr
    assert "not evaluated on the same rows" in result.stderr


def test_lineage_and_past_service_are_told(stage: Stage) -> None:
    found = answer("models", "lineage", MODEL, "2")
    assert (found["run"]["name"], found["datasets"][0]["digest"]) == ("run-2", "dataset-2")
    assert "release-2 completed, by bob" in roost("models", "lineage", MODEL, "2").stdout
    assert answer("models", "as-of", MODEL, "2026-01-02T12:00")["serving"]["version"] == 1
    assert "package-2" in roost("models", "as-of", MODEL, "2026-01-09").stdout
    assert "write a time such as" in roost("models", "as-of", MODEL, "yesterday").stderr
    assert [use["version"] for use in answer("data", "lineage", "dataset-2")] == [2]
    assert "no registered version was made from" in roost("data", "lineage", "feed00").stderr


def test_an_audit_is_compared_with_its_copy(stage: Stage) -> None:
    ports = ChangePorts("dev", stage.registry, stage.audit, InMemoryEventBus())
    publish_changes([(MODEL, 3)], [], ports)
    assert answer("models", "audit", MODEL, "--verify")["verified"]["uncopied"] == []
    entries = stage.registry.entries[MODEL]
    entries[-1] = replace(entries[-1], actor="mallory").sealed()
    assert roost("models", "audit", MODEL).exit_code == 0
    result = roost("models", "audit", MODEL, "--verify")
    assert result.exit_code == 1
    assert f"unlike their copies: entries [{len(entries)}]" in result.stderr


def test_packages_are_given_up_after_their_time(stage: Stage) -> None:
    roost("models", "reject", MODEL, "3", "--reason", "not needed")
    assert [item["version"] for item in answer("models", "expire", MODEL, "--older-than", "0d", "--dry-run")] == [3]
    assert stage.registry.version(MODEL, 3).expired_at == ""
    assert [item["version"] for item in answer("models", "expire", MODEL, "--older-than", "0d")] == [3]
    assert "(expired)" in roost("models", "list", MODEL).stdout
    assert "no package may go" in roost("models", "expire", MODEL, "--older-than", "90d", "--dry-run").stderr


@pytest.mark.parametrize("age", ["90", "3 months", "-1d"])
def test_an_age_that_cannot_be_read_is_named(stage: Stage, age: str) -> None:
    assert "write days, as 90d" in roost("models", "expire", MODEL, f"--older-than={age}").stderr


def test_a_version_that_was_given_up_is_not_released(stage: Stage) -> None:
    versions = stage.registry.version_records[MODEL]
    versions[1] = replace(versions[1], expired_at="2026-05-01T00:00:00+00:00")
    result = roost("rollback", MODEL, "--to", "1")
    assert result.exit_code == 1
    assert "cannot serve again: its package was expired" in result.stderr
