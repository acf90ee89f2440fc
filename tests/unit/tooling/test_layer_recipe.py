"""Every layer says what it may weigh; its lock pins what the checkout tests."""

import re
from pathlib import Path

import pytest

from infra.layer_build.layer_checks import LAMBDA_LIMIT_BYTES
from infra.layer_build.layer_errors import UnknownLayer, WrongRecipe
from infra.layer_build.layer_recipe import REPOSITORY, layer_names, read_recipe

ROOM_FOR_OUR_CODE = 10_000_000
PINNED = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ]+)", re.MULTILINE)


def pinned(lock: Path) -> dict[str, str]:
    return {found["name"]: found["version"] for found in PINNED.finditer(lock.read_text())}


def test_the_layers_are_those_with_requirements() -> None:
    assert layer_names() == sorted(path.parent.name for path in (REPOSITORY / "layers").glob("*/requirements.in"))


def test_an_unknown_layer_names_the_known_ones() -> None:
    with pytest.raises(UnknownLayer, match=r"no layer 'nothing': there are .*scoring"):
        read_recipe("nothing")


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [
        ("imports = []", "budget_bytes"),
        ("budget_bytes = 0\nimports = []", "budget_bytes"),
        ("budget_bytes = 1\nimports = []\nextra = 1", "extra"),
        ("budget_bytes =", "Invalid value"),
    ],
)
def test_a_wrong_recipe_names_its_file_and_field(tmp_path: Path, recipe: str, complaint: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/layer.toml").write_text(recipe)
    with pytest.raises(WrongRecipe, match=rf"(?s)odd/layer\.toml.*{complaint}"):
        read_recipe("odd", tmp_path)


@pytest.mark.parametrize("name", layer_names())
def test_every_budget_leaves_room_for_our_own_code(name: str) -> None:
    assert read_recipe(name).budget_bytes <= LAMBDA_LIMIT_BYTES - ROOM_FOR_OUR_CODE


@pytest.mark.parametrize("name", layer_names())
def test_a_layer_runs_the_versions_that_the_tests_run(name: str) -> None:
    tested = pinned(REPOSITORY / "requirements/dev.txt")
    shipped = pinned(read_recipe(name).lock)
    assert shipped
    assert shipped.items() <= tested.items()


def test_scoring_ships_nothing_that_only_training_needs() -> None:
    assert not pinned(read_recipe("scoring").lock).keys() & {"pandas", "scikit-learn", "scipy", "pydantic", "boto3"}
