"""``POST /models/{model}/outcomes``: one function for all models, signed like every route."""

from collections.abc import Mapping

from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from infra.constructs.pipeline_functions import FunctionFactory, Kind
from infra.constructs.platform_function import FunctionSize
from infra.storage_stack import StorageStack
from roost.names import BASE_LAYER
from roost.settings import OutcomeSettings

RECORDER = Kind((BASE_LAYER,), FunctionSize(memory=512, seconds=29), with_models=False)


class OutcomesRoute(Construct):
    """Takes what turned out of predictions, under each of an API's ``models`` resources."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        storage: StorageStack,
        factory: FunctionFactory,
        models: Mapping[str, apigateway.Resource],
    ) -> None:
        super().__init__(scope, name)
        settings = OutcomeSettings(
            lake_bucket=storage.lake.bucket_name,
            packages_bucket=storage.registry.bucket_name,
            registry_table=storage.registry.table_name,
            outcomes_table=storage.predictions.outcomes_name,
        )
        record = factory.make("monitoring", "record_outcomes", RECORDER, settings=settings)
        storage.lake.grant_read_predictions(record)
        storage.registry.grant_see_released(record)
        storage.predictions.grant_report_outcomes(record)
        integration = apigateway.LambdaIntegration(record.function, allow_test_invoke=False)
        for resource in models.values():
            resource.add_resource("outcomes").add_method("POST", integration)
