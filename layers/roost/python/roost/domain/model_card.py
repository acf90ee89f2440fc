"""The model card: a package in words, as Markdown (Mitchell et al., "Model Cards for Model Reporting", 2019)."""

from collections.abc import Mapping, Sequence
from typing import Any


def model_card(manifest: Mapping[str, Any], digest: str) -> str:
    """Markdown of a package: what it is, how good it is beside the trivial baseline, from what it was made."""
    lineage = manifest["lineage"]
    sections = [
        f"# Model card: {manifest['model']}",
        f"Package `{digest}`.",
        "## Quality on the holdout",
        _metrics(manifest["metrics"], manifest["baseline"]),
        _answers(manifest),
        "## Inputs",
        "\n".join(f"{index}. `{name}`" for index, name in enumerate(manifest["features"], start=1)),
        "## Lineage",
        _table(("what", "value"), [(name, f"`{lineage[name]}`") for name in sorted(lineage)]),
    ]
    return "\n\n".join(sections) + "\n"


def _answers(manifest: Mapping[str, Any]) -> str:
    decision = manifest["decision"]
    if decision:
        return (
            f"Decision: `{decision['positive']}` at a score of {manifest['threshold']:.6g} or more, "
            f"else `{decision['negative']}`."
        )
    classes = manifest.get("classes")
    return (
        f"Answers the most probable of {', '.join(f'`{each}`' for each in classes)}."
        if classes
        else "Answers a number."
    )


def _metrics(metrics: Mapping[str, float], baseline: Mapping[str, float]) -> str:
    rows = [
        (name, f"{value:.4f}", f"{baseline[name]:.4f}" if name in baseline else "")
        for name, value in sorted(metrics.items())
    ]
    return _table(("metric", "this model", "constant score"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
