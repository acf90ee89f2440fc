"""A target is a Python and a processor by Lambda's names."""

import sys
from pathlib import Path

import pytest

from infra.layer_build.layer_target import LayerTarget, running_python, this_architecture


def test_the_default_is_this_machine() -> None:
    assert LayerTarget() == LayerTarget.of(None, None) == LayerTarget(running_python(), this_architecture())


@pytest.mark.parametrize(
    ("architecture", "platform"),
    [("x86_64", "x86_64-manylinux_2_28"), ("arm64", "aarch64-manylinux_2_28")],
)
def test_wheels_are_asked_for_by_their_own_name_of_the_processor(architecture: str, platform: str) -> None:
    assert LayerTarget.of("3.13", architecture).wheel_platform == platform


def test_an_unknown_processor_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'riscv': pass 'x86_64' or 'arm64'"):
        LayerTarget.of("3.13", "riscv")


@pytest.mark.parametrize(("version", "loads"), [("3.11", False), ("3.12", True), ("3.14", True)])
def test_wheels_load_on_lambda_since_amazon_linux_2023(version: str, loads: bool) -> None:
    assert LayerTarget.of(version).loads_on_lambda is loads


def test_bytecode_comes_from_this_interpreter_where_versions_agree() -> None:
    assert LayerTarget().interpreter == Path(sys.executable)


def test_a_python_that_is_not_here_has_no_bytecode() -> None:
    assert LayerTarget("3.99").interpreter is None
    assert LayerTarget("3.99").bytecode_magic == "none"


def test_another_processor_does_not_run_here() -> None:
    other = "x86_64" if this_architecture() == "arm64" else "arm64"
    assert not LayerTarget.of(running_python(), other).runs_here
