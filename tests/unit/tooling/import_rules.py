"""Who may import whom: one table, read off the syntax tree of every source file.

An area is a folder or a module directly under the package, or a folder at the top of the repository. What is not in
the tables is a violation too, so that a new area has to be given its place.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

PACKAGE = PurePosixPath("layers/roost/python/roost")
SOURCES = (str(PACKAGE), "functions", "infra", "models", "localaws")
TOP_AREAS = {"functions", "infra", "models", "localaws", "tests"}

PURE = {
    "alarm_names", "errors", "experiment_errors", "experiment_names", "metric_names", "monitoring_errors",
    "monitoring_names", "names", "object_keys", "registry_event_names", "release_errors", "release_names",
    "store_errors",
}  # fmt: skip
CORE = PURE | {"domain", "ports", "spec"}
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "alarm_names": set(),
    "errors": set(),
    "experiment_errors": {"errors"},
    "experiment_names": set(),
    "metric_names": set(),
    "monitoring_errors": {"errors"},
    "monitoring_names": set(),
    "names": set(),
    "object_keys": set(),
    "registry_event_names": {"names", "release_names"},
    "release_errors": {"errors"},
    "release_names": {"names"},
    "store_errors": {"errors"},
    "settings": PURE,
    "quiet_start": set(),
    "domain": PURE,
    "spec": PURE | {"domain"},
    "ports": PURE | {"domain", "spec"},
    "features": CORE | {"adapters"},
    "workflows": CORE | {"settings"},  # publishing writes a version's environment from its settings class
    "adapters": CORE | {"settings"},
    "wiring": CORE | {"adapters", "settings", "workflows"},
    "entrypoint": PURE | {"settings"},
    "cli": CORE | {"adapters", "localaws", "models", "settings", "workflows", "wiring"},
    "console": CORE | {"adapters", "cli", "localaws", "models", "settings", "workflows", "wiring"},
    "functions": PURE | {"entrypoint", "quiet_start", "spec", "wiring", "workflows"},
    "infra": PURE | {"settings", "spec"},
    "models": {"spec"},
    "localaws": PURE | {"settings", "spec"},
}

ANYTHING = None
THIRD_PARTIES: dict[str, set[str] | None] = {
    "__init__": set(),
    "alarm_names": set(),
    "errors": set(),
    "experiment_errors": set(),
    "experiment_names": set(),
    "metric_names": set(),
    "monitoring_errors": set(),
    "monitoring_names": set(),
    "names": set(),
    "object_keys": set(),
    "registry_event_names": set(),
    "release_errors": set(),
    "release_names": set(),
    "store_errors": set(),
    "settings": set(),
    "quiet_start": set(),
    "domain": {"numpy"},
    "spec": {"numpy", "pydantic"},
    "ports": {"numpy"},
    "features": {"numpy"},
    "workflows": {"numpy"},
    "adapters": ANYTHING,
    "wiring": set(),
    "entrypoint": {"aws_lambda_powertools"},
    "cli": ANYTHING,
    "console": ANYTHING,
    "functions": {"aws_lambda_powertools"},
    "infra": ANYTHING,
    "models": {"numpy"},
    "localaws": ANYTHING,
}

AWS_SDK = ("boto3", "botocore", "s3transfer", "mypy_boto3_")
TALKS_TO_AWS = {"adapters", "localaws"}

READS_ENVIRONMENT = (f"{PACKAGE}/settings.py", "localaws/")
ENVIRONMENT_NAMES = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}

WITHOUT_CLOCK = {"domain", "ports", "workflows"}
CLOCKS = {"datetime", "date", "time"}
CLOCK_CALLS = {"now", "utcnow", "today", "time", "time_ns"}  # a stopwatch (perf_counter) tells no time
PURE_AREAS = {"domain"}
NOT_PURE = {"glob", "io", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "time"}


class Violation(NamedTuple):
    """A line that breaks a rule; prints as ``file:line rule``."""

    file: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.rule}"


def violations(root: Path) -> list[Violation]:
    """Check every source file under a repository's root."""
    files = [path for source in SOURCES for path in sorted((root / source).rglob("*.py"))]
    found = (violation for path in files for violation in check_file(root, path.relative_to(root).as_posix()))
    return list(dict.fromkeys(found))


