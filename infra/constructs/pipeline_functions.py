"""The functions behind the pipelines' states: file, layers and size of each."""

from dataclasses import dataclass

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.code_staging import function_code
from infra.constructs.layers import Layers
from infra.constructs.platform_function import FunctionSize, PlatformFunction
from roost import names
from roost.names import BASE_LAYER, CONNECTORS_LAYER, FEATURES_LAYER, SCORING_LAYER, TRAINING_LAYER
from roost.settings import Environment, PipelineSettings
from roost.spec import model_names

SMALL = FunctionSize(memory=256, seconds=60)
TABLES = FunctionSize(memory=3008, seconds=900, storage=4096)
LOAD = FunctionSize(memory=1024, seconds=900, storage=4096)
STREAM = FunctionSize(memory=1024, seconds=120)
FIT = FunctionSize(memory=3008, seconds=900, storage=4096)


@dataclass(frozen=True)
class Kind:
    """What steps of one kind need."""

    layers: tuple[str, ...]
    size: FunctionSize
    with_models: bool = True


TABLE_STEP = Kind((FEATURES_LAYER,), TABLES)
LOAD_STEP = Kind((FEATURES_LAYER, CONNECTORS_LAYER), LOAD)
STREAM_STEP = Kind((FEATURES_LAYER,), STREAM)
FIT_STEP = Kind((TRAINING_LAYER,), FIT)
JUDGE_STEP = Kind((BASE_LAYER, SCORING_LAYER), FIT)
RECORD_STEP = Kind((BASE_LAYER,), SMALL, with_models=False)


class FunctionFactory:
    """Makes pipeline functions that share stage, layers and settings."""

    def __init__(self, scope: Construct, config: StageConfig, layers: Layers, settings: PipelineSettings) -> None:
        self._scope, self._config, self._layers, self._settings = scope, config, layers, settings

    def make(
        self, group: str, step: str, kind: Kind, name: str = "", settings: Environment | None = None
    ) -> PlatformFunction:
        """The function of ``functions/<group>/<step>.py``, under another name and settings if given."""
        name = name or step
        return PlatformFunction(
            self._scope,
            "".join(part.capitalize() for part in name.split("_")),
            self._config,
            function_name=names.function(self._config.stage, name),
            handler=f"functions.{group}.{step}.handler",
            code=function_code(name, f"functions/{group}/{step}.py", model_names() if kind.with_models else []),
            layers=self._layers.of(*kind.layers),
            environment=(settings or self._settings).variables(),
            size=kind.size,
        )
