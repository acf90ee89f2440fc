"""PlanExperiment: check what is asked for, take the model for an experiment, and fix what the next states do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from roost.domain.experiment_moves import check_startable, experiment_start
from roost.domain.experiment_request import Wanted, requested_action, requested_share, wanted
from roost.domain.experiments import Arm, Experiment
from roost.domain.package import verified_manifest
from roost.domain.registry import Actor, Change, ModelHead, Version
from roost.domain.release_plan import ALL
from roost.domain.served_arms import frozen
from roost.domain.signature_match import check_metric, check_same_requests, check_split
from roost.experiment_errors import InvalidExperimentRequest, UnknownExperiment
from roost.experiment_names import CHALLENGER, CONTROL, ExperimentAction, ExperimentStatus
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import PipelinePorts
from roost.workflows.registry_moves import move

BOUNDS = frozenset({"low", "high"})


def plan_experiment(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """What the pipeline does now: the action, the experiment, its arms, and where traffic goes and returns to.

    Raises:
        InvalidExperimentRequest, SignaturesDiffer: the request is wrong; nothing has moved.
        UnknownVersion, VersionNotApproved, PackageExpired: a version may not serve.
        ReleaseInProgress, ExperimentRunning: something else holds the model.
        UnknownExperiment: no experiment runs that could be ended, changed or observed.
    """
    action = requested_action(event["request"])
    if action is ExperimentAction.START:
        return _started(event, ports)
    held = ports.registry.head(event["model"]).active_experiment
    if action is ExperimentAction.OBSERVE and not held:
        return {"action": ExperimentAction.REST.value}
    if not held:
        raise UnknownExperiment(f"no experiment of {event['model']} is running; see: roost experiment list")
    experiment = ports.registry.experiment(event["model"], held)
    answer = _reshared if action is ExperimentAction.RESHARE else _ended
    return answer(action, event, experiment) | _alias_note(event, ports)


def _started(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    model, identifier, request = event["model"], event["experiment"], event["request"]
    asked = wanted(request, identifier)
    actor = Actor(request.get("requested_by") or "unknown", ports.clock.now())

    def start(head: ModelHead) -> Change | None:
        if head.active_experiment == identifier:
            return None
        a, b = (ports.registry.version(model, number) for number in (asked.a, asked.b))
        check_startable(head, asked.a, b)
        positive = _checked(ports, a, b, asked, bool(BOUNDS & set(request)))
        previous = ports.endpoint(model).alias().primary
        experiment = _experiment(identifier, (a, b), asked, actor, previous)
        experiment = replace(experiment, positive=positive, reason=request.get("reason") or "")
        frozen(experiment)
        return experiment_start(head, experiment, b, actor)

    note = _alias_note(event, ports)
    move(ports.registry, model, start)
    experiment = ports.registry.experiment(model, identifier)
    return _answer(ExperimentAction.START, experiment, experiment.arms, experiment.previous_function_version) | note


def _alias_note(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, str]:
    """Who moved the alias last: a shift that finds another one is refused."""
    return {"alias_note": ports.endpoint(event["model"]).alias().note}


def _checked(ports: PipelinePorts, a: Version, b: Version, asked: Wanted, bounded: bool) -> str:
    """Check that both packages take the request, and that it can be split and measured; the positive decision."""
    first, second = _manifest(ports, a), _manifest(ports, b)
    check_same_requests(first, second)
    check_split(first, asked.by)
    for manifest in (first, second):
        check_metric(manifest, asked.measured, bounded)
    return str(first["decision"]["positive"]) if first["decision"] else ""


def _manifest(ports: PipelinePorts, version: Version) -> dict[str, Any]:
    return verified_manifest(ports.packages.get(package_key(version.package, PACKAGE_MANIFEST)), version.package)


def _experiment(
    identifier: str, versions: tuple[Version, Version], asked: Wanted, actor: Actor, previous: str
) -> Experiment:
    a, b = versions
    control = Arm(CONTROL, a.number, a.package, round(1 - asked.share, 6))
    challenger = Arm(CHALLENGER, b.number, b.package, round(asked.share, 6))
    return Experiment(
        model=a.model, identifier=identifier, status=ExperimentStatus.STARTING, arms=(control, challenger),
        by=asked.by, salt=asked.salt, measured=asked.measured, policy=asked.policy, requested_by=actor.name,
        started_at=actor.at.isoformat(), challenger_was=b.status.value, previous_function_version=previous,
    )  # fmt: skip


def _reshared(action: ExperimentAction, event: Mapping[str, Any], experiment: Experiment) -> dict[str, Any]:
    if experiment.status is not ExperimentStatus.RUNNING:
        raise InvalidExperimentRequest(f"{experiment.title} is {experiment.status}; its shares change once it runs")
    share = requested_share(event["request"].get("share"), experiment.policy)
    arms = with_shares(experiment.arms, share)
    return _answer(action, experiment, arms, experiment.function_version)


def with_shares(arms: tuple[Arm, ...], share: float) -> tuple[Arm, ...]:
    """The arms with another share of the challenger, 0 to 1."""
    control, challenger = arms
    return replace(control, share=round(1 - share, 6)), replace(challenger, share=round(share, 6))


def _ended(action: ExperimentAction, event: Mapping[str, Any], experiment: Experiment) -> dict[str, Any]:
    answer = _answer(action, experiment, experiment.arms, experiment.previous_function_version)
    asked = event["request"]
    requested_by = asked.get("requested_by") or "unknown"
    return {**answer, "reason": asked.get("reason") or f"{action} asked for", "requested_by": requested_by}


def _answer(action: ExperimentAction, experiment: Experiment, arms: tuple[Arm, ...], back_to: str) -> dict[str, Any]:
    """What the later states read; the steps of traffic are those of a release that goes to all at once."""
    return {
        "action": action.value,
        "experiment": experiment.identifier,
        "arms": [{"name": arm.name, "version": arm.version, "package": arm.package, "share": arm.share}
                 for arm in arms],
        "function_version": experiment.function_version,
        "published": experiment.published,
        "previous_function_version": back_to,
        "previous_version": experiment.control.version,
        "challenger": experiment.challenger.version,
        "steps": [ALL],
        "bake": False,
    }  # fmt: skip
