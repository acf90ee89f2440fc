"""Slimming takes what is never loaded, and nothing else."""

from pathlib import Path

import pytest

from infra.layer_build import slimming
from tests.unit.tooling.conftest import Plant


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "waste",
    [
        "numpy/tests/test_x.py",
        "numpy/lib/tests/data/x.npy",
        "onnx/backend/test/data/x.pb",
        "numpy/__init__.pyi",
        "numpy/_core/include/x.h",
        "numpy/_core/_umath_tests.cpython-311-x86_64-linux-gnu.so",
        "sklearn/utils/_x.pyx.tp",
        "onnxruntime/capi/libonnxruntime.so.1.32.0",
        "onnxruntime/transformers/models/x.py",
        "numpy-2.4.6.dist-info/RECORD",
        "bin/f2py",
    ],
)
def test_waste_goes(plant: Plant, waste: str) -> None:
    folder = plant({waste: "", "numpy/core.py": ""})
    slimming.slim(folder)
    assert names(folder) == {"numpy/core.py"}


@pytest.mark.parametrize(
    "needed",
    [
        "numpy/testing/__init__.py",
        "numpy.libs/libscipy_openblas64_-x.so",
        "numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so",
        "numpy/_core/tests/_natype.py",
        "onnxruntime/capi/onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so",
        "duckdb-2.0.0.dist-info/METADATA",
        "duckdb-2.0.0.dist-info/licenses/LICENSE",
        "tests_of_significance/module.py",
        "package/latest.py",
    ],
)
def test_what_is_needed_stays(plant: Plant, needed: str) -> None:
    folder = plant({needed: "content", "numpy/tests/x.py": ""})
    slimming.slim(folder)
    assert names(folder) == {needed}
    assert (folder / needed).read_text() == "content"


def test_times_and_modes_are_the_same_everywhere(plant: Plant) -> None:
    folder = plant({"package/module.py": ""})
    module = folder / "package/module.py"
    module.chmod(0o700)
    slimming.normalise(folder)
    assert module.stat().st_mode & 0o777 == 0o644
    assert module.parent.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mtime for path in (folder, module, module.parent)} == {slimming.EPOCH}
