"""Where a view comes from and what was made of it: by definition, and on the chosen stage."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from roost import names, object_keys
from roost.adapters.aws_advice import AWS_ERRORS
from roost.cli.context import CHOICES, explain
from roost.cli.display import out, table
from roost.errors import DependencyUnavailable, NotDeployed
from roost.spec import FeatureView, Model
from roost.spec.view_uses import feature_uses
from roost.workflows.feature_lineage import newest_data, versions_using

UNREACHABLE = (NotDeployed, DependencyUnavailable, *AWS_ERRORS)


@dataclass(frozen=True)
class StagePart:
    """What a stage knows of a view, or else what is missing and how to get it."""

    found: dict[str, Any] | None
    missing: str = ""


def by_definition(view: FeatureView, models: Sequence[Model], stage: str) -> dict[str, Any]:
    """Source and columns of a view, and what the models make of each of its features, as JSON values."""
    source = view.source
    upstream = {
        "source": source.name,
        "format": source.format,
        "landing": object_keys.landing_prefix(source.name),
        "stream": names.feature_stream(stage, source.name) if source.streamed else None,
        "event_log": object_keys.event_log_prefix(source.name) if source.streamed else None,
        "columns": [
            {"column": name, "type": source.column(name).type.value, "used_as": use}
            for name, use in _columns(view).items()
        ],
    }
    return {"upstream": upstream, "downstream": [asdict(use) for use in feature_uses(view, models)]}


def _columns(view: FeatureView) -> dict[str, str]:
    """Columns that the view reads, and as what: one column may be several things."""
    source = view.source
    read = [(view.entity.key, "key of the entity"), (source.event_time, "time of the event")]
    read += [(source.event_id, "id of the event")] if source.event_id else []
    read += [(source.ingested_at, "when it became known")] if source.ingested_at else []
    uses: dict[str, list[str]] = {}
    for column, use in [*read, *((column, "values of features") for column in view.used_columns())]:
        uses.setdefault(column, []).append(use)
    return {column: ", ".join(what) for column, what in uses.items()}


def on_stage(view: FeatureView, models: Sequence[Model]) -> StagePart:
    """The newest data set and the registered versions that use the view, if the stage can be reached."""
    try:
        platform = CHOICES.target().platform()
        data = newest_data(view.source, platform.lake)
        users = versions_using(view, [model.name for model in models], platform.registry, platform.packages)
    except UNREACHABLE as error:
        return StagePart(None, f"newest data set and registered versions are missing: {explain(error)}")
    found = {"name": platform.stage, "newest_dataset": data, "versions": [asdict(user) for user in users]}
    return StagePart(found)


def show_lineage(answer: Mapping[str, Any]) -> None:
    """Print upstream, then downstream."""
    view, upstream, stage = answer["view"], answer["upstream"], answer["stage"]
    facts = {"source": upstream["source"], "lands under": upstream["landing"]}
    if upstream["stream"]:
        facts |= {"stream, on stages with streams": upstream["stream"], "logged under": upstream["event_log"]}
    facts |= _data_facts(upstream["source"], stage["newest_dataset"]) if stage else {}
    out.print(table(f"{view} comes from", ("what", "value"), facts.items()))
    columns = [column.values() for column in upstream["columns"]]
    out.print(table("columns that it reads", ("column", "type", "used as"), [list(cells) for cells in columns]))
    rows = [
        [use["model"], use["feature"].removeprefix(f"{view}__"), ", ".join(use["on_demand"]), _inputs(use)]
        for use in answer["downstream"]
    ]
    head = ("model", "feature", "on-demand features from it", "inputs of the model")
    out.print(table("what the definitions make of it", head, rows))
    if stage:
        _show_versions(view, stage)


def _inputs(use: Mapping[str, Any]) -> str:
    return ", ".join("itself" if name == use["feature"] else name for name in use["inputs"])


def _data_facts(source: str, data: Mapping[str, Any] | None) -> dict[str, Any]:
    if data is None:
        return {"newest data set": f"none yet; land files with: roost data upload {source} FILE..., then train"}
    return {
        "newest data set": data["dataset"], "files": data["files"], "rows": f"{data['rows']:,}",
        "first event": data["from"], "last event": data["to"],
    }  # fmt: skip


def _show_versions(view: str, stage: Mapping[str, Any]) -> None:
    rows = [
        [use["model"], use["version"], use["status"].value, use["package"][:10], use["online_items"], _defined(use)]
        for use in stage["versions"]
    ]
    head = ("model", "version", "status", "package", "online items", "view as defined now")
    out.print(table(f"versions on stage {stage['name']} whose package uses {view}", head, rows))


def _defined(use: Mapping[str, Any]) -> str:
    if use["as_defined"] is None:
        return "the package is gone from its bucket"
    return "yes" if use["as_defined"] else "no"
