"""Data sets that a run is told to take, instead of what has landed by now."""

from collections.abc import Mapping
from typing import Any

from roost.domain.dataset import Dataset
from roost.errors import NoDataFound
from roost.object_keys import MANIFEST, dataset_key
from roost.ports import ObjectStore, PipelinePorts
from roost.spec import Model


def pinned_datasets(model: Model, pinned: Mapping[str, str], ports: PipelinePorts) -> dict[str, Any]:
    """What Ingest answers, of data sets that it made in an earlier run: ``pinned`` holds digests by source.

    Raises:
        NoDataFound: a source of the model is not among them, or its data set is not in the lake.
    """
    found = {source.name: _dataset(source.name, pinned, ports.lake) for source in model.sources}
    own = found[model.source.name]
    datasets = {name: dataset.digest for name, dataset in found.items()}
    return {"dataset": own.digest, "files": len(own.files), **own.summary(), "datasets": datasets}


def _dataset(source: str, pinned: Mapping[str, str], lake: ObjectStore) -> Dataset:
    try:
        return Dataset.from_json(lake.get(dataset_key(pinned[source], MANIFEST)))
    except KeyError as error:
        raise NoDataFound(
            f"the run is told to take data set {pinned.get(source, '(none)')} of source '{source}', which the lake "
            f"does not hold; leave datasets out of the request to take what has landed"
        ) from error
