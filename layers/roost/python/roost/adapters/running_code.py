"""The digest of the code that runs here: what a step's results depend on beside its inputs.

It is taken from the files and libraries of this process, not from what a deployment said of them: a state machine or
a setting may be older or newer than the code that a function has by now.
"""

import functools
import hashlib
import importlib
import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path

import roost
from roost.spec import Model
from roost.spec.loading import PACKAGE, SHARED

NOT_RUN = ("cli", "console")
DEFINITION = "definition"


def running_code(model: Model, handler: str, projects: str = PACKAGE) -> str:
    """SHA-256 over our package, the model's project, the handler's file and the versions of all libraries.

    A project's ``definition.py`` is left out where the definition refers to no function in it: what it says is part of
    the definition, of which each step reads but a part.
    """
    own = f"{projects}.{model.name}.{DEFINITION}"
    with_definition = f'"{own}:' in model.model_dump_json()
    return _digest(model.name, handler, projects, with_definition)


@functools.cache
def _digest(model: str, handler: str, projects: str, with_definition: bool) -> str:
    hashed = hashlib.sha256(platform.python_version().encode())
    for line in sorted({f"{one.name}=={one.version}" for one in importlib.metadata.distributions()}):
        hashed.update(f"\n{line}".encode())
    for name, path in _files(model, handler, projects):
        if with_definition or name != f"{model}/{DEFINITION}.py":
            hashed.update(f"\n{name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return hashed.hexdigest()


def _files(model: str, handler: str, projects: str) -> Iterable[tuple[str, Path]]:
    package = Path(roost.__file__).parent
    for path in _sources(package):
        if path.relative_to(package).parts[0] not in NOT_RUN:
            yield f"roost/{path.relative_to(package).as_posix()}", path
    for project in (model, SHARED):
        for folder in (Path(place) / project for place in importlib.import_module(projects).__path__):
            yield from ((f"{project}/{path.relative_to(folder).as_posix()}", path) for path in _sources(folder))
    yield Path(handler).name, Path(handler)


def _sources(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))
