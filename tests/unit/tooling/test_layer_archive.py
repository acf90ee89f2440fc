"""The same content gives the same zip."""

import os
import zipfile
from pathlib import Path

from infra.layer_build.layer_archive import zip_layer
from tests.unit.tooling.conftest import Plant

FILES = {"python/b/module.py": "b = 1\n", "python/a.py": "a = 1\n"}


def test_names_are_sorted_and_relative(plant: Plant) -> None:
    with zipfile.ZipFile(zip_layer(plant(FILES))) as archive:
        assert archive.namelist() == ["python/a.py", "python/b/module.py"]
        assert archive.read("python/a.py") == b"a = 1\n"


def test_lambda_may_read_every_file(plant: Plant) -> None:
    folder = plant(FILES)
    (folder / "python/a.py").chmod(0o600)
    with zipfile.ZipFile(zip_layer(folder)) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


def test_times_leave_no_trace(plant: Plant, tmp_path: Path) -> None:
    folder = plant(FILES)
    first = zip_layer(folder, tmp_path / "first.zip")
    os.utime(folder / "python/a.py", (1_700_000_000, 1_700_000_000))
    assert zip_layer(folder, tmp_path / "second.zip").read_bytes() == first.read_bytes()


def test_an_archive_that_is_there_is_kept(plant: Plant) -> None:
    folder = plant(FILES)
    archive = zip_layer(folder)
    archive.write_bytes(b"kept")
    assert zip_layer(folder).read_bytes() == b"kept"


def test_nothing_half_written_is_left(plant: Plant, tmp_path: Path) -> None:
    zip_layer(plant(FILES))
    assert {path.name for path in tmp_path.iterdir()} == {"layer", "layer.zip"}
