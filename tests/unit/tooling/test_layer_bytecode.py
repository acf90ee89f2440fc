"""Bytecode is valid whatever its source's time says, and knows where Lambda puts the source."""

import importlib.util
import marshal
from pathlib import Path

import pytest

from infra.layer_build.bytecode import compile_modules
from infra.layer_build.layer_errors import BytecodeFailed
from infra.layer_build.layer_target import LayerTarget
from tests.unit.tooling.conftest import Plant

UNCHECKED_HASH = 0b01
HEADER_BYTES = 16


def bytecode(folder: Path, name: str) -> bytes:
    return Path(importlib.util.cache_from_source(str(folder / name))).read_bytes()


def test_header_says_hash_and_not_to_check_it(plant: Plant) -> None:
    folder = plant({"package/module.py": "x = 1\n"})
    assert compile_modules(folder, LayerTarget())
    header = bytecode(folder, "package/module.py")
    assert header[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(header[4:8], "little") == UNCHECKED_HASH


def test_code_is_named_by_its_place_on_lambda(plant: Plant) -> None:
    folder = plant({"package/module.py": "x = 1\n"})
    compile_modules(folder, LayerTarget())
    code = marshal.loads(bytecode(folder, "package/module.py")[HEADER_BYTES:])
    assert code.co_filename == "/opt/python/package/module.py"


def test_a_module_that_does_not_compile_is_named(plant: Plant) -> None:
    folder = plant({"package/broken.py": "def\n"})
    with pytest.raises(BytecodeFailed, match=r"broken\.py"):
        compile_modules(folder, LayerTarget())


def test_without_the_targets_python_there_is_a_notice_and_no_bytecode(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = plant({"package/module.py": "x = 1\n"})
    assert not compile_modules(folder, LayerTarget("3.99"))
    assert "no Python 3.99 on this machine" in capsys.readouterr().err
    assert not list(folder.rglob("*.pyc"))
