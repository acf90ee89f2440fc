"""What a command means when it is told neither run nor version: the latest, or what serves."""

from roost.adapters.pipeline_runs import PipelineRuns
from roost.domain.registry import Version
from roost.errors import UnknownRun
from roost.ports import RegistryStore


def latest_run(pipeline: PipelineRuns, model: str) -> str:
    """Name of the latest run of a model's training pipeline.

    Raises:
        UnknownRun: there was none.
    """
    name = next(iter(pipeline.names(1)), "")
    if not name:
        raise UnknownRun(f"{model} was never trained here; start with: roost train {model}")
    return name


def meant_version(registry: RegistryStore, model: str, number: int) -> Version:
    """The version of this number; with 0 the champion, and before the first release the latest one.

    Raises:
        UnknownVersion: there is none.
    """
    head = registry.head(model)
    return registry.version(model, number or head.champion or head.latest_version)
