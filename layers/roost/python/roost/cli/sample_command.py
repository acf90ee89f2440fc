"""``roost data sample``: the data that a model project ships, as files to land."""

import importlib
import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from roost.cli.context import CHOICES, stage_command
from roost.cli.data_commands import land
from roost.cli.display import out, print_json
from roost.cli.options import Json, Model
from roost.errors import UnknownModel
from roost.spec import load_model, model_names

MODULE = "sample_data"


@stage_command
def sample(
    model: Model,
    *,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files.")] = Path("build/data"),
    upload: Annotated[bool, typer.Option("--upload", help="Land the files, which starts a training run.")] = False,
    as_json: Json = False,
) -> None:
    """Write the sample data of a model project, or land them. Example: `roost data sample churn --upload`."""
    source = load_model(model).source.name
    lake = CHOICES.target().platform().lake if upload else None
    files = sample_files(model, folder)
    keys = land(lake, source, files) if lake else []
    if as_json:
        print_json({"source": source, "files": files, "landed": keys})
    else:
        out.print(f"{', '.join(map(str, files))}: sample data of {source}")


def sample_files(model: str, folder: Path) -> list[Path]:
    """Write the files of ``models/<model>/sample_data.py`` into a folder.

    Raises:
        UnknownModel: the project ships no data.
    """
    try:
        module = importlib.import_module(f"models.{model}.{MODULE}")
    except ModuleNotFoundError as error:
        shipping = ", ".join(name for name in model_names() if importlib.util.find_spec(f"models.{name}.{MODULE}"))
        raise UnknownModel(f"models/{model} ships no {MODULE}.py; there are sample data of: {shipping}") from error
    files: list[Path] = module.write_landing_files(folder)
    return files
