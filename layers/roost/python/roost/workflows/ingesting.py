"""Ingest: from what has landed to a data set that is named by its content."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from roost.domain.package import canonical_bytes, sha256
from roost.errors import NoDataFound
from roost.names import MANIFEST, dataset_key, landing_prefix
from roost.ports import ObjectStore, PipelinePorts, StoredObject, TableEngine
from roost.spec import Model, Source

CHUNK = 1 << 20


def ingest(model: Model, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Take every file under the source's landing prefix into a manifest; its digest names the data set.

    Raises:
        NoDataFound: nothing has landed.
        UnreadableData: a file cannot be read, or lacks a declared column.
    """
    source = model.source
    landed = [item for item in ports.lake.list(landing_prefix(source.name)) if not item.key.endswith("/")]
    if not landed:
        prefix = landing_prefix(source.name)
        raise NoDataFound(f"nothing lies under {prefix}; upload a file with: roost data upload {source.name} FILE")
    files = [_described(ports.lake, item, source, tables) for item in landed]
    digest = sha256(canonical_bytes({"source": source.name, "files": [_identity(file) for file in files]}))
    manifest = {"source": source.name, "dataset": digest, "files": files}
    ports.lake.put(dataset_key(digest, MANIFEST), json.dumps(manifest, indent=2).encode(), "application/json")
    return {
        "dataset": digest,
        "files": len(files),
        "rows": sum(file["rows"] for file in files),
        "bytes": sum(file["size"] for file in files),
    }


def _identity(file: dict[str, Any]) -> list[Any]:
    return [file["key"], file["sha256"], file["rows"]]


def _described(lake: ObjectStore, item: StoredObject, source: Source, tables: TableEngine) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
        path = Path(folder) / Path(item.key).name
        lake.download(item.key, path)
        rows = tables.count_rows(path, source)
        return {"key": item.key, "version": item.version, "size": item.size, "sha256": _digest(path), "rows": rows}


def _digest(path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            hashed.update(chunk)
    return hashed.hexdigest()
