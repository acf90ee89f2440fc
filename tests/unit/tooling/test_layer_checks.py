"""A layer that is too large or does not import is refused, and the message says what to do."""

from pathlib import Path

import pytest

from infra.layer_build.layer_checks import (
    LAMBDA_LIMIT_BYTES,
    check_budget,
    check_imports,
    check_lambda_limit,
    folder_size,
)
from infra.layer_build.layer_errors import ImportFailed, LayerTooLarge
from infra.layer_build.layer_recipe import LayerRecipe
from tests.unit.tooling.conftest import Plant

RECIPE = LayerRecipe(name="scoring", budget_bytes=100, imports=("package",))


def sparse(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(size)
    return path.parent


def test_size_is_the_sum_of_files(plant: Plant) -> None:
    assert folder_size(plant({"python/a/x.py": "12345", "python/y.py": "123"})) == 8


def test_at_the_budget_is_allowed(plant: Plant) -> None:
    check_budget(RECIPE, plant({}), size=100)


def test_over_the_budget_names_the_largest_packages(plant: Plant) -> None:
    folder = plant({"python/large/x.py": "x" * 90, "python/small/x.py": "x" * 20})
    with pytest.raises(LayerTooLarge, match=r"110 bytes, its budget 100\. Largest: large 90, small 20\."):
        check_budget(RECIPE, folder, folder_size(folder))


def test_exactly_lambdas_limit_is_allowed(tmp_path: Path) -> None:
    layer = sparse(tmp_path / "layer/a", LAMBDA_LIMIT_BYTES - 1)
    code = sparse(tmp_path / "code/b", 1)
    assert check_lambda_limit([layer, code]) == LAMBDA_LIMIT_BYTES


def test_one_byte_over_lambdas_limit_names_the_parts(tmp_path: Path) -> None:
    layer = sparse(tmp_path / "layer/a", LAMBDA_LIMIT_BYTES)
    code = sparse(tmp_path / "code/b", 1)
    with pytest.raises(LayerTooLarge, match="layer 262,144,000, code 1"):
        check_lambda_limit([layer, code])


def test_a_module_imports_from_the_layer_alone(plant: Plant) -> None:
    check_imports(RECIPE, plant({"package/__init__.py": "import json\n"}))


def test_what_the_layer_lacks_is_named_even_if_this_interpreter_has_it(plant: Plant) -> None:
    folder = plant({"package/__init__.py": "import pydantic\n"})
    with pytest.raises(ImportFailed, match="No module named 'pydantic'"):
        check_imports(RECIPE, folder)


def test_the_import_leaves_the_layer_as_it_was(plant: Plant) -> None:
    folder = plant({"package/__init__.py": ""})
    check_imports(RECIPE, folder)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["__init__.py"]
