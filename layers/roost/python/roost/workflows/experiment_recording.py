"""RecordExperiment: bring the registry into agreement with where the traffic is."""

from collections.abc import Callable, Mapping
from typing import Any

from roost.domain.experiment_moves import (
    experiment_end,
    experiment_failed_to_reshare,
    experiment_reshared,
    experiment_running,
)
from roost.domain.experiments import Experiment
from roost.domain.failure_cause import readable_cause
from roost.domain.registry import Actor, Change, ModelHead
from roost.experiment_names import ExperimentAction, ExperimentStatus
from roost.ports import PipelinePorts
from roost.workflows.experiment_publishing import planned_arms
from roost.workflows.registry_moves import move

ACTOR = "experiment pipeline"

Make = Callable[[ModelHead, Experiment], Change | None]


def record_experiment(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Note what has come about: the arms serve, the shares changed, or the experiment is over.

    Raises:
        UnknownExperiment: the experiment was ended while it started or changed, so that traffic must return.
    """
    plan, action = event["plan"], ExperimentAction(event["plan"]["action"])
    actor = Actor(plan.get("requested_by") or ACTOR, ports.clock.now())
    if action in (ExperimentAction.START, ExperimentAction.RESHARE):
        return _serves(event, ports, actor, action)
    to = ExperimentStatus.PROMOTED if action is ExperimentAction.PROMOTE else ExperimentStatus.STOPPED
    return _over(event, ports, to, actor, plan["reason"])


def record_failure(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Note why a run of the pipeline failed, after traffic has returned: the start is over, new shares are not."""
    failure, actor = event.get("failure", {}), Actor(ACTOR, ports.clock.now())
    reason = f"{failure.get('Error', 'error')}: {readable_cause(failure.get('Cause', ''))}"
    if event["plan"]["action"] == ExperimentAction.RESHARE:
        _moved(event, ports, lambda head, found: _kept(head, found, actor, reason))
        return {"experiment": event["plan"]["experiment"], "status": "shares kept", "reason": reason}
    return _over(event, ports, ExperimentStatus.FAILED, actor, reason)


def _serves(event: dict[str, Any], ports: PipelinePorts, actor: Actor, action: ExperimentAction) -> dict[str, Any]:
    arms, serving = planned_arms(event["plan"]), event["function_version"]

    def noted(head: ModelHead, experiment: Experiment) -> Change | None:
        if experiment.function_version == serving and head.active_experiment == experiment.identifier:
            return None
        if action is ExperimentAction.START:
            return experiment_running(head, experiment, serving, actor)
        return experiment_reshared(head, experiment, arms, serving, actor)

    _moved(event, ports, noted)
    shares: Mapping[str, float] = {arm.name: arm.share for arm in arms}
    return {"experiment": event["plan"]["experiment"], "status": "running", "shares": shares}


def _kept(head: ModelHead, experiment: Experiment, actor: Actor, reason: str) -> Change | None:
    if head.active_experiment != experiment.identifier:
        return None
    return experiment_failed_to_reshare(head, experiment, actor, reason)


def _over(
    event: dict[str, Any], ports: PipelinePorts, to: ExperimentStatus, actor: Actor, reason: str
) -> dict[str, Any]:
    """End the experiment; nothing to do where that was done before."""

    def ended(head: ModelHead, experiment: Experiment) -> Change | None:
        if head.active_experiment != experiment.identifier:
            return None
        challenger = ports.registry.version(experiment.model, experiment.challenger.version)
        return experiment_end(head, experiment, challenger, to, actor, reason)

    _moved(event, ports, ended)
    return {"experiment": event["plan"]["experiment"], "status": to.value, "reason": reason}


def _moved(event: dict[str, Any], ports: PipelinePorts, make: Make) -> None:
    model, identifier = event["model"], event["plan"]["experiment"]
    move(ports.registry, model, lambda head: make(head, ports.registry.experiment(model, identifier)))
