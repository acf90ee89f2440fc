"""The functions of the training pipeline, and what each may do: every grant is one line."""

from collections.abc import Callable

from infra.constructs.data_lake import DataLake
from infra.constructs.feature_store import FeatureStore
from infra.constructs.model_registry import ModelRegistry
from infra.constructs.pipeline_functions import FIT_STEP, JUDGE_STEP, RECORD_STEP, TABLE_STEP, Kind
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.training_pipeline import TrainingFunctions

Make = Callable[[str, str, Kind], PlatformFunction]


def training_functions(
    make: Make, lake: DataLake, registry: ModelRegistry, features: FeatureStore
) -> TrainingFunctions:
    """Make them; all models of a stage share them."""
    steps = _made(make)
    _grant_data(steps, lake, registry, features)
    _grant_models(steps, lake, registry)
    return steps


def _made(make: Make) -> TrainingFunctions:
    return TrainingFunctions(
        ingest=make("training", "ingest", TABLE_STEP),
        validate_data=make("training", "validate_data", TABLE_STEP),
        build_features=make("training", "build_features", TABLE_STEP),
        check_leakage=make("training", "check_leakage", TABLE_STEP),
        materialize_features=make("training", "materialize_features", TABLE_STEP),
        plan_search=make("training", "plan_search", FIT_STEP),
        run_trial=make("training", "run_trial", FIT_STEP),
        next_rung=make("training", "next_rung", RECORD_STEP),
        train_model=make("training", "train_model", FIT_STEP),
        evaluate_model=make("training", "evaluate_model", JUDGE_STEP),
        register_model=make("training", "register_model", RECORD_STEP),
    )


def _grant_data(steps: TrainingFunctions, lake: DataLake, registry: ModelRegistry, features: FeatureStore) -> None:
    lake.grant_take_landed(steps.ingest)
    lake.grant_read_datasets(steps.ingest)
    lake.grant_validate(steps.validate_data)
    lake.grant_write_runs(steps.validate_data)
    lake.grant_read_datasets(steps.build_features)
    lake.grant_read_datasets(steps.check_leakage)
    lake.grant_read_history(steps.materialize_features)
    features.grant_merge(steps.materialize_features)
    registry.grant_see_released(steps.materialize_features)


def _grant_models(steps: TrainingFunctions, lake: DataLake, registry: ModelRegistry) -> None:
    for step in (steps.plan_search, steps.next_rung):
        lake.grant_read_runs(step)
        lake.grant_write_runs(step)
    remembered = (steps.build_features, steps.check_leakage, steps.run_trial, steps.train_model)
    for step in (*remembered, steps.evaluate_model):
        lake.grant_reuse_steps(step)
    registry.grant_see_released(steps.evaluate_model)
    registry.grant_store_packages(steps.evaluate_model)
    registry.grant_move(steps.register_model)
    registry.grant_search(steps.register_model)
