"""Zip a layer so that the same content gives the same bytes."""

import zipfile
from pathlib import Path

COMPRESSION_LEVEL = 1


def zip_layer(folder: Path, archive: Path | None = None) -> Path:
    """Zip a built layer: sorted names, fixed times and modes.

    Args:
        folder: what ``build_layer`` gave; its ``python/`` becomes the archive's.
        archive: where to write; beside the folder by default. An archive that is there already is kept.

    Returns:
        The archive's path.
    """
    archive = archive or folder.with_name(f"{folder.name}.zip")
    if archive.exists():
        return archive
    unfinished = archive.with_suffix(".zip.part")
    with zipfile.ZipFile(unfinished, "w") as out:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            out.writestr(
                _entry(path.relative_to(folder).as_posix()), path.read_bytes(), compresslevel=COMPRESSION_LEVEL
            )
    return unfinished.replace(archive)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, whatever writes it, so that the mode below counts
    entry.external_attr = 0o100644 << 16
    return entry
