"""``roost features compact``: the log of a stream, before its hour."""

import getpass
from typing import Annotated

import typer

from roost.cli.context import CHOICES, stage_command
from roost.cli.display import out, print_json
from roost.cli.options import Json, Watch
from roost.cli.training_commands import run_name
from roost.cli.watching import ended, watch
from roost.errors import UnknownSource
from roost.spec import load_model, model_names
from roost.spec.feeds import streamed_sources


@stage_command
def compact(
    source: Annotated[str, typer.Argument(help="Streamed source, as named in a model's definition.")],
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """Compact what has arrived on a stream, as a schedule does every hour on stages with streams.

    Example: `roost features compact card_transactions --watch`.
    """
    streamed = [found.name for found in streamed_sources(map(load_model, model_names()))]
    if source not in streamed:
        raise UnknownSource(f"no model project streams a source {source!r}; there are: {', '.join(streamed) or 'none'}")
    pipeline = CHOICES.target().platform().compactions(source)
    name = pipeline.start(run_name(), {"requested_by": getpass.getuser()})
    if follow:
        ended(watch(pipeline, name), as_json)
    elif as_json:
        print_json({"run": name})
    else:
        out.print(f"started {name}; --watch would have followed it", soft_wrap=True)
