"""Base of every definition: frozen, unknown fields refused, names in snake case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class Definition(BaseModel):
    """A frozen part of a model project; ``model_dump_json`` is stable and is part of a model's lineage."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def reference(function: Callable[..., Any]) -> str:
    """Import path of a module-level function, ``package.module:name``."""
    return f"{function.__module__}:{function.__qualname__}"


Function = Annotated[Callable[..., Any], PlainSerializer(reference, return_type=str)]


def short_duration(value: timedelta) -> str:
    """A duration as it stands in feature names: ``90s``, ``30m``, ``6h``, ``7d``; the largest unit that divides it."""
    seconds = round(value.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
