"""Experiments and shadows of all models: their functions, what each may do, and their machines."""

from collections.abc import Mapping

from aws_cdk import Duration
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.experiment_pipeline import ExperimentFunctions, ExperimentPipeline
from infra.constructs.feature_pipeline import FeaturePipeline
from infra.constructs.model_endpoint import ModelEndpoint
from infra.constructs.pipeline_functions import RECORD_STEP, FunctionFactory, Kind
from infra.constructs.platform_function import FunctionSize, PlatformFunction
from infra.constructs.release_states import ReleaseSteps
from infra.storage_stack import StorageStack
from roost.experiment_names import shadow_pipeline
from roost.names import BASE_LAYER, SCORING_LAYER
from roost.settings import ExperimentSettings
from roost.spec import Model

OBSERVE_STEP = Kind((BASE_LAYER,), FunctionSize(memory=1024, seconds=600), with_models=False)
SHADOW_STEP = Kind((BASE_LAYER, SCORING_LAYER), FunctionSize(memory=1024, seconds=600))
SHADOW_PERIOD = Duration.minutes(5)


class Experiments(Construct):
    """One machine for experiments and one for shadows to a model; their functions are shared."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        factory: FunctionFactory,
        storage: StorageStack,
        release: ReleaseSteps,
        endpoints: Mapping[str, ModelEndpoint],
    ) -> None:
        super().__init__(scope, name)
        self._config, self._storage, self._endpoints = config, storage, endpoints
        self._functions = self._experiment_functions(factory, release)
        self._shadow = self._shadow_function(factory)

    def add(self, model: Model) -> None:
        """The machines of a model."""
        ExperimentPipeline(self, f"Experiment-{model.name}", self._config, model, self._functions)
        FeaturePipeline(
            self,
            f"Shadow-{model.name}",
            self._config,
            machine_name=shadow_pipeline(self._config.stage, model.name),
            comment=f"Score what the log of {model.name} has recorded by the versions in its shadow.",
            state="ScoreShadow",
            function=self._shadow,
            payload={"model": model.name},
        ).start_every(SHADOW_PERIOD)

    def _experiment_functions(self, factory: FunctionFactory, release: ReleaseSteps) -> ExperimentFunctions:
        registry, lake = self._storage.registry, self._storage.lake
        plan = factory.make("experiments", "plan_experiment", RECORD_STEP)
        record = factory.make("experiments", "record_experiment", RECORD_STEP)
        observe = factory.make("experiments", "observe_experiment", OBSERVE_STEP, settings=self._settings())
        registry.grant_move(plan)
        registry.grant_read_packages(plan)
        registry.grant_move(record)
        registry.grant_read(observe)
        lake.grant_count_exposures(observe)
        lake.grant_read_predictions(observe)
        self._storage.predictions.grant_read_outcomes(observe)
        for endpoint in self._endpoints.values():
            endpoint.grant_see_traffic(plan)
        return ExperimentFunctions(
            plan_experiment=plan,
            publish_version=release.publish_version,
            smoke_test=release.smoke_test,
            shift_traffic=release.shift_traffic,
            record_experiment=record,
            observe_experiment=observe,
        )

    def _settings(self) -> ExperimentSettings:
        storage = self._storage
        return ExperimentSettings(
            stage=self._config.stage,
            lake_bucket=storage.lake.bucket_name,
            packages_bucket=storage.registry.bucket_name,
            registry_table=storage.registry.table_name,
            online_table=storage.features.table_name,
            outcomes_table=storage.predictions.outcomes_name,
        )

    def _shadow_function(self, factory: FunctionFactory) -> PlatformFunction:
        shadow = factory.make("experiments", "score_shadow", SHADOW_STEP)
        self._storage.registry.grant_read_packages(shadow)
        self._storage.lake.grant_score_shadows(shadow)
        self._storage.lake.grant_read_predictions(shadow)
        return shadow
