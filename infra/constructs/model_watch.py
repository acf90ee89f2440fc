"""Everything that watches the deployed models: one line for each measurement that runs by the clock."""

from aws_cdk import Stack
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.pipeline_functions import FunctionFactory
from infra.storage_stack import StorageStack
from roost.spec import Model


class ModelWatch(Construct):
    """The measurements on all models of one stage."""

    def __init__(
        self,
        scope: Stack,
        name: str,
        config: StageConfig,
        *,
        storage: StorageStack,
        factory: FunctionFactory,
        models: list[Model],
    ) -> None:
        super().__init__(scope, name)
        self._config, self._storage, self._factory, self._models = config, storage, factory, models
