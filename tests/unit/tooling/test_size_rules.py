"""The checker of sizes counts what a reader reads."""

from pathlib import Path

import pytest

from tests.unit.tooling.conftest import Plant
from tests.unit.tooling.size_rules import measure, shortfalls, summary

FILE = "infra/stage.py"


def function(lines: int, *, indent: str = "", docstring: str = "") -> str:
    body = "".join(f"{indent}    x = {line}\n" for line in range(lines))
    return f"{indent}def long():\n{docstring}{body}"


def found(plant: Plant, code: str, file: str = FILE) -> list[str]:
    return list(shortfalls(measure(plant({file: code}))))


def branches(count: int) -> str:
    return "def tangled(x):\n" + "".join(f"    if x == {n}:\n        x = {n}\n" for n in range(count))


def test_a_body_may_have_forty_lines(plant: Plant) -> None:
    assert found(plant, function(40)) == []


def test_the_forty_first_line_is_one_too_many(plant: Plant) -> None:
    assert found(plant, function(41)) == ["infra/stage.py:1 long: 41 lines (40)"]


def test_a_docstring_is_not_body(plant: Plant) -> None:
    docstring = '    """Say what it is.\n' + "\n" * 30 + '    """\n'
    assert found(plant, function(40, docstring=docstring)) == []


@pytest.mark.parametrize("wrapper", ["class Stage:\n", "async def outer():\n", "if True:\n"])
def test_a_function_cannot_hide_inside_something_else(plant: Plant, wrapper: str) -> None:
    assert "long: 41 lines (40)" in " ".join(found(plant, wrapper + function(41, indent="    ")))


def test_lines_that_a_statement_spans_count(plant: Plant) -> None:
    code = "def long():\n    return [\n" + "        1,\n" * 40 + "    ]\n"
    assert found(plant, code) == ["infra/stage.py:1 long: 42 lines (40)"]


@pytest.mark.parametrize(("lines", "over"), [(250, []), (251, ["infra/stage.py: 251 lines (250)"])])
def test_a_file_may_have_250_lines(plant: Plant, lines: int, over: list[str]) -> None:
    assert found(plant, "x = 1\n" * lines) == over


@pytest.mark.parametrize(("count", "over"), [(9, []), (10, ["infra/stage.py tangled: complexity 11 (10)"])])
def test_complexity_may_be_b(plant: Plant, count: int, over: list[str]) -> None:
    assert found(plant, branches(count)) == over


def test_a_methods_complexity_counts(plant: Plant) -> None:
    method = "class Stage:\n" + "".join(f"    {line}\n" for line in branches(10).splitlines())
    assert found(plant, method) == ["infra/stage.py Stage.tangled: complexity 11 (10)"]


@pytest.mark.parametrize("name", ["utils", "helpers", "handler"])
def test_a_name_has_to_tell_something(plant: Plant, name: str) -> None:
    assert found(plant, "", f"functions/{name}.py") == [f"functions/{name}.py: a name that tells nothing"]


def test_an_empty_tree_passes(tmp_path: Path) -> None:
    assert measure(tmp_path) == []
    assert summary([]) == "0 files of 0 lines, functions of 0 lines and complexity 0 (medians)"


def test_medians_are_of_files_and_functions(plant: Plant) -> None:
    root = plant({"infra/a.py": function(1), "infra/b.py": function(3)})
    assert summary(measure(root)) == "2 files of 3 lines, functions of 2 lines and complexity 1 (medians)"
