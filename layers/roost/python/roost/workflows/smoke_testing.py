"""SmokeTest: a published version must score its package's golden rows as recorded, the way back included."""

from typing import Any

from roost.errors import SmokeTestFailed
from roost.ports import PipelinePorts
from roost.workflows.package_manifests import read_manifest

TOLERANCE = 1e-6  # Lambda's fleet mixes processors, whose float32 sums differ in the last bits; relative beyond 1


def smoke_test(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Test the version under release and, where a model serves already, the one that a rollback would return to.

    Raises:
        SmokeTestFailed: a version fails, or scores a golden row otherwise than its package says.
    """
    model, plan = event["model"], event["plan"]
    rows = tested_rows(ports, model, event["function_version"], plan["package"])
    if plan["previous_version"] is not None:
        previous = ports.registry.version(model, plan["previous_version"])
        rows += tested_rows(ports, model, plan["previous_function_version"], previous.package)
    return {"function_version": event["function_version"], "golden_rows": rows}


def tested_rows(ports: PipelinePorts, model: str, function_version: str, package: str, arm: str = "") -> int:
    """Test one package on one function version; ``arm`` asks for it where the version serves several.

    Returns:
        Golden rows that were scored as recorded.

    Raises:
        SmokeTestFailed: the version fails, serves another package, or scores a row otherwise than its package says.
    """
    manifest = read_manifest(ports.packages, package)
    golden = manifest["golden"]
    found = ports.endpoint(model).invoke(
        function_version, {"golden_rows": golden["rows"], **({"arm": arm} if arm else {})}
    )
    if found["package"] != package:
        raise SmokeTestFailed(f"function version {function_version} serves package {found['package']}, not {package}")
    _compare(function_version, golden["scores"], found["scores"])
    return len(golden["rows"])


def _compare(function_version: str, expected: list[Any], found: list[Any]) -> None:
    for index, (want, got) in enumerate(zip(expected, found, strict=True)):
        if not _same(want, got):
            raise SmokeTestFailed(
                f"function version {function_version} scores golden row {index} as {got!r}; its package says {want!r}"
            )


def _same(want: Any, got: Any) -> bool:
    """Whether two scores agree; of a multiclass model, each is a list with a probability for each class."""
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(_same, want, got))
    return isinstance(got, float | int) and abs(want - got) <= TOLERANCE * max(1.0, abs(want))
