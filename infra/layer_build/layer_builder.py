"""Build a third-party layer once, and find it again."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from infra.layer_build import bytecode, slimming, wheel_install
from infra.layer_build.layer_archive import zip_layer
from infra.layer_build.layer_checks import check_budget, check_imports
from infra.layer_build.layer_recipe import REPOSITORY, LayerRecipe, layer_names, read_recipe
from infra.layer_build.layer_target import LayerTarget

BUILD_FOLDER = REPOSITORY / "build" / "layers"

_SHAPING_MODULES = (wheel_install, slimming, bytecode)


class LayerAsset(NamedTuple):
    """What the CDK needs of a layer.

    Attributes:
        path: the zip, ready for ``Code.from_asset``.
        digest: SHA-256 (hex) of what determines its content, for ``AssetHashType.CUSTOM``.
    """

    path: Path
    digest: str


def layer_asset(name: str, python_version: str | None = None, architecture: str | None = None) -> LayerAsset:
    """Build and zip a layer, or find it built.

    Args:
        name: folder under ``layers/``.
        python_version: Lambda's Python as ``X.Y``; this interpreter's by default.
        architecture: ``x86_64`` or ``arm64``; this machine's by default.

    Raises:
        LayerBuildError: as ``build_layer``.
    """
    target = LayerTarget.of(python_version, architecture)
    folder = _build(read_recipe(name), target, BUILD_FOLDER)
    return LayerAsset(zip_layer(folder), layer_digest(name, target))


def layer_assets(
    names: Sequence[str] = (), python_version: str | None = None, architecture: str | None = None
) -> dict[str, LayerAsset]:
    """Build and zip several layers at once (all of them by default), side by side.

    Raises:
        LayerBuildError: as ``build_layer``.
    """
    names = names or layer_names()
    with ThreadPoolExecutor(len(names)) as pool:
        assets = pool.map(lambda name: layer_asset(name, python_version, architecture), names)
        return dict(zip(names, assets, strict=True))


def build_layer(
    name: str, python_version: str | None = None, architecture: str | None = None, build_folder: Path = BUILD_FOLDER
) -> Path:
    """Build a layer, or find it built: locked wheels, slimmed, compiled, checked; the same on every machine.

    Args:
        name: folder under ``layers/``.
        python_version: Lambda's Python as ``X.Y``; this interpreter's by default.
        architecture: ``x86_64`` or ``arm64``; this machine's by default.
        build_folder: where built layers are kept, each under the digest of what made it.

    Returns:
        A folder that holds ``python/``.

    Raises:
        UnknownLayer: no such folder under ``layers/``.
        InstallFailed: a locked package has no wheel for the target.
        BytecodeFailed: a module does not compile.
        ImportFailed: slimming took something that is needed.
        LayerTooLarge: the layer is over its budget.
    """
    return _build(read_recipe(name), LayerTarget.of(python_version, architecture), build_folder)


def layer_digest(name: str, target: LayerTarget) -> str:
    """Hash everything that determines a layer's content: its lock, the target, and the code that shapes it."""
    made_from = hashlib.sha256(f"{name} {target} {target.bytecode_magic}\n".encode())
    made_from.update(read_recipe(name).lock.read_bytes())
    for module in _SHAPING_MODULES:
        made_from.update(Path(module.__file__).read_bytes())
    return made_from.hexdigest()


def _build(recipe: LayerRecipe, target: LayerTarget, build_folder: Path) -> Path:
    built = build_folder / f"{recipe.name}-{target}-{layer_digest(recipe.name, target)[:16]}"
    if built.is_dir():
        check_budget(recipe, built)
        return built
    build_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build_folder, prefix=f".{recipe.name}-") as workshop:
        made = Path(workshop) / built.name
        _make(recipe, target, made)
        _forget_older(recipe, target, build_folder)
        shutil.move(made, built)
    return built


def _make(recipe: LayerRecipe, target: LayerTarget, folder: Path) -> None:
    packages = folder / "python"
    wheel_install.install_wheels(recipe.lock, packages, target)
    slimming.slim(packages)
    bytecode.compile_modules(packages, target)
    slimming.normalise(folder)
    check_budget(recipe, folder)
    if target.runs_here:
        check_imports(recipe, packages)


def _forget_older(recipe: LayerRecipe, target: LayerTarget, build_folder: Path) -> None:
    for old in build_folder.glob(f"{recipe.name}-{target}-*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
