"""What may be replaced: functions, pipelines, endpoints, the API. Each grant is one line here."""

from aws_cdk import CfnOutput, Duration, Environment, Stack
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.code_releases import CodeReleases
from infra.constructs.experiments import Experiments
from infra.constructs.feature_alarms import SkewAlarm, StreamAlarms
from infra.constructs.feature_pipeline import FeaturePipeline
from infra.constructs.feature_stream import FeatureStream, RejectedRecords
from infra.constructs.layers import BuildLayers, Layers
from infra.constructs.load_states import load_function
from infra.constructs.model_endpoint import ModelEndpoint
from infra.constructs.model_watch import ModelWatch
from infra.constructs.outcomes_route import OutcomesRoute
from infra.constructs.pipeline_functions import (
    RECORD_STEP,
    STREAM_STEP,
    TABLE_STEP,
    FunctionFactory,
)
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.prediction_api import PredictionApi
from infra.constructs.prediction_archive import PredictionArchive
from infra.constructs.prediction_observer import PredictionObserver
from infra.constructs.registry_events import RegistryEvents
from infra.constructs.release_alarm import ReleaseAlarm
from infra.constructs.release_functions import release_functions
from infra.constructs.release_pipeline import ReleasePipeline
from infra.constructs.reproduction_pipeline import ReproductionPipeline
from infra.constructs.state_machine import machine_arn
from infra.constructs.training_functions import training_functions
from infra.constructs.training_pipeline import TrainingPipeline
from infra.constructs.training_triggers import TrainingTriggers
from infra.layer_build import layer_assets
from infra.storage_stack import StorageStack
from roost.names import Output, audit_pipeline, backfill_pipeline, compaction_pipeline, training_pipeline
from roost.release_names import OnCodeChange
from roost.settings import ChangeSettings, PipelineSettings, StarterSettings, StreamSettings
from roost.spec import Model, Source
from roost.spec.feeds import streamed_sources

AUDIT_PERIOD = COMPACTION_PERIOD = Duration.hours(1)