def check_file(root: Path, file: str) -> Iterator[Violation]:
    """Check one file, named by its path in the repository."""
    tree = ast.parse((root / file).read_text())
    area = area_of_file(file)
    if area not in MAY_IMPORT:
        yield Violation(file, 1, f"{area} has no place in tests/unit/tooling/import_rules.py")
        return
    for line, module in imported_modules(tree, file):
        yield from (Violation(file, line, rule) for rule in broken_by_import(area, module))
    if not file.startswith(READS_ENVIRONMENT):
        yield from (Violation(file, line, "reads the environment") for line in environment_lines(tree))
    if area in WITHOUT_CLOCK:
        yield from (Violation(file, line, "reads the clock") for line in clock_lines(tree))
    if area in PURE_AREAS:
        yield from (Violation(file, line, "opens a file") for line in open_lines(tree))


def area_of_file(file: str) -> str:
    """Name a file's area."""
    path = PurePosixPath(file)
    if not path.is_relative_to(PACKAGE):
        return path.parts[0]
    return _plain(path.relative_to(PACKAGE).with_suffix("").parts[0])


def area_of_module(module: str) -> str | None:
    """Name the area of an absolute module, or nothing for one that is not ours."""
    top, _, rest = module.partition(".")
    if top == "roost":
        return _plain(rest.split(".")[0] or "__init__")
    return top if top in TOP_AREAS else None


def broken_by_import(area: str, module: str) -> Iterator[str]:
    """Say which rules an import of an absolute module breaks in an area."""
    top = module.split(".", maxsplit=1)[0]
    ours = area_of_module(module)
    if ours is not None:
        if ours not in {area, "__init__"} and ours not in MAY_IMPORT[area]:
            yield f"{area} imports {ours}"
    elif top in sys.stdlib_module_names:
        if area in PURE_AREAS and top in NOT_PURE:
            yield f"{area} imports {top}"
        if area in WITHOUT_CLOCK and module in {"time.time", "time.time_ns"}:
            yield f"{area} imports {module}"
    elif top.startswith(AWS_SDK):
        if area not in TALKS_TO_AWS:
            yield f"{area} imports {top}"
    elif (allowed := THIRD_PARTIES[area]) is not None and top not in allowed:
        yield f"{area} imports {top}"


def imported_modules(tree: ast.AST, file: str) -> Iterator[tuple[int, str]]:
    """Give line and absolute name of everything imported, wherever it stands and however it is spelt."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, (_package(file, node.level), node.module)))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _name(node.func) in {"import_module", "__import__"}:
            yield from ((node.lineno, arg.value) for arg in node.args[:1] if _is_text(arg))


def environment_lines(tree: ast.AST) -> Iterator[int]:
    """Give the lines that reach the process's environment, under whatever name ``os`` was imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (node.lineno for alias in node.names if alias.name in ENVIRONMENT_NAMES | {"*"})
        elif isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT_NAMES:
            yield node.lineno


def clock_lines(tree: ast.AST) -> Iterator[int]:
    """Give the lines that take the time from ``datetime``, under whatever name it or its classes were imported."""
    clocks = set(CLOCKS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            clocks |= {alias.asname for alias in node.names if alias.asname and alias.name in CLOCKS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_CALLS and _name(node.value) in clocks:
            yield node.lineno


def open_lines(tree: ast.AST) -> Iterator[int]:
    """Give the lines that call the built-in ``open``."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    yield from (call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "open")


def _plain(name: str) -> str:
    if name.startswith("__"):
        return "__init__"
    return "wiring" if name.endswith("wiring") else name


def _package(file: str, level: int) -> str:
    if not level:
        return ""
    path = PurePosixPath(file)
    parts = ("roost", *path.relative_to(PACKAGE).parts) if path.is_relative_to(PACKAGE) else path.parts
    return ".".join(parts[:-level])


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
