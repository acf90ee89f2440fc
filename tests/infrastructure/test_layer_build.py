"""The real layers: small enough, whole, compiled, and the same every time."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.layer_build import build_layer, check_lambda_limit, layer_asset, layer_assets, layer_names
from infra.layer_build.layer_checks import folder_size
from infra.layer_build.layer_recipe import REPOSITORY, read_recipe
from infra.layer_build.layer_target import LayerTarget
from infra.layer_build.slimming import ANYWHERE, BY_PACKAGE, DIST_INFO, KEPT
from infra.layer_build.wheel_install import install_wheels

PROGRAMS = Path(__file__).parent / "layer_programs"
ARM64_IN_ELF = 183
TOLERANCE = 1e-6


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    layer_assets()


@pytest.fixture(scope="module")
def unslimmed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folders = [tmp_path_factory.mktemp(name) for name in layer_names()]
    for name, folder in zip(layer_names(), folders, strict=True):
        install_wheels(read_recipe(name).lock, folder, LayerTarget())
    return folders


def run_in_layer(program: str, layer: Path, *arguments: Path) -> str:
    command = [sys.executable, "-I", "-S", "-B", str(PROGRAMS / program), str(layer / "python"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", layer_names())
def test_layer_keeps_to_its_budget(name: str) -> None:
    assert 0 < folder_size(build_layer(name)) <= read_recipe(name).budget_bytes


@pytest.mark.parametrize("name", layer_names())
def test_function_with_its_layers_fits_into_lambda(name: str) -> None:
    ours = [REPOSITORY / "layers/roost", REPOSITORY / "functions", REPOSITORY / "models"]
    check_lambda_limit([build_layer(name), *ours])


@pytest.mark.parametrize("name", layer_names())
def test_every_module_is_compiled(name: str) -> None:
    modules = list(build_layer(name).rglob("*.py"))
    assert modules
    assert [path for path in modules if not Path(importlib.util.cache_from_source(str(path))).exists()] == []


@pytest.mark.parametrize("name", layer_names())
def test_boto3_is_left_to_lambda(name: str) -> None:
    assert not {path.name for path in (build_layer(name) / "python").iterdir()} & {"boto3", "botocore"}


def test_a_second_build_does_nothing() -> None:
    first = layer_asset("base")
    written = first.path.stat().st_mtime_ns
    assert layer_asset("base") == first
    assert first.path.stat().st_mtime_ns == written


def test_the_digest_names_the_archive() -> None:
    asset = layer_asset("scoring")
    assert asset.path.stem.endswith(asset.digest[:16])


@pytest.mark.parametrize("name", ["base", "scoring"])
def test_two_builds_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    again = layer_asset(name, build_folder=tmp_path)
    assert again.digest == layer_asset(name).digest
    assert again.path.read_bytes() == layer_asset(name).path.read_bytes()


def test_another_processor_gets_its_own_binaries(tmp_path: Path) -> None:
    layer = build_layer("base", architecture="arm64", build_folder=tmp_path)
    binaries = list(layer.rglob("*.so"))
    assert binaries
    assert {int.from_bytes(path.read_bytes()[18:20], "little") for path in binaries} == {ARM64_IN_ELF}


def test_a_rebuild_replaces_what_an_older_lock_made(tmp_path: Path) -> None:
    older = tmp_path / f"base-{LayerTarget()}-0000000000000000"
    older.mkdir()
    newer = build_layer("base", build_folder=tmp_path)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [newer]


@pytest.mark.parametrize("pattern", [*BY_PACKAGE, *DIST_INFO, *KEPT])
def test_no_slimming_pattern_is_out_of_date(pattern: str, unslimmed: list[Path]) -> None:
    assert any(list(folder.glob(pattern)) for folder in unslimmed)


@pytest.mark.parametrize("pattern", ANYWHERE)
def test_no_general_pattern_is_out_of_date(pattern: str, unslimmed: list[Path]) -> None:
    assert any(next(folder.glob(pattern), None) for folder in unslimmed)


def test_the_scoring_layer_agrees_with_what_the_training_layer_fitted(tmp_path: Path) -> None:
    run_in_layer("convert_models.py", build_layer("training"), tmp_path)
    differences = json.loads(run_in_layer("score_models.py", build_layer("scoring"), tmp_path))
    assert differences.keys() == {"logistic", "forest", "boosting"}
    assert max(differences.values()) < TOLERANCE
