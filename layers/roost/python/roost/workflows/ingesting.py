"""Ingest: from what has landed to a data set that is named by its content."""

from typing import Any

from roost.domain.dataset import Dataset, LandedFile
from roost.errors import NoDataFound
from roost.object_keys import MANIFEST, dataset_key, landing_prefix
from roost.ports import ObjectStore, PipelinePorts, StoredObject, TableEngine
from roost.spec import Model, Source
from roost.workflows.committed_loads import load_files
from roost.workflows.event_history import event_files
from roost.workflows.landed_files import is_data, local_copy, sha256_of

NO_RULES = ("description", "origin", "set_rules")  # what does not decide which rows there are and which are valid


def ingest(model: Model, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Take every file of each of the model's sources into a manifest, whose digest names the source's data set.

    Returns:
        Digest and size of the data set of the model's own source, and the digests of all, by source.

    Raises:
        NoDataFound: nothing of a source has landed.
        UnreadableData: a file cannot be read, or lacks a column that is not nullable.
        ConcurrentUpdate: a file of a stream's log went while this read it; the next try finds it compacted.
    """
    found = {source.name: _ingested(source, tables, ports.lake) for source in model.sources}
    own = found[model.source.name]
    return {
        "dataset": own.digest,
        "files": len(own.files),
        **own.summary(),
        "datasets": {name: dataset.digest for name, dataset in found.items()},
    }


def _ingested(source: Source, tables: TableEngine, lake: ObjectStore) -> Dataset:
    files = tuple(_described(lake, landed, source, tables) for landed in _landed(lake, source))
    dataset = Dataset(definition(source), files)
    lake.put(dataset_key(dataset.digest, MANIFEST), dataset.to_json(), "application/json")
    return dataset


def definition(source: Source) -> dict[str, Any]:
    """What decides how a source is read and which of its rows are valid; descriptions and origins do not."""
    described = source.model_dump(mode="json", exclude={"columns": {"__all__": {"description"}}})
    return {name: value for name, value in described.items() if name not in NO_RULES}


def _landed(lake: ObjectStore, source: Source) -> list[StoredObject]:
    prefix = landing_prefix(source.name)
    landed = [stored for stored in lake.list(prefix) if is_data(stored.key)]
    landed += event_files(source.name, lake) if source.streamed else []
    landed += load_files(source, lake) if source.origin else []
    if not landed:
        raise NoDataFound(
            f"nothing lies under {prefix} in the lake bucket; land {source.format} files with: "
            f"roost data upload {source.name} FILE..."
        )
    return landed


def _described(lake: ObjectStore, landed: StoredObject, source: Source, tables: TableEngine) -> LandedFile:
    with local_copy(lake, landed.key) as copy:
        facts = tables.inspect(copy, source)
        return LandedFile(
            key=landed.key,
            version=landed.version,
            size=copy.path.stat().st_size,
            sha256=sha256_of(copy.path),
            rows=facts.rows,
            first=facts.first,
            last=facts.last,
            ignored_columns=facts.ignored,
            absent_columns=facts.absent,
        )
