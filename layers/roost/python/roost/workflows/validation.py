"""ValidateData: every row against its columns' rules, the set against the source's."""

import json
import tempfile
from pathlib import Path
from typing import Any

from roost.errors import DataRejected
from roost.names import MANIFEST, VALID_ROWS, VALIDATION_REPORT, dataset_key, quarantine_key
from roost.ports import PipelinePorts, TableEngine, ValidationCounts
from roost.spec import Model, Source


def validate_data(model: Model, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Split the rows of a data set; a data set that was validated by the same rules is not validated again.

    Raises:
        DataRejected: too many rows broke a rule, or too few are left.
    """
    source, report_key = model.source, dataset_key(dataset, VALIDATION_REPORT)
    rules = json.loads(source.model_dump_json())
    if ports.lake.exists(report_key):
        report = json.loads(ports.lake.get(report_key))
        if report["source"] == rules:
            _check(source, dataset, report)
            return _answer(report, report_key)
    report = {**_counted(_split(source, dataset, tables, ports)), "source": rules}
    ports.lake.put(report_key, json.dumps(report, indent=2).encode(), "application/json")
    _check(source, dataset, report)
    return _answer(report, report_key)


def _split(source: Source, dataset: str, tables: TableEngine, ports: PipelinePorts) -> ValidationCounts:
    manifest = json.loads(ports.lake.get(dataset_key(dataset, MANIFEST)))
    with tempfile.TemporaryDirectory(prefix="validate-") as folder:
        paths = []
        for index, file in enumerate(manifest["files"]):
            path = Path(folder) / f"{index:05d}-{Path(file['key']).name}"
            ports.lake.download(file["key"], path)
            paths.append(path)
        valid, rejected = Path(folder) / "valid.parquet", Path(folder) / "rejected.parquet"
        counts = tables.validate(paths, source, valid, rejected)
        ports.lake.upload(valid, dataset_key(dataset, VALID_ROWS))
        ports.lake.upload(rejected, quarantine_key(source.name, dataset))
    return counts


def _counted(counts: ValidationCounts) -> dict[str, Any]:
    quarantined = counts.rows - counts.valid
    return {"rows": counts.rows, "valid": counts.valid, "quarantined": quarantined, "rules": dict(counts.rules)}


def _check(source: Source, dataset: str, report: dict[str, Any]) -> None:
    where = f"rejected rows and the rules that they broke lie in {quarantine_key(source.name, dataset)}"
    share = report["quarantined"] / report["rows"] if report["rows"] else 0.0
    if share > source.max_rejected_share:
        raise DataRejected(
            f"{report['quarantined']} of {report['rows']} rows ({share:.2%}) broke a rule, more than "
            f"{source.max_rejected_share:.2%}: {_most(report['rules'])}; {where}"
        )
    if report["valid"] < source.min_rows:
        raise DataRejected(f"{report['valid']} valid rows are fewer than the {source.min_rows} declared; {where}")


def _most(rules: dict[str, int]) -> str:
    ranked = sorted(rules.items(), key=lambda rule: -rule[1])
    return ", ".join(f"{rule} ({count})" for rule, count in ranked[:3])


def _answer(report: dict[str, Any], key: str) -> dict[str, Any]:
    return {**{name: report[name] for name in ("rows", "valid", "quarantined", "rules")}, "report": key}
