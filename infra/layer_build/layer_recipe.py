"""What a third-party layer is made of: ``layers/<name>/`` and its lock."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError

from infra.layer_build.layer_errors import UnknownLayer, WrongRecipe

REPOSITORY = Path(__file__).resolve().parents[2]
LAYERS = REPOSITORY / "layers"


class LayerRecipe(BaseModel):
    """One layer: what it may weigh and what must import from it alone.

    Attributes:
        name: folder under ``layers/``.
        budget_bytes: most that the slimmed layer may weigh unzipped, bytecode included.
        imports: modules that must import with nothing but the layer on the path.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    budget_bytes: PositiveInt
    imports: tuple[str, ...]

    @property
    def lock(self) -> Path:
        """The layer's pinned packages with their hashes."""
        return REPOSITORY / "requirements" / f"layer-{self.name}.txt"


def read_recipe(name: str, layers: Path = LAYERS) -> LayerRecipe:
    """Read ``layers/<name>/layer.toml``.

    Raises:
        UnknownLayer: there is no such folder with a recipe.
        WrongRecipe: a field is missing, unknown or of the wrong type.
    """
    path = layers / name / "layer.toml"
    if not path.is_file():
        raise UnknownLayer(f"no layer {name!r}: there are {', '.join(layer_names(layers))}")
    try:
        return LayerRecipe(name=name, **tomllib.loads(path.read_text()))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise WrongRecipe(f"{path}: {error}") from error


def layer_names(layers: Path = LAYERS) -> list[str]:
    """List the layers that have a recipe, sorted."""
    return sorted(path.parent.name for path in layers.glob("*/layer.toml"))
