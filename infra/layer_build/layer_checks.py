"""What must hold of a built layer: it imports by itself, and it is small enough."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from infra.layer_build.layer_errors import ImportFailed, LayerTooLarge
from infra.layer_build.layer_recipe import LayerRecipe

LAMBDA_LIMIT_BYTES = 262_144_000
"""Most that a function and its layers may weigh unzipped ("Lambda quotas", AWS Lambda Developer Guide)."""

_IMPORT = "import sys, importlib; sys.path.insert(0, sys.argv[1]); [importlib.import_module(m) for m in sys.argv[2:]]"


def folder_size(folder: Path) -> int:
    """Add up the bytes of the files under a folder, as Lambda counts them."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def check_budget(recipe: LayerRecipe, folder: Path, size: int) -> None:
    """Hold a layer's size in bytes against its budget.

    Raises:
        LayerTooLarge: it is over; the message names the largest packages.
    """
    if size > recipe.budget_bytes:
        raise LayerTooLarge(
            f"layer {recipe.name} is {size:,} bytes, its budget {recipe.budget_bytes:,}. Largest: {_largest(folder)}. "
            f"Drop a package, add to infra/layer_build/slimming.py, or raise budget_bytes in its layer.toml."
        )


def check_lambda_limit(folders: Iterable[Path]) -> int:
    """Weigh a function's code with all its layers against Lambda's limit.

    Args:
        folders: the function's own code and the folder of each of its layers.

    Returns:
        Their size in bytes.

    Raises:
        LayerTooLarge: together they are over the limit; the message names each part.
    """
    sizes = {folder.name: folder_size(folder) for folder in folders}
    total = sum(sizes.values())
    if total > LAMBDA_LIMIT_BYTES:
        parts = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
        raise LayerTooLarge(f"{total:,} bytes unzipped, and Lambda takes {LAMBDA_LIMIT_BYTES:,}: {parts}")
    return total


def check_imports(recipe: LayerRecipe, packages: Path) -> None:
    """Import the layer's modules in a bare interpreter that sees nothing but them and the standard library.

    Raises:
        ImportFailed: a module is missing something; the message is the interpreter's.
    """
    command = [sys.executable, "-I", "-S", "-B", "-c", _IMPORT, str(packages), *recipe.imports]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImportFailed(f"layer {recipe.name} does not import after slimming: {done.stderr.strip()}")


def _largest(folder: Path, count: int = 5) -> str:
    packages: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file():
            packages[path.relative_to(folder).parts[1]] += path.stat().st_size
    return ", ".join(f"{name} {size:,}" for name, size in packages.most_common(count))
