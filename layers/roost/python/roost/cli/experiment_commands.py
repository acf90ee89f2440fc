"""``roost experiment``: two versions behind one endpoint, split by entity, with a verdict that may be looked at."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import coloured, complain, note, out, print_json, table, when
from roost.cli.experiment_tables import experiment_drawing
from roost.cli.options import Json, Model, Yes
from roost.cli.training_commands import run_name
from roost.cli.watching import watch
from roost.domain.experiment_moves import check_startable
from roost.domain.experiment_request import wanted
from roost.domain.experiments import Experiment
from roost.experiment_errors import InvalidExperimentRequest, UnknownExperiment
from roost.experiment_names import Better, ExperimentAction, Finding, Policy
from roost.object_keys import experiment_key
from roost.workflows.experiment_observing import REPORT

app = typer.Typer(help="Experiments: A/B tests of two versions on live traffic.", no_args_is_help=True)
Named = Annotated[str, typer.Argument(help="Experiment; the latest if left out.")]
Reason = Annotated[str, typer.Option(help="Why; it is recorded.")]


@app.command("start")
@stage_command
def start(
    model: Model,
    *,
    a: Annotated[int, typer.Option("--a", help="Control: the version that serves.")],
    b: Annotated[int, typer.Option("--b", help="Challenger: an approved version.")],
    by: Annotated[str, typer.Option(help="Field of the request that names the entity.")],
    metric: Annotated[str, typer.Option(help="outcome, score, decision_rate, or a numeric field of the request.")],
    share: Annotated[float, typer.Option(help="The challenger's share in percent.")] = 50,
    better: Annotated[Better, typer.Option(help="Which way of the metric is good.")] = Better.HIGHER,
    low: Annotated[float | None, typer.Option(help="Lower bound of the metric; 0 if left out.")] = None,
    high: Annotated[float | None, typer.Option(help="Upper bound of the metric; 1 if left out.")] = None,
    margin: Annotated[float | None, typer.Option(help="A difference that would not matter.")] = None,
    alpha: Annotated[float, typer.Option(help="Chance of calling equals different, over all looks.")] = 0.05,
    salt: Annotated[str, typer.Option(help="Salt of the split; one of its own if left out.")] = "",
    policy: Annotated[Policy, typer.Option(help="thompson moves shares towards the better arm.")] = Policy.FIXED,
    floor: Annotated[float, typer.Option(help="Least share of an arm under thompson, 0 to 0.5.")] = 0.1,
    every_hours: Annotated[float, typer.Option(help="Shares stand at least this long under thompson.")] = 24,
    reason: Reason = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Split live traffic. Example: `roost experiment start fraud --a 7 --b 8 --by customer_id --metric outcome`."""
    optional = {"low": low, "high": high, "margin": margin, "salt": salt, "reason": reason}
    request: dict[str, Any] = {
        "a": a, "b": b, "by": by, "metric": metric, "share": share, "better": better.value, "alpha": alpha,
        "policy": policy.value, "floor": floor, "every_hours": every_hours,
        **{name: value for name, value in optional.items() if value not in (None, "")},
    }  # fmt: skip
    target = CHOICES.target()
    platform = target.platform()
    wanted(request, "experiment")
    check_startable(platform.registry.head(model), a, platform.registry.version(model, b))
    target.confirm(f"Split the traffic of {model} between versions {a} and {b}?", yes)
    request["requested_by"] = actor(target, platform).name
    _run(platform, model, ExperimentAction.START, request, as_json)


@app.command("list")
@stage_command
def list_experiments(model: Model, as_json: Json = False) -> None:
    """All experiments and how they ended. Example: `roost experiment list fraud`."""
    found = CHOICES.target().platform().registry.experiments(model)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    rows = [
        [e.identifier, e.status.value, *(f"{arm.version} ({arm.share:.0%})" for arm in e.arms), e.measured.metric,
         when(e.started_at), e.reason]
        for e in found
    ]  # fmt: skip
    columns = ("experiment", "status", "a", "b", "metric", "started", "reason")
    out.print(table(f"experiments of {model}", columns, rows))


