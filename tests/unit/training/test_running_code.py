"""The digest of the code that runs: it follows what a step executes, and nothing else."""

import sys
from pathlib import Path

import pytest

from roost.adapters.running_code import _digest, running_code
from roost.spec import Model, OnDemandFeature
from tests.unit.training.conftest import doubled, project


@pytest.fixture
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "projects_of_a_test"
    for file in ("toy/definition.py", "toy/features.py", "shared/cards.py", "other/features.py", "step.py"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("1")
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, folder.name, raising=False)
    return folder


def digest(projects: Path, model: Model) -> str:
    _digest.cache_clear()
    return running_code(model, str(projects / "step.py"), projects.name)


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("toy/features.py", True), ("shared/cards.py", True), ("step.py", True),
        ("toy/definition.py", False), ("other/features.py", False), ("toy/notes.md", False),
    ],
)  # fmt: skip
def test_it_changes_with_the_files_that_a_step_runs(projects: Path, file: str, counts: bool) -> None:
    before = digest(projects, project())
    (projects / file).write_text("2")
    assert (digest(projects, project()) != before) == counts


def test_a_definition_whose_function_is_used_counts_too(projects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubled, "__module__", f"{projects.name}.toy.definition")
    model = project(on_demand=(OnDemandFeature(name="doubled", function=doubled, inputs=("amount",)),))
    before = digest(projects, model)
    (projects / "toy/definition.py").write_text("2")
    assert digest(projects, model) != before


def test_it_changes_with_a_library(projects: Path, tmp_path: Path) -> None:
    before = digest(projects, project())
    (tmp_path / "more-1.0.dist-info").mkdir()
    (tmp_path / "more-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: more\nVersion: 1.0\n")
    assert digest(projects, project()) != before
