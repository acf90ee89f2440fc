"""Beside each definition lies what its sources looked like; a synth extends it, or ends with what to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.constructs.code_staging import REPOSITORY
from infra.schema_files import FILE, check_schemas, record_schemas
from roost.errors import InvalidDefinition
from roost.spec import Model, load_model, model_names

NOT_COPIED = shutil.ignore_patterns("__pycache__", "cli")


@pytest.fixture
def fraud() -> Model:
    return load_model("fraud")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fraud").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", model_names())
def test_the_committed_record_is_that_of_the_definition(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    shutil.copyfile(REPOSITORY / "models" / name / FILE, tmp_path / name / FILE)
    assert record_schemas([load_model(name)], tmp_path) == []


def test_a_missing_record_is_written_once(fraud: Model, folder: Path) -> None:
    assert record_schemas([fraud], folder) == ["models/fraud/schema.json"]
    assert (folder / "fraud" / FILE).read_bytes() == (REPOSITORY / "models" / "fraud" / FILE).read_bytes()
    assert record_schemas([fraud], folder) == []


def test_a_record_grows_with_its_source(fraud: Model, folder: Path) -> None:
    record_schemas([fraud], folder)
    path = folder / "fraud" / FILE
    now = path.read_text()
    path.write_text(now.replace('"nullable": true', '"nullable": false'))
    assert record_schemas([fraud], folder) == ["models/fraud/schema.json"]
    assert path.read_text() == now


def test_a_refusal_of_one_model_writes_none(fraud: Model, folder: Path) -> None:
    record_schemas([fraud], folder)
    path = folder / "fraud" / FILE
    spoiled = path.read_text().replace('"decimals": 2', '"decimals": 4')
    path.write_text(spoiled)
    (folder / "scam").mkdir()
    for refused in (check_schemas, record_schemas):
        with pytest.raises(InvalidDefinition, match="column 'amount' has decimals=2 and had 4: keep 4"):
            refused([fraud.model_copy(update={"name": "scam"}), fraud], folder)
    assert path.read_text() == spoiled
    assert not (folder / "scam" / FILE).exists()


def test_models_that_share_a_source_record_the_same(fraud: Model, folder: Path) -> None:
    (folder / "scam").mkdir()
    record_schemas([fraud, fraud.model_copy(update={"name": "scam"})], folder)
    assert (folder / "fraud" / FILE).read_text() == (folder / "scam" / FILE).read_text()


def test_a_record_is_not_shipped(platform: dict[str, object]) -> None:
    assert list((REPOSITORY / "build" / "functions").rglob("definition.py"))
    assert not list((REPOSITORY / "build" / "functions").rglob(FILE))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The repository as far as a synth reads it before it builds anything."""
    for name in ("infra", "models", "layers/roost/python/roost"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=NOT_COPIED)
    return tmp_path


def test_a_synth_that_must_stop_says_what_to_do_and_no_more(checkout: Path) -> None:
    definition, record = (checkout / "models" / "fraud" / name for name in ("definition.py", FILE))
    definition.write_text(definition.read_text().replace("decimals=2", "decimals=3"))
    before = record.read_bytes()
    environment = {"PYTHONPATH": f"{checkout}:{checkout / 'layers/roost/python'}", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "infra.app"], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "roost: models/fraud/definition.py: source 'card_transactions' does not fit its stored rows, as "
        "models/fraud/schema.json records them:\n"
        "  - column 'amount' has decimals=3 and had 2: keep 2, and add a nullable column for what is new\n"
        "Or give the source a new name and land its history there. What was never deployed may be deleted from "
        "models/fraud/schema.json\n"
    )
    assert record.read_bytes() == before
