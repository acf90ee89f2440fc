"""A function's code: its own file and the model projects, and nothing else, so that only they change its version."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

from infra.layer_build import LayerTarget
from infra.layer_build.bytecode import compile_modules
from roost.spec.loading import SHARED

REPOSITORY = Path(__file__).resolve().parents[2]
STAGING = REPOSITORY / "build" / "functions"
MODELS = REPOSITORY / "models"
PACKAGE = REPOSITORY / "layers" / "roost" / "python" / "roost"
NOT_SHIPPED = ("cli", "console", "__pycache__")


def function_code(name: str, file: str, models: Sequence[str]) -> lambda_.Code:
    """The asset of a function: ``file`` (from the repository's root) and the Python files of the models named.

    Models may import from ``models/shared``, so it goes with them.
    """
    folder = STAGING / name
    shutil.rmtree(folder, ignore_errors=True)
    wanted = [REPOSITORY / file, MODELS / "__init__.py"]
    shipped = [*models, SHARED] if models else []
    wanted += [path for model in shipped for path in sorted((MODELS / model).rglob("*.py"))]
    for path in wanted:
        copy = folder / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return lambda_.Code.from_asset(str(folder))


def roost_layer(target: LayerTarget | None = None) -> Path:
    """Our package as a layer's folder, compiled for the target: a cold start then compiles nothing."""
    target = target or LayerTarget.of(None, None)
    folder = STAGING.parent / "layers" / f"roost-{target}"
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns(*NOT_SHIPPED)
    shutil.copytree(PACKAGE, folder / "python" / "roost", ignore=ignored)
    compile_modules(folder / "python", target)
    return folder
