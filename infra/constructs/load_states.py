"""LoadSources: the function and the state of a model whose sources have an origin; other models have neither."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Aws

from infra.constructs.data_lake import DataLake
from infra.constructs.pipeline_functions import LOAD_STEP, FunctionFactory
from infra.constructs.pipeline_states import RUN, State, catch_explained, task
from infra.constructs.platform_function import PlatformFunction
from roost.spec import Model

SUFFIX = "-??????"  # Secrets Manager ends each ARN in six characters of its own


def load_function(factory: FunctionFactory, model: Model, lake: DataLake) -> PlatformFunction | None:
    """The model's LoadSources, which may read the secrets of its own origins and add to its own sources' loads."""
    loaded = [source for source in model.sources if source.origin]
    if not loaded:
        return None
    function = factory.make("training", "load_sources", LOAD_STEP, f"load_sources_{model.name}")
    lake.grant_load(function, [source.name for source in loaded])
    grant_read_secrets(function, sorted({s.origin.secret for s in loaded if s.origin and s.origin.secret}))
    return function


def grant_read_secrets(function: PlatformFunction, secrets: Sequence[str]) -> None:
    """Read secrets by name, and no other.

    The pattern of six question marks stands for the suffix of an ARN ("Identity-based policies", AWS Secrets Manager
    User Guide): a star would let in every secret whose name begins like this one.
    """
    arn = f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:"
    if secrets:
        function.allow(["secretsmanager:GetSecretValue"], [f"{arn}{secret}{SUFFIX}" for secret in secrets])


def load_states(model: Model, function: PlatformFunction | None, following: str) -> dict[str, State]:
    """The state before ``following``; none for a model without an origin."""
    if function is None:
        return {}
    payload: dict[str, Any] = {"model": model.name, "run.$": RUN}
    return {"LoadSources": task(function.arn, payload, "$.load", following, catch_explained())}
