"""The arrays of a training set as a file, and the digest that names them by their content."""

import hashlib
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]

NAME_LENGTH_AT = (
    26  # in a local file header: two lengths, then name and extra field, then the data (APPNOTE.TXT, 4.3.7)
)


def write_arrays(arrays: Mapping[str, npt.NDArray[Any]], path: Path) -> None:
    """Write arrays by name as ``.npz``; nothing in it is pickled."""
    np.savez(path, allow_pickle=False, **arrays)


def map_arrays(path: Path) -> Arrays:
    """The arrays of a ``.npz`` as views of the file: a page is read when it is used, and none is held twice.

    They stay readable after the file has been removed, as long as they are in use (POSIX).
    """
    with zipfile.ZipFile(path) as archive, path.open("rb") as opened:
        return {member.filename.removesuffix(".npy"): _mapped(path, opened, member) for member in archive.infolist()}


def _mapped(path: Path, opened: BinaryIO, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    opened.seek(member.header_offset + NAME_LENGTH_AT)
    opened.seek(sum(struct.unpack("<HH", opened.read(4))), 1)
    version = np.lib.format.read_magic(opened)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_column, dtype = read(opened)
    if 0 in shape:
        return np.empty(shape, dtype)
    mapped = np.memmap(path, dtype, "r", opened.tell(), shape, "F" if by_column else "C")
    return np.asarray(mapped)


def digest_of_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """SHA-256 over names, types, shapes and bytes of arrays, in the order of their names."""
    hashed = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        hashed.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        hashed.update(array.tobytes())
    return hashed.hexdigest()