@app.command("show")
@stage_command
def show(
    model: Model,
    experiment: Named = "",
    refresh: Annotated[bool, typer.Option(help="Read the log up to now first, while it runs.")] = True,
    as_json: Json = False,
) -> None:
    """Exposures, share check, lift with its interval, and the verdict. Example: `roost experiment show fraud`."""
    platform = CHOICES.target().platform()
    found = _find(platform, model, experiment)
    if refresh and platform.registry.head(model).active_experiment == found.identifier:
        request = {"action": ExperimentAction.OBSERVE.value, "requested_by": platform.identity}
        _follow(platform, model, f"observe-{run_name()}", request)
        found = platform.registry.experiment(model, found.identifier)
    report = _report(platform, found)
    if as_json:
        print_json({"experiment": asdict(found), "report": report})
        return
    for part in experiment_drawing(found, report):
        out.print(part, highlight=False, soft_wrap=True)


@app.command("stop")
@stage_command
def stop(model: Model, reason: Reason = "", yes: Yes = False, as_json: Json = False) -> None:
    """Send all traffic back to what served before. Example: `roost experiment stop fraud --reason "bug in b"`."""
    target = CHOICES.target()
    platform = target.platform()
    running = _running(platform, model)
    target.confirm(f"End {running.title} and send all traffic to version {running.control.version}?", yes)
    request = {"reason": reason, "requested_by": actor(target, platform).name}
    _run(platform, model, ExperimentAction.STOP, request, as_json)


@app.command("promote")
@stage_command
def promote(
    model: Model,
    reason: Reason = "",
    force: Annotated[bool, typer.Option("--force", help="Also where the verdict is not that b is better.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End the experiment and release its challenger, as any version. Example: `roost experiment promote fraud`."""
    target = CHOICES.target()
    platform = target.platform()
    running = _running(platform, model)
    finding = (_report(platform, running) or {}).get("finding", "nothing yet")
    if finding != Finding.CHALLENGER_BETTER and not force:
        raise InvalidExperimentRequest(
            f"the verdict of {running.title} is: {finding}. Stop it instead, or promote its challenger with --force"
        )
    target.confirm(f"End {running.title} and release version {running.challenger.version}?", yes)
    request = {"reason": reason or f"verdict: {finding}", "requested_by": actor(target, platform).name}
    _run(platform, model, ExperimentAction.PROMOTE, request, as_json)


def _running(platform: DeployedPlatform, model: str) -> Experiment:
    held = platform.registry.head(model).active_experiment
    if not held:
        raise UnknownExperiment(f"no experiment of {model} is running; see: roost experiment list {model}")
    return platform.registry.experiment(model, held)


def _find(platform: DeployedPlatform, model: str, named: str) -> Experiment:
    if named:
        return platform.registry.experiment(model, named)
    found = platform.registry.experiments(model)
    if not found:
        raise UnknownExperiment(f"{model} has no experiment yet; start one: roost experiment start {model}")
    return found[-1]


def _report(platform: DeployedPlatform, experiment: Experiment) -> dict[str, Any] | None:
    key = experiment_key(experiment.model, experiment.identifier, REPORT)
    if not platform.lake.exists(key):
        return None
    report: dict[str, Any] = json.loads(platform.lake.get(key))
    return report


def _run(
    platform: DeployedPlatform, model: str, action: ExperimentAction, request: dict[str, Any], as_json: bool
) -> None:
    name = f"{'experiment' if action is ExperimentAction.START else action.value}-{run_name()}"
    _follow(platform, model, name, {"action": action.value, **request})
    identifier = name if action is ExperimentAction.START else ""
    found = _find(platform, model, identifier)
    if as_json:
        print_json(asdict(found))
        return
    out.print(f"{coloured(found.status.value)}  {found.title}", highlight=False, soft_wrap=True)


def _follow(platform: DeployedPlatform, model: str, name: str, request: dict[str, Any]) -> None:
    """Run the pipeline to its end; one that fails ends the command with its reason."""
    pipeline = platform.experiment_runs(model)
    note(f"{request['action']}: run {name}")
    run = watch(pipeline, pipeline.start(name, request))
    if run.status != "SUCCEEDED":
        complain(run.error or run.status, run.cause)
        raise typer.Exit(1)
