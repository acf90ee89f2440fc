"""How long and how tangled code may be."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from radon.complexity import cc_visit

SOURCES = ("layers", "functions", "infra", "models", "localaws")
MOST_BODY_LINES = 40
MOST_FILE_LINES = 250
MOST_COMPLEXITY = 10  # radon's B
TELLS_NOTHING = {"common", "handler", "helpers", "lambda_function", "main", "misc", "util", "utils"}


class Function(NamedTuple):
    """A function, and how many lines its body has without its docstring."""

    name: str
    line: int
    body_lines: int


class Source(NamedTuple):
    """A source file, measured."""

    file: str
    lines: int
    functions: list[Function]
    complexity: dict[str, int]


def measure(root: Path) -> list[Source]:
    """Measure every source file under a repository's root."""
    files = [path for source in SOURCES for path in sorted((root / source).rglob("*.py"))]
    return [measure_file(root, path.relative_to(root).as_posix()) for path in files]


def measure_file(root: Path, file: str) -> Source:
    """Measure one file, named by its path in the repository."""
    text = (root / file).read_text()
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    functions = [Function(node.name, node.lineno, body_lines(node)) for node in nodes]
    blocks = [block for block in cc_visit(text) if block.letter in "FM"]
    return Source(file, len(text.splitlines()), functions, {block.fullname: block.complexity for block in blocks})


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a body from its first to its last statement, docstring apart."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def shortfalls(sources: list[Source]) -> Iterator[str]:
    """Say what is over a bar, as ``file: what (bar)``."""
    for source in sources:
        if source.lines > MOST_FILE_LINES:
            yield f"{source.file}: {source.lines} lines ({MOST_FILE_LINES})"
        if Path(source.file).stem in TELLS_NOTHING:
            yield f"{source.file}: a name that tells nothing"
        for function in source.functions:
            if function.body_lines > MOST_BODY_LINES:
                yield f"{source.file}:{function.line} {function.name}: {function.body_lines} lines ({MOST_BODY_LINES})"
        for name, complexity in source.complexity.items():
            if complexity > MOST_COMPLEXITY:
                yield f"{source.file} {name}: complexity {complexity} ({MOST_COMPLEXITY})"


def summary(sources: list[Source]) -> str:
    """Give the medians in one line."""
    files = [source.lines for source in sources] or [0]
    bodies = [function.body_lines for source in sources for function in source.functions] or [0]
    tangles = [complexity for source in sources for complexity in source.complexity.values()] or [0]
    return (
        f"{len(sources)} files of {statistics.median(files):g} lines, "
        f"functions of {statistics.median(bodies):g} lines and complexity {statistics.median(tangles):g} (medians)"
    )
