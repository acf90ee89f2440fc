"""The CDK app: ``cdk deploy --all -c stage=staging``."""

import sys

import aws_cdk
import cdk_nag

from infra.config import InvalidContext, check_runtime, read_config
from infra.constructs.layers import BuildLayers
from infra.layer_build import LayerBuildError, layer_assets
from infra.platform_stack import PlatformStack
from infra.schema_files import check_schemas, record_schemas
from infra.storage_stack import StorageStack
from roost import names
from roost.errors import RoostError
from roost.settings import deployment_target, endpoint_url
from roost.spec import Model, load_model, model_names
from roost.spec.feeds import shared_views


def build_app(app: aws_cdk.App, build: BuildLayers = layer_assets) -> aws_cdk.App:
    """Add the stacks of one stage to the app.

    Raises:
        InvalidContext: a context value is wrong.
        InvalidDefinition: a model project is wrong, or does not fit the rows that are stored of its sources.
        LayerBuildError: a layer cannot be built.
    """
    config = read_config(app)
    models = _models()
    account, region = deployment_target()
    check_runtime(config, on_aws=account is not None and not endpoint_url())
    environment = aws_cdk.Environment(account=account, region=region)
    storage = StorageStack(app, names.stack(config.stage, "storage"), config, env=environment)
    PlatformStack(app, names.stack(config.stage, "platform"), config, storage, models, build, env=environment)
    aws_cdk.Tags.of(app).add("roost:stage", config.stage)
    aws_cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    return app


def _models() -> list[Model]:
    models = [load_model(name) for name in model_names()]
    shared_views(models)
    check_schemas(models)
    return models


if __name__ == "__main__":
    try:
        build_app(aws_cdk.App()).synth()
        for file in record_schemas(_models()):
            print(f"roost: {file} records the sources as they are now; commit it", file=sys.stderr)
    except (InvalidContext, RoostError, LayerBuildError) as error:
        sys.exit(f"roost: {error}")
