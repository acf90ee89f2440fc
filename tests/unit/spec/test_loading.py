"""Model projects are found by folder and explain what is wrong with them."""

from pathlib import Path

import pytest

from roost.errors import InvalidDefinition, UnknownModel
from roost.spec import load_model, model_names

BROKEN = """
from roost.spec import Column, ColumnType
Column(name="at", type=ColumnType.TIMESTAMP, minimum=0)
"""


@pytest.fixture
def churn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a model project in a package of its own; the package's name is the parent's."""
    root = tmp_path / f"projects_{tmp_path.name}"
    (root / "churn").mkdir(parents=True)
    (root / "__init__.py").touch()
    (root / "churn" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    return root / "churn"


def test_the_repositorys_models_load() -> None:
    assert [load_model(name).name for name in model_names()] == model_names()
    assert "fraud" in model_names()


def test_what_models_share_is_no_model(churn: Path) -> None:
    (churn.parent / "shared").mkdir()
    (churn.parent / "shared" / "__init__.py").touch()
    assert model_names(churn.parent.name) == ["churn"]


def test_an_unknown_model_lists_those_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"no model project 'models/frued'; there are \['"):
        load_model("frued")


def test_a_broken_definition_names_file_and_fix(churn: Path) -> None:
    (churn / "definition.py").write_text(BROKEN)
    with pytest.raises(InvalidDefinition, match=r"/churn/definition.py: Column: column 'at': minimum and maximum"):
        load_model("churn", churn.parent.name)


def test_a_definition_without_a_model_says_so(churn: Path) -> None:
    (churn / "definition.py").write_text("")
    with pytest.raises(InvalidDefinition, match=r"/churn/definition.py: define MODEL = Model"):
        load_model("churn", churn.parent.name)
