"""Build a third-party layer once, and find it again."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from infra.layer_build import bytecode, slimming, wheel_install
from infra.layer_build.layer_archive import zip_layer
from infra.layer_build.layer_checks import check_budget, check_imports, folder_size
from infra.layer_build.layer_recipe import REPOSITORY, LayerRecipe, layer_names, read_recipe
from infra.layer_build.layer_target import LayerTarget

BUILD_FOLDER = REPOSITORY / "build" / "layers"

_SHAPING_FILES = ("wheel_install.py", "slimming.py", "bytecode.py")


class LayerAsset(NamedTuple):
    """What the CDK needs of a layer.

    Attributes:
        path: the zip, ready for ``Code.from_asset``.
        digest: SHA-256 (hex) of what determines its content, for ``AssetHashType.CUSTOM``.
    """

    path: Path
    digest: str


def layer_asset(
    name: str, python_version: str | None = None, architecture: str | None = None, build_folder: Path = BUILD_FOLDER
) -> LayerAsset:
    """Build and zip a layer, or find it built.

    Args:
        name: folder under ``layers/``.
        python_version: Lambda's Python as ``X.Y``; this interpreter's by default.
        architecture: ``x86_64`` or ``arm64``; this machine's by default.
        build_folder: where built layers are kept, each under the digest of what made it.

    Raises:
        LayerBuildError: as ``build_layer``.
    """
    recipe, target = read_recipe(name), LayerTarget.of(python_version, architecture)
    with _alone(recipe, build_folder):
        archive = zip_layer(_build(recipe, target, build_folder))
    return LayerAsset(archive, layer_digest(name, target))


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
    recipe, target = read_recipe(name), LayerTarget.of(python_version, architecture)
    with _alone(recipe, build_folder):
        return _build(recipe, target, build_folder)


def layer_digest(name: str, target: LayerTarget) -> str:
    """Hash everything that determines a layer's content: its lock, the target, and the code that shapes it."""
    made_from = hashlib.sha256(f"{name} {target} {target.bytecode_magic}\n".encode())
    made_from.update(read_recipe(name).lock.read_bytes())
    for file in _SHAPING_FILES:
        made_from.update(Path(__file__).with_name(file).read_bytes())
    return made_from.hexdigest()


def _build(recipe: LayerRecipe, target: LayerTarget, build_folder: Path) -> Path:
    built = build_folder / f"{recipe.name}-{target}-{layer_digest(recipe.name, target)[:16]}"
    weight = built.with_name(f"{built.name}.bytes")
    if not (built.is_dir() and weight.exists()):
        workshop = build_folder / f".{recipe.name}"
        _clear(workshop, *build_folder.glob(f"{recipe.name}-{target}-*"))
        size = _make(recipe, target, workshop)
        workshop.replace(built)
        weight.write_text(str(size))
    check_budget(recipe, built, int(weight.read_text()))
    return built


def _make(recipe: LayerRecipe, target: LayerTarget, folder: Path) -> int:
    packages = folder / "python"
    wheel_install.install_wheels(recipe.lock, packages, target)
    slimming.slim(packages)
    bytecode.compile_modules(packages, target)
    slimming.normalise(folder)
    if target.runs_here:
        check_imports(recipe, packages)
    return folder_size(folder)


def _clear(*paths: Path) -> None:
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@contextmanager
def _alone(recipe: LayerRecipe, build_folder: Path) -> Iterator[None]:
    """Let one process at a time build a layer; the next one finds it built."""
    build_folder.mkdir(parents=True, exist_ok=True)
    with (build_folder / f".{recipe.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
