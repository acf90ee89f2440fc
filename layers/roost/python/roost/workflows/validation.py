"""ValidateData: every row against its columns' rules, then the set against the source's."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from roost.domain.dataset import Dataset
from roost.domain.profile import Profile
from roost.domain.validation_page import validation_page
from roost.errors import DataRejected, NoDataFound
from roost.object_keys import (
    MANIFEST,
    VALID_ROWS,
    VALIDATION_PAGE,
    VALIDATION_REPORT,
    dataset_key,
    quarantine_key,
    run_key,
)
from roost.ports import ObjectStore, PipelinePorts, TableEngine, ValidationCounts
from roost.spec import Model, Source
from roost.workflows.accepted_sets import accept, accepted_profiles
from roost.workflows.landed_files import unchanged_copies
from roost.workflows.set_findings import Finding
from roost.workflows.set_judging import judged, profiled

ANSWERED = ("rows", "valid", "quarantined", "rules")
RULES_SHOWN = 3
CLOCK_TOLERANCE = timedelta(days=1)  # producers stamp events in local time, or by clocks that run fast


def validate_data(
    model: Model,
    datasets: Mapping[str, str],
    tables: TableEngine,
    ports: PipelinePorts,
    run: str = "manual",
) -> dict[str, Any]:
    """Split the rows of each source's data set, once, and judge the set as a whole, on each run.

    ``datasets`` holds the digest of the data set of each of the model's sources, by the source's name. The report is
    stored with the ``run``, for programs and for people; a set that passes is what later ones are compared with.

    Returns:
        What became of the rows of the model's own source, and by ``sources`` of those that views read beside it.

    Raises:
        NoDataFound: there is no such data set.
        DataRejected: a rule of a set is broken; the message has all of them. Or a file was replaced since ingestion.
    """
    found = {s.name: _judged(model, s, datasets[s.name], tables, ports) for s in model.sources}
    key = _store(model, run, found, ports)
    broken = [f"{name}: {told}" for name, source in found.items() for told in source.broken]
    if broken:
        raise DataRejected(f"{'; '.join(broken)}. All rules: {key}")
    for name, source in found.items():
        accept(ports.lake, name, datasets[name], source.profile, ports.clock.now())
    answers = {name: source.answer(key) for name, source in found.items()}
    own = answers.pop(model.source.name)
    return {**own, "sources": answers} if answers else own


@dataclass(frozen=True)
class Judged:
    """A source's data set: the report on its rows, its profile, and the verdict on it as a whole."""

    report: Mapping[str, Any]
    profile: Profile
    findings: Sequence[Finding]

    @property
    def broken(self) -> list[str]:
        """Every broken rule, with its number, bound and remedy."""
        told = [self.report["stopped"]] if self.report["stopped"] else []
        return [*told, *(str(finding) for finding in self.findings if not finding.passed)]

    def answer(self, key: str) -> dict[str, Any]:
        """What the step says of it."""
        return {**{name: self.report[name] for name in ANSWERED}, "report": key}

    def document(self) -> dict[str, Any]:
        """What the report says of it."""
        return {**self.report, "set_rules": [asdict(finding) for finding in self.findings]}


def _judged(model: Model, source: Source, dataset: str, tables: TableEngine, ports: PipelinePorts) -> Judged:
    key = dataset_key(dataset, VALIDATION_REPORT)
    report = _passed_before(ports.lake, key)
    if report is None:
        report = _validated(source, dataset, tables, ports)
        ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
    if not report["valid"]:
        return Judged(report, Profile(0, 0), [])
    history = accepted_profiles(ports.lake, source.name, dataset)
    profile, new = profiled(model, source, dataset, history, tables, ports.lake)
    return Judged(report, profile, judged(model, source, profile, history, new, ports.clock.now()))


def _store(model: Model, run: str, found: Mapping[str, Judged], ports: PipelinePorts) -> str:
    report = {
        "model": model.name,
        "run": run,
        "judged_at": ports.clock.now().isoformat(),
        "verdict": "stopped" if any(source.broken for source in found.values()) else "passed",
        "sources": {name: source.document() for name, source in found.items()},
    }
    body = json.dumps(report, indent=2).encode()
    ports.lake.put(run_key(model.name, run, VALIDATION_REPORT), body, "application/json")
    key = run_key(model.name, run, VALIDATION_PAGE)
    ports.lake.put(key, validation_page(report).encode(), "text/markdown; charset=utf-8")
    return key


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
        "examples": {rule: list(examples) for rule, examples in counts.examples.items()},
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
