"""The loads of a source that count: those whose manifest was written."""

from collections import defaultdict

from roost.domain.loads import Load
from roost.object_keys import load_manifest_key, loads_prefix
from roost.ports import ObjectStore, StoredObject
from roost.spec import Source

MANIFEST = ".json"


def newest_load(source: Source, lake: ObjectStore) -> Load | None:
    """The load that came last; None before the first."""
    manifests = [stored.key for stored in lake.list(loads_prefix(source.name)) if stored.key.endswith(MANIFEST)]
    return Load.from_json(lake.get(manifests[-1])) if manifests else None


def load_files(source: Source, lake: ObjectStore) -> list[StoredObject]:
    """The files of a source's loads, without what runs left behind that died before they wrote a manifest.

    Of a source without a watermark only the newest: each load is the whole.
    """
    files: dict[int, list[StoredObject]] = defaultdict(list)
    numbers = []
    for stored in lake.list(loads_prefix(source.name)):
        name = stored.key.rpartition("/")[2]
        number = int(name[:8])
        if name.endswith(MANIFEST):
            numbers.append(number)
        else:
            files[number].append(stored)
    counted = numbers if source.origin and source.origin.watermark else numbers[-1:]
    return [_of_load(source, number, files[number], lake) for number in counted]


def _of_load(source: Source, number: int, files: list[StoredObject], lake: ObjectStore) -> StoredObject:
    """The one file of a load; its manifest tells where another run left one of the same number."""
    if len(files) == 1:
        return files[0]
    key = Load.from_json(lake.get(load_manifest_key(source.name, number))).key
    return next(stored for stored in files if stored.key == key)
