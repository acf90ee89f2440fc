"""Imports point one way, in this repository as it stands."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from roost.settings import Environment
from tests.unit.tooling.import_rules import violations

ROOT = Path(__file__).resolve().parents[2]
SCORING_FUNCTIONS = sorted(path.stem for path in (ROOT / "functions/serving").glob("[a-z]*.py"))
NEVER_WHEN_SCORING = {"duckdb", "joblib", "onnx", "pandas", "pydantic", "scipy", "skl2onnx", "sklearn"}
LIST_MODULES = "import importlib, json, sys; importlib.import_module(sys.argv[1]); print(json.dumps(list(sys.modules)))"


def settings() -> dict[str, str]:
    """A value for every setting that has to have one."""
    classes = Environment.__subclasses__()
    needed = [(kind, field) for kind in classes for field in dataclasses.fields(kind)]
    return {kind.variable(field.name): "1" for kind, field in needed if field.default is dataclasses.MISSING}


def test_imports_point_one_way() -> None:
    assert [str(found) for found in violations(ROOT)] == []


@pytest.mark.parametrize("name", SCORING_FUNCTIONS)
def test_scoring_loads_no_training_library(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, f"functions.serving.{name}"],
        env={**settings(), "AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/roost/python'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {module.split(".")[0] for module in json.loads(done.stdout)}
    assert "roost" in loaded
    assert loaded & NEVER_WHEN_SCORING == set()
