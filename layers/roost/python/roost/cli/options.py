"""Options and arguments that commands share, each spelled once."""

from typing import Annotated

import typer

WHERE = "Where it acts"

Model = Annotated[str, typer.Argument(help="Model project, the folder's name under models/.")]
Number = Annotated[int, typer.Argument(help="Version.")]
View = Annotated[str, typer.Argument(help="Feature view, as named in a model's definition.")]
Key = Annotated[str, typer.Argument(help="Key of the entity.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it to the end.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before real AWS is changed.")]

Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
Stage = Annotated[str, typer.Option(help="Stage to act on; dev by default (ROOST_STAGE).", rich_help_panel=WHERE)]
Profile = Annotated[str, typer.Option(help="AWS profile; asks for real AWS (ROOST_PROFILE).", rich_help_panel=WHERE)]
RealAws = Annotated[
    bool, typer.Option("--aws", help="Act on real AWS even if the embedded AWS runs.", rich_help_panel=WHERE)
]
