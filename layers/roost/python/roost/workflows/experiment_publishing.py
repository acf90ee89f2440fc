"""PublishVersion and SmokeTest of an experiment: one function version that carries all arms, each arm tested."""

from dataclasses import replace
from typing import Any

from roost.domain.experiment_moves import experiment_published
from roost.domain.experiments import Arm
from roost.domain.registry import Actor
from roost.domain.served_arms import frozen
from roost.ports import PipelinePorts
from roost.settings import ScoringSettings
from roost.workflows.registry_moves import move
from roost.workflows.smoke_testing import tested_rows

ACTOR = "experiment pipeline"


def publish_arms(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Publish a function version that serves the planned arms; returns its number.

    What looks for a single package finds the control's.
    """
    model, identifier, registry = event["model"], event["plan"]["experiment"], ports.registry
    arms = planned_arms(event["plan"])
    experiment = replace(registry.experiment(model, identifier), arms=arms)
    variables = {
        ScoringSettings.variable("package"): arms[0].package,
        ScoringSettings.variable("model_version"): str(arms[0].version),
        ScoringSettings.variable("arms"): frozen(experiment),
    }
    versions = " and ".join(str(arm.version) for arm in arms)
    number = ports.endpoint(model).publish(variables, f"{model} versions {versions}")
    actor = Actor(ACTOR, ports.clock.now())
    move(
        registry,
        model,
        lambda head: experiment_published(head, registry.experiment(model, identifier), number, actor),
    )
    return {"function_version": number}


def smoke_test_arms(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Score the golden rows of each arm on the new function version, and the control's on the one to return to.

    Raises:
        SmokeTestFailed: a version fails, or scores a golden row otherwise than its package says.
    """
    model, published, plan = event["model"], event["function_version"], event["plan"]
    arms = planned_arms(plan)
    rows = sum(tested_rows(ports, model, published, arm.package, arm.package) for arm in arms)
    rows += tested_rows(ports, model, plan["previous_function_version"], arms[0].package)
    return {"function_version": published, "golden_rows": rows}


def planned_arms(plan: dict[str, Any]) -> tuple[Arm, ...]:
    """The arms that a plan names."""
    return tuple(Arm(**arm) for arm in plan["arms"])
