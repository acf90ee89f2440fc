"""ValidateData: every row against its columns' rules, then the set against the source's."""

import json
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from roost.domain.dataset import Dataset
from roost.errors import DataRejected, NoDataFound
from roost.object_keys import MANIFEST, VALID_ROWS, VALIDATION_REPORT, dataset_key, quarantine_key
from roost.ports import ObjectStore, PipelinePorts, TableEngine, ValidationCounts
from roost.spec import Model, Source
from roost.workflows.landed_files import unchanged_copies

ANSWERED = ("rows", "valid", "quarantined", "rules")
RULES_SHOWN = 3
CLOCK_TOLERANCE = timedelta(days=1)  # producers stamp events in local time, or by clocks that run fast


def validate_data(
    model: Model, datasets: Mapping[str, str], tables: TableEngine, ports: PipelinePorts
) -> dict[str, Any]:
    """Split the rows of each source's data set; one that passed before is not validated again.

    ``datasets`` holds the digest of the data set of each of the model's sources, by the source's name.

    Returns:
        What became of the rows of the model's own source, and by ``sources`` of those that views read beside it.

    Raises:
        NoDataFound: there is no such data set.
        DataRejected: too many rows broke a rule, or too few are left; or a file was replaced since it was ingested.
    """
    found = {source.name: _answer(source, datasets[source.name], tables, ports) for source in model.sources}
    own = found.pop(model.source.name)
    return {**own, "sources": found} if found else own


def _answer(source: Source, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    key = dataset_key(dataset, VALIDATION_REPORT)
    report = _passed_before(ports.lake, key)
    if report is None:
        report = _validated(source, dataset, tables, ports)
        ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
    if report["stopped"]:
        raise DataRejected(report["stopped"])
    return {**{name: report[name] for name in ANSWERED}, "report": key}


def _passed_before(lake: ObjectStore, key: str) -> dict[str, Any] | None:
    if not lake.exists(key):
        return None
    report: dict[str, Any] = json.loads(lake.get(key))
    return None if report["stopped"] else report


def _validated(source: Source, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    now = ports.clock.now()
    counts = _split(source, dataset, now + CLOCK_TOLERANCE, tables, ports.lake)
    return {
        "dataset": dataset,
        "validated_at": now.isoformat(),
        "rows": counts.rows,
        "valid": counts.valid,
        "quarantined": counts.rows - counts.valid,
        "rules": dict(counts.rules),
        "quarantine": quarantine_key(source.name, dataset),
        "stopped": _shortfall(source, dataset, counts),
    }


def _split(source: Source, dataset: str, latest: datetime, tables: TableEngine, lake: ObjectStore) -> ValidationCounts:
    files = unchanged_copies(lake, _manifest(lake, dataset).files)
    with tempfile.TemporaryDirectory(prefix="validated-") as folder:
        valid, rejected = Path(folder) / VALID_ROWS, Path(folder) / "rejected.parquet"
        counts = tables.validate(files, source, latest, valid, rejected)
        lake.upload(rejected, quarantine_key(source.name, dataset))
        lake.upload(valid, dataset_key(dataset, VALID_ROWS))
    return counts


def _manifest(lake: ObjectStore, dataset: str) -> Dataset:
    try:
        return Dataset.from_json(lake.get(dataset_key(dataset, MANIFEST)))
    except KeyError as error:
        raise NoDataFound(f"there is no data set {dataset}; run Ingest first") from error


def _shortfall(source: Source, dataset: str, counts: ValidationCounts) -> str:
    """Why the set is not good enough; empty if it is."""
    rejected = counts.rows - counts.valid
    where = f"the rows, with the rules that they broke, lie in {quarantine_key(source.name, dataset)}"
    if rejected > source.max_rejected_share * counts.rows:
        return (
            f"{rejected} of {counts.rows} rows ({rejected / counts.rows:.2%}) broke a rule; source '{source.name}' "
            f"bears {source.max_rejected_share:.2%}. Most broken: {_most_broken(counts)}; {where}"
        )
    if counts.valid < source.min_rows:
        return (
            f"{counts.valid} rows are valid; source '{source.name}' needs {source.min_rows} (min_rows). "
            f"{rejected} were rejected; {where}"
        )
    return ""


def _most_broken(counts: ValidationCounts) -> str:
    ranked = sorted(counts.rules.items(), key=lambda rule: (-rule[1], rule[0]))
    return ", ".join(f"{rule} ({count})" for rule, count in ranked[:RULES_SHOWN])
