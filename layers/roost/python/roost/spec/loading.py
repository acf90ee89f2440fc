"""Find and read model projects: packages ``models.<name>`` whose module ``definition`` holds ``MODEL``.

``models.shared`` is no project: it holds the entities, sources and views that several models import.
"""

import importlib
import pkgutil

from pydantic import ValidationError

from roost.errors import InvalidDefinition, UnknownModel
from roost.spec.model import Model

PACKAGE = "models"
SHARED = "shared"


def model_names(package_name: str = PACKAGE) -> list[str]:
    """Names of all model projects in a package on the import path, sorted."""
    package = importlib.import_module(package_name)
    found = {module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg}
    return sorted(found - {SHARED})


def load_model(name: str, package_name: str = PACKAGE) -> Model:
    """Read the definition of a model project, ``<package>/<name>/definition.py``.

    Raises:
        UnknownModel: there is no folder of this name.
        InvalidDefinition: the definition is wrong; the message names the file, the field and the fix.
    """
    known = model_names(package_name)
    if name not in known:
        raise UnknownModel(f"no model project '{package_name}/{name}'; there are {known}")
    return _model_of(name, package_name, f"{package_name}/{name}/definition.py")


def _model_of(name: str, package_name: str, file: str) -> Model:
    try:
        module = importlib.import_module(f"{package_name}.{name}.definition")
    except ValidationError as error:
        raise InvalidDefinition(f"{file}: {_explained(error)}") from error
    model = getattr(module, "MODEL", None)
    if not isinstance(model, Model):
        raise InvalidDefinition(f"{file}: define MODEL = Model(...)")
    if model.name != name:
        raise InvalidDefinition(f"{file}: field name is {model.name!r}; it must be the folder's name, {name!r}")
    return model


def _explained(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    return f"{error.title}{'.' + field if field else ''}: {first['msg'].removeprefix('Value error, ')}"