class PlatformStack(Stack):
    """Everything that runs, for all models of one stage."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        storage: StorageStack,
        models: list[Model],
        build: BuildLayers = layer_assets,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, name, stack_name=name, env=env, description="Roost: functions, pipelines, endpoints")
        self._config, self._storage = config, storage
        self.add_stack_dependency(storage)
        self._layers = Layers(self, "Layers", config, build)
        self._factory = FunctionFactory(self, config, self._layers, self._settings())
        endpoints = {model.name: self._endpoint(model) for model in models}
        training = training_functions(self._factory.make, storage.lake, storage.registry, storage.features)
        release = release_functions(self._factory.make, storage.registry, list(endpoints.values()), config.stage)
        experiments = Experiments(
            self, "Experiments", config, factory=self._factory, storage=storage, release=release.steps,
            endpoints=endpoints,
        )  # fmt: skip
        backfill, audit = self._backfill(), self._audit()
        plan, compare = self._reproduction()
        for model in models:
            load = load_function(self._factory, model, storage.lake)
            pipeline = TrainingPipeline(self, f"Training-{model.name}", config, model, training, load)
            releasing = ReleasePipeline(self, f"Release-{model.name}", config, model, release)
            if config.code_releases and model.rollout.on_code_change is OnCodeChange.RELEASE:
                CodeReleases(
                    self, f"Code-{model.name}", config.stage, endpoints[model.name], releasing.pipeline.machine
                )
            ReleaseAlarm(self, f"ReleaseAlarm-{model.name}", config, model)
            experiments.add(model)
            ReproductionPipeline(
                self, f"Reproduction-{model.name}", config, model=model, training=training, plan=plan, compare=compare
            )
            self._triggers(model, pipeline)
            if model.views:
                self._backfill_pipeline(model, backfill)
                self._audit_pipeline(model, audit)
        self._streams(streamed_sources(models) if config.streams else [])
        self._registry_events()
        PredictionObserver(self, "PredictionObserver", storage, self._factory, endpoints)
        PredictionArchive(self, "PredictionArchive", storage, self._factory)
        ModelWatch(self, "Watch", config, storage=storage, factory=self._factory, models=models)
        self.api = PredictionApi(self, "Api", config, endpoints)
        OutcomesRoute(self, "Outcomes", storage, self._factory, self.api.models)
        self._outputs()

    def _settings(self) -> PipelineSettings:
        return PipelineSettings(
            stage=self._config.stage,
            lake_bucket=self._storage.lake.bucket_name,
            packages_bucket=self._storage.registry.bucket_name,
            registry_table=self._storage.registry.table_name,
            online_table=self._storage.features.table_name,
        )

    def _endpoint(self, model: Model) -> ModelEndpoint:
        return ModelEndpoint(
            self,
            f"Endpoint-{model.name}",
            self._config,
            model=model,
            layers=self._layers,
            registry=self._storage.registry,
            features=self._storage.features,
        )

    def _reproduction(self) -> tuple[PlatformFunction, PlatformFunction]:
        plan = self._factory.make("training", "plan_reproduction", RECORD_STEP)
        compare = self._factory.make("training", "compare_reproduction", RECORD_STEP)
        self._storage.registry.grant_see_released(plan)
        self._storage.registry.grant_read_packages(compare)
        return plan, compare

    def _triggers(self, model: Model, pipeline: TrainingPipeline) -> None:
        machine = machine_arn(self, training_pipeline(self._config.stage, model.name))
        name = f"start_training_{model.name}"
        start = self._factory.make("training", "start_training", RECORD_STEP, name, StarterSettings(machine))
        lake = self._storage.lake
        triggers = TrainingTriggers(self, f"Triggers-{model.name}", self._config, model, lake, start, machine)
        if model.retrain_on_code_change:
            triggers.on_changed_project(pipeline)

    def _backfill(self) -> PlatformFunction:
        backfill = self._factory.make("features", "backfill_features", TABLE_STEP)
        self._storage.lake.grant_read_history(backfill)
        self._storage.features.grant_merge(backfill)
        self._storage.registry.grant_see_released(backfill)
        return backfill

    def _backfill_pipeline(self, model: Model, backfill: PlatformFunction) -> None:
        FeaturePipeline(
            self,
            f"Backfill-{model.name}",
            self._config,
            machine_name=backfill_pipeline(self._config.stage, model.name),
            comment=f"Rebuild the online features of {model.name} from the offline store.",
            state="BackfillFeatures",
            function=backfill,
            payload={"model": model.name},
        )

    def _audit(self) -> PlatformFunction:
        audit = self._factory.make("features", "audit_features", TABLE_STEP)
        self._storage.lake.grant_read_history(audit)
        self._storage.lake.grant_report_audits(audit)
        self._storage.registry.grant_see_released(audit)
        self._storage.lake.grant_read_predictions(audit)
        return audit

    def _audit_pipeline(self, model: Model, audit: PlatformFunction) -> None:
        FeaturePipeline(
            self,
            f"Audit-{model.name}",
            self._config,
            machine_name=audit_pipeline(self._config.stage, model.name),
            comment=f"Compare the features that predictions of {model.name} used with what was known. Input: since.",
            state="AuditFeatures",
            function=audit,
            payload={"model": model.name, "request.$": "$$.Execution.Input"},
        ).start_every(AUDIT_PERIOD)
        SkewAlarm(self, f"Skew-{model.name}", model)

    def _registry_events(self) -> None:
        registry, archive = self._storage.registry, self._storage.audit
        settings = ChangeSettings(self._config.stage, registry.table_name, archive.bucket_name)
        publish = self._factory.make("registry", "publish_changes", RECORD_STEP, settings=settings)
        RegistryEvents(self, "RegistryEvents", registry, archive, publish)

    def _streams(self, sources: list[Source]) -> None:
        for source in sources:
            self._stream(source)
        if sources:
            compact = self._factory.make("features", "compact_events", TABLE_STEP)
            self._storage.lake.grant_compact_events(compact)
            for source in sources:
                self._compaction_pipeline(source, compact)

    def _compaction_pipeline(self, source: Source, compact: PlatformFunction) -> None:
        FeaturePipeline(
            self,
            f"Compact-{source.name}",
            self._config,
            machine_name=compaction_pipeline(self._config.stage, source.name),
            comment=f"Compact the log of what arrives on the stream of {source.name}.",
            state="CompactEvents",
            function=compact,
            payload={"source": source.name},
        ).start_every(COMPACTION_PERIOD)

    def _stream(self, source: Source) -> None:
        name = f"consume_{source.name}"
        rejected = RejectedRecords(self, f"Rejected-{source.name}")
        settings = StreamSettings(
            source=source.name,
            lake_bucket=self._storage.lake.bucket_name,
            packages_bucket=self._storage.registry.bucket_name,
            registry_table=self._storage.registry.table_name,
            online_table=self._storage.features.table_name,
            rejected_queue=rejected.queue.queue_url,
        )
        consumer = self._factory.make("features", "consume_stream", STREAM_STEP, name, settings)
        self._storage.lake.grant_log_events(consumer)
        self._storage.features.grant_merge(consumer)
        self._storage.registry.grant_see_released(consumer)
        rejected.grant_put_aside(consumer)
        FeatureStream(self, f"Stream-{source.name}", self._config, source, consumer)
        StreamAlarms(self, f"StreamAlarms-{source.name}", source, consumer)

    def _outputs(self) -> None:
        settings = self._settings()
        values = {
            Output.API_URL: self.api.api.url,
            Output.LAKE_BUCKET: settings.lake_bucket,
            Output.PACKAGES_BUCKET: settings.packages_bucket,
            Output.REGISTRY_TABLE: settings.registry_table,
            Output.AUDIT_BUCKET: self._storage.audit.bucket_name,
            Output.ONLINE_TABLE: settings.online_table,
        }
        for output, value in values.items():
            CfnOutput(self, output.value, value=value)
