"""Landed objects as local files, one at a time: a function's disk need not hold a whole data set."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from roost.domain.dataset import LandedFile
from roost.errors import ConcurrentUpdate, DataRejected, NoDataFound
from roost.object_keys import VALID_ROWS, dataset_key
from roost.ports import LocalCopy, ObjectStore

HIDDEN = ("_", ".")


def is_data(key: str) -> bool:
    """Whether a key is a file of data: no folder marker, and no marker such as ``_SUCCESS`` or ``.DS_Store``."""
    return not key.endswith("/") and not key.rpartition("/")[2].startswith(HIDDEN)


@contextmanager
def local_copy(lake: ObjectStore, key: str) -> Iterator[LocalCopy]:
    """A landed object as a local file that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="landed-") as folder:
        path = Path(folder) / "landed"
        with still_there(key):
            lake.download(key, path)
        yield LocalCopy(key, path)


@contextmanager
def still_there(key: str) -> Iterator[None]:
    """Turn the absence of an object that was listed into ``ConcurrentUpdate``: listed again, all may be there."""
    try:
        yield
    except KeyError as error:
        raise ConcurrentUpdate(f"{key} is gone since it was listed; if that stays so, start the run again") from error


def unchanged_copies(lake: ObjectStore, files: Iterable[LandedFile]) -> Iterator[LocalCopy]:
    """Each file of a data set in turn; the one before is gone when the next is asked for.

    Raises:
        DataRejected: an object is no longer what was ingested.
    """
    for file in files:
        with local_copy(lake, file.key) as copy:
            if sha256_of(copy.path) != file.sha256:
                raise DataRejected(f"{file.key} was replaced after it was ingested; start the run again")
            yield copy


@contextmanager
def valid_rows(lake: ObjectStore, dataset: str) -> Iterator[Path]:
    """The valid rows of a data set as a local Parquet file.

    Raises:
        NoDataFound: the data set has not been validated.
    """
    with tempfile.TemporaryDirectory(prefix="valid-") as folder:
        path = Path(folder) / VALID_ROWS
        try:
            lake.download(dataset_key(dataset, VALID_ROWS), path)
        except KeyError as error:
            raise NoDataFound(f"data set {dataset} has no valid rows; run ValidateData on it first") from error
        yield path


@contextmanager
def valid_tables(lake: ObjectStore, datasets: Mapping[str, str]) -> Iterator[dict[str, Path]]:
    """The valid rows of several data sets, by source.

    Raises:
        NoDataFound: one of them has not been validated.
    """
    with ExitStack() as opened:
        yield {source: opened.enter_context(valid_rows(lake, dataset)) for source, dataset in datasets.items()}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
