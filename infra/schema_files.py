"""``models/<name>/schema.json``: a model's sources as they were last synthesised, kept under version control."""

from collections.abc import Sequence
from pathlib import Path

from infra.constructs.code_staging import MODELS
from roost.spec import Model
from roost.spec.schema_history import SchemaHistory, extended, history_text, read_history

FILE = "schema.json"


def check_schemas(models: Sequence[Model], folder: Path = MODELS) -> None:
    """Refuse definitions that rows already stored would not survive.

    Raises:
        InvalidDefinition: names the file, each field, and the ways out.
    """
    _grown(models, folder)


def record_schemas(models: Sequence[Model], folder: Path = MODELS) -> list[str]:
    """Write the files of the models whose sources grew, or that have none yet; returns their names.

    Raises:
        InvalidDefinition: as ``check_schemas``; nothing is written then.
    """
    grown = _grown(models, folder)
    for path, text in grown.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return [_shown(path.parent.name) for path in grown]


def _grown(models: Sequence[Model], folder: Path) -> dict[Path, str]:
    found = {folder / model.name / FILE: model for model in models}
    texts = {path: path.read_text(encoding="utf-8") if path.exists() else "" for path in found}
    wanted = {path: _text(texts[path], model) for path, model in found.items()}
    return {path: text for path, text in wanted.items() if text != texts[path]}


def _text(text: str, model: Model) -> str:
    shown = _shown(model.name)
    history = read_history(text, shown) if text else SchemaHistory()
    return history_text(extended(history, model, shown))


def _shown(model: str) -> str:
    return f"models/{model}/{FILE}"
