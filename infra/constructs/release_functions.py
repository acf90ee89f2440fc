"""The functions of the release pipelines, and what each may do: every grant is one line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack

from infra.constructs.model_endpoint import ModelEndpoint
from infra.constructs.model_registry import ModelRegistry
from infra.constructs.pipeline_functions import RECORD_STEP, Kind
from infra.constructs.platform_function import FunctionSize, PlatformFunction
from infra.constructs.release_states import ReleaseSteps
from roost import names
from roost.names import BASE_LAYER

Make = Callable[[str, str, Kind], PlatformFunction]
PUBLISH_STEP = Kind((BASE_LAYER,), FunctionSize(memory=256, seconds=600), with_models=False)  # a snapshot takes minutes


@dataclass(frozen=True)
class ReleaseFunctions:
    """The functions of a release's states, and the one that finds releases that nobody drives."""

    steps: ReleaseSteps
    claim_release: PlatformFunction


def release_functions(
    make: Make, registry: ModelRegistry, endpoints: Sequence[ModelEndpoint], stage: str
) -> ReleaseFunctions:
    """Make them; all models of a stage share them."""
    kinds = {"publish_version": PUBLISH_STEP}
    step_names = ReleaseSteps.__dataclass_fields__
    steps = ReleaseSteps(**{step: make("release", step, kinds.get(step, RECORD_STEP)) for step in step_names})
    claim = make("release", "claim_release", RECORD_STEP)
    _grant_records(steps, claim, registry)
    _grant_traffic(steps, claim, endpoints)
    for endpoint in endpoints:
        _grant_stop(claim, names.release_pipeline(stage, endpoint.model))
    steps.judge_canary.allow(["cloudwatch:GetMetricData"], ["*"])  # it has no resources to name
    return ReleaseFunctions(steps, claim)


def _grant_records(steps: ReleaseSteps, claim: PlatformFunction, registry: ModelRegistry) -> None:
    movers = (
        steps.plan_release, steps.publish_version, steps.ask_approval, steps.finish_release, steps.settle_release,
        steps.record_rollback, claim,
    )  # fmt: skip
    for mover in movers:
        registry.grant_move(mover)
    registry.grant_search(steps.plan_release)
    registry.grant_read_packages(steps.plan_release)
    registry.grant_read(steps.read_orders)
    registry.grant_read(steps.smoke_test)
    registry.grant_read_packages(steps.smoke_test)


def _grant_traffic(steps: ReleaseSteps, claim: PlatformFunction, endpoints: Sequence[ModelEndpoint]) -> None:
    for endpoint in endpoints:
        endpoint.grant_see_traffic(steps.plan_release)
        endpoint.grant_see_traffic(claim)
        endpoint.grant_publish(steps.publish_version)
        endpoint.grant_call_versions(steps.smoke_test)
        endpoint.grant_shift_traffic(steps.shift_traffic)


def _grant_stop(claim: PlatformFunction, machine: str) -> None:
    """See how a release's run is doing, and stop it."""
    runs = Stack.of(claim).format_arn(
        service="states", resource="execution", resource_name=f"{machine}:*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    claim.allow(["states:DescribeExecution", "states:StopExecution"], [runs])
