"""``roost``: train, release, score and look, on the embedded AWS or on a real account."""

from typing import Annotated

import typer

from roost import __version__
from roost.cli import (
    data_commands,
    experiment_commands,
    feature_commands,
    local_commands,
    model_commands,
    outcome_commands,
    prediction_commands,
    release_commands,
    shadow_commands,
    training_commands,
)
from roost.cli.context import CHOICES
from roost.cli.demo import demo_command
from roost.cli.deploy_command import deploy
from roost.cli.options import Debug, Profile, RealAws, Stage
from roost.cli.reproduce_command import reproduce
from roost.cli.sample_command import sample
from roost.cli.score_command import score
from roost.settings import CommandLineSettings

app = typer.Typer(
    help=__doc__,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(local_commands.app, name="local")
app.add_typer(data_commands.app, name="data")
app.add_typer(feature_commands.app, name="features")
app.add_typer(training_commands.runs, name="runs")
app.add_typer(model_commands.app, name="models")
app.add_typer(release_commands.releases, name="releases")
app.add_typer(prediction_commands.app, name="predictions")
app.add_typer(outcome_commands.app, name="outcomes")
app.add_typer(experiment_commands.app, name="experiment")
app.add_typer(shadow_commands.app, name="shadow")
data_commands.app.command()(sample)
app.command()(training_commands.train)
model_commands.app.command()(reproduce)
app.command()(release_commands.release)
app.command()(release_commands.rollback)
app.command()(deploy)
app.command()(score)
app.command(name="demo")(demo_command.demo)
app.command(name="down")(local_commands.down)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    stage: Stage = "",
    profile: Profile = "",
    aws: RealAws = False,
    debug: Debug = False,
    _version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Choose where to act. Without options: AWS_ENDPOINT_URL, else the embedded AWS if it runs, else real AWS."""
    defaults = CommandLineSettings.read()
    CHOICES.stage, CHOICES.profile = stage or defaults.stage, profile or defaults.profile
    CHOICES.aws, CHOICES.debug = aws, debug
