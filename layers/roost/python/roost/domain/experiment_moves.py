"""The registry's moves of experiments: an experiment holds its model as a release does, and gives it back."""

from dataclasses import asdict, replace
from typing import Any

from roost.domain.experiments import Arm, Experiment
from roost.domain.registry import Actor, Change, ModelHead, Version, change, check_free, check_releasable, moved
from roost.experiment_errors import InvalidExperimentRequest, UnknownExperiment
from roost.experiment_names import ExperimentStatus
from roost.names import Action, Status


def check_startable(head: ModelHead, a: int, challenger: Version) -> None:
    """Whether an experiment of the champion, version ``a``, against a challenger may begin.

    Raises:
        ReleaseInProgress, ExperimentRunning: something holds the model.
        InvalidExperimentRequest: the control is not what serves.
        VersionNotApproved, PackageExpired: the challenger may not serve.
    """
    check_free(head)
    if head.champion is None:
        raise InvalidExperimentRequest(f"{head.model} serves nothing yet; release version {a} first")
    if head.champion != a:
        raise InvalidExperimentRequest(
            f"a is version {a}, but version {head.champion} serves; the control is what serves before and after: give "
            f"--a {head.champion}, or release version {a} first"
        )
    check_releasable(challenger)


def experiment_start(head: ModelHead, experiment: Experiment, challenger: Version, actor: Actor) -> Change:
    """Begin an experiment: the challenger becomes canary and the model is taken until the experiment ends."""
    check_startable(head, experiment.control.version, challenger)
    detail = {"change": "start", "arms": [asdict(arm) for arm in experiment.arms], "by": experiment.by}
    return change(
        head, actor, Action.EXPERIMENT, experiment.identifier, detail,
        active_experiment=experiment.identifier, versions=(moved(challenger, Status.CANARY),),
        experiments=(experiment,),
    )  # fmt: skip


def experiment_published(head: ModelHead, experiment: Experiment, function_version: str, actor: Actor) -> Change:
    """Note a function version before traffic can reach it, so that whoever ends the experiment knows it.

    Raises:
        UnknownExperiment: the experiment has been ended meanwhile.
    """
    _check_held(head, experiment)
    noted = replace(experiment, published=function_version)
    return _noted(head, noted, actor, {"change": "published", "function_version": function_version})


def experiment_running(head: ModelHead, experiment: Experiment, function_version: str, actor: Actor) -> Change:
    """Note that all traffic goes to the function version that carries the arms.

    Raises:
        UnknownExperiment: the experiment has been ended meanwhile.
    """
    _check_held(head, experiment)
    status, at = ExperimentStatus.RUNNING, actor.at.isoformat()
    running = replace(experiment, status=status, function_version=function_version, shared_at=at)
    return _noted(head, running, actor, {"change": "running", "function_version": function_version})


def experiment_reshared(
    head: ModelHead, experiment: Experiment, arms: tuple[Arm, ...], function_version: str, actor: Actor
) -> Change:
    """Note new shares, and the function version that carries them.

    Raises:
        UnknownExperiment: the experiment has been ended meanwhile.
    """
    _check_held(head, experiment)
    changed = replace(experiment, arms=arms, function_version=function_version, shared_at=actor.at.isoformat())
    shares = {arm.name: arm.share for arm in arms}
    return _noted(head, changed, actor, {"change": "shares", "shares": shares, "function_version": function_version})


def experiment_failed_to_reshare(head: ModelHead, experiment: Experiment, actor: Actor, reason: str) -> Change:
    """Note that new shares did not come about; the experiment goes on with those it had."""
    _check_held(head, experiment)
    return _noted(head, experiment, actor, {"change": "shares kept", "reason": reason})


def experiment_end(
    head: ModelHead, experiment: Experiment, challenger: Version, to: ExperimentStatus, actor: Actor, reason: str
) -> Change:
    """End an experiment: its challenger is what it was before, and the model is free."""
    _check_held(head, experiment)
    ended = replace(experiment, status=to, finished_at=actor.at.isoformat(), reason=reason)
    returned = moved(challenger, Status(experiment.challenger_was), f"after {experiment.identifier}: {reason}")
    detail: dict[str, Any] = {"change": to.value, "reason": reason}
    return change(
        head, actor, Action.EXPERIMENT, experiment.identifier, detail,
        active_experiment="", versions=(returned,), experiments=(ended,),
    )  # fmt: skip


def _noted(head: ModelHead, experiment: Experiment, actor: Actor, detail: dict[str, Any]) -> Change:
    return change(head, actor, Action.EXPERIMENT, experiment.identifier, detail, experiments=(experiment,))


def _check_held(head: ModelHead, experiment: Experiment) -> None:
    if head.active_experiment != experiment.identifier:
        raise UnknownExperiment(f"{experiment.title} does not hold {head.model} any more: it has been ended")
