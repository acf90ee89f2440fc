"""Take from installed wheels what a Lambda function never loads.

Patterns are relative to the folder that goes on ``sys.path``; ``*`` matches within one name, ``**`` any depth. The
``*.libs`` folders are left alone: NumPy and SciPy find their linear algebra there, and ``strip`` breaks it.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

EPOCH = 315_532_800  # 1980-01-01T00:00:00Z, the oldest time that a zip can hold

ANYWHERE = (
    "**/tests",
    "**/test",
    "**/*.pyi",
    "**/*.pxd",
    "**/*.pyx",
    "**/*.pxi",
    "**/*.tp",
    "**/*.h",
    "**/*.c",
    "**/*.cc",
    "**/*.cpp",
    "**/*.a",
    "**/*.proto",
    "**/py.typed",
    "**/meson.build",
    "bin",
)
DIST_INFO = (
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/WHEEL",
    "*.dist-info/top_level.txt",
    "*.dist-info/sboms",
)
BY_PACKAGE = (
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.js",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.css",
    "numpy/_core/*_tests.*.so",
    "numpy/_core/_simd.*.so",
    "numpy/distutils",
    "numpy/_pyinstaller",
    "onnxruntime/capi/libonnxruntime.so*",  # for C programs; the Python module has the runtime linked in
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "sklearn/datasets/data",
    "sklearn/datasets/descr",
    "sklearn/datasets/images",
    "skl2onnx/tutorial",
    "duckdb/experimental",
)
KEPT = ("numpy/_core/tests/_natype.py",)  # numpy.testing imports it, and SciPy imports numpy.testing


def slim(folder: Path) -> None:
    """Delete what the patterns name, in place; what ``KEPT`` names survives."""
    kept = {path: path.read_bytes() for pattern in KEPT for path in folder.glob(pattern)}
    for path in unneeded(folder):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for path, content in kept.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def unneeded(folder: Path) -> Iterator[Path]:
    """Give every path that a pattern names, and that is still there when its turn comes."""
    for pattern in (*ANYWHERE, *DIST_INFO, *BY_PACKAGE):
        yield from (path for path in sorted(folder.glob(pattern)) if path.exists())


def normalise(folder: Path) -> None:
    """Give every file and folder the same time and mode on every machine."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (EPOCH, EPOCH))
