"""``roost models search`` and ``compare``."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from roost.cli.context import CHOICES, stage_command
from roost.cli.display import err, note, out, print_json, table
from roost.cli.model_tables import show_versions
from roost.cli.options import Json, Model
from roost.domain.version_comparison import Difference, MetricDifference
from roost.domain.version_search import matching, parsed_conditions
from roost.domain.version_upkeep import parsed_tags
from roost.names import Status
from roost.workflows.version_differences import Comparison, compare_versions

LONGEST = 60


@stage_command
def search(
    model: Model,
    where: Annotated[
        list[str] | None, typer.Option(help='Condition on a metric: "roc_auc>0.87 and log_loss<0.1".')
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="name=value; name= for any value.")] = None,
    status: Annotated[Status | None, typer.Option(help="Status.")] = None,
    as_json: Json = False,
) -> None:
    """Versions by metric, tag, status. Example: `roost models search fraud --where "roc_auc>0.87" --tag team=risk`."""
    conditions, wanted = parsed_conditions(where or ()), parsed_tags(tags or ())
    registry = CHOICES.target().platform().registry
    found = matching(registry.versions(model), conditions, wanted, status)
    show_versions(f"versions of {model} that match", found, registry.head(model), as_json)
    if not found and not as_json:
        note("no version matches")


@stage_command
def compare(
    model: Model,
    first: Annotated[int, typer.Argument(help="A version.")],
    second: Annotated[int, typer.Argument(help="Another one.")],
    everything: Annotated[bool, typer.Option("--all", help="Show what is equal too.")] = False,
    as_json: Json = False,
) -> None:
    """What differs between two versions. Example: `roost models compare fraud 3 5`."""
    platform = CHOICES.target().platform()
    found = compare_versions(model, first, second, platform.registry, platform.packages, platform.lake)
    shown = [item for item in found.differences if everything or not item.same]
    if as_json:
        print_json({**asdict(found), "differences": [_json(item) for item in shown]})
    else:
        _print(model, first, second, found, shown)


def _print(model: str, first: int, second: int, found: Comparison, shown: list[Difference]) -> None:
    metrics = [item for item in shown if isinstance(item, MetricDifference)]
    _print_metrics(f"{model}: metrics of each on its own holdout", first, second, metrics)
    _print_same_rows(first, second, found)
    others = [[i.group, i.name, _short(i.first), _short(i.second)] for i in shown if i not in metrics]
    out.print(table(f"{model}: what differs", ("", "what", f"version {first}", f"version {second}"), others))
    for number in found.unreadable:
        err.print(
            f"the package of version {number} is gone: its parameters and features are not compared", style="yellow"
        )


def _json(item: Difference) -> dict[str, Any]:
    more = {"change": item.change, "apart": item.apart} if isinstance(item, MetricDifference) else {}
    return {**asdict(item), **more}


def _print_metrics(title: str, first: int, second: int, metrics: Iterable[MetricDifference]) -> None:
    rows = [
        [m.name, _value(m.first, m.first_interval), _value(m.second, m.second_interval), _signed(m.change), _apart(m)]
        for m in metrics
    ]
    out.print(table(title, ("metric", f"version {first}", f"version {second}", "change", "intervals"), rows))


def _print_same_rows(first: int, second: int, found: Comparison) -> None:
    if not found.same_rows:
        note("the two were not evaluated on the same rows: their metrics differ by their holdouts too")
        return
    rows = [[name, f"{a:.4f}", f"{b:.4f}", _signed(b - a)] for name, (a, b) in sorted(found.same_rows.items())]
    columns = ("metric", f"version {first}", f"version {second}", "change")
    out.print(table("both on the same holdout", columns, rows))


def _value(value: float | None, interval: tuple[float, ...]) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" + (f" [{interval[0]:.4f}, {interval[1]:.4f}]" if interval else "")


def _signed(change: float | None) -> str:
    return "" if change is None else f"{change:+.4f}"


def _apart(metric: MetricDifference) -> str:
    return {None: "", True: "apart", False: "overlap"}[metric.apart]


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
