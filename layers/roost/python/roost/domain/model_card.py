"""The model card as Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from roost.domain.card_sections import Block, Bullets, Figures, Table, sections


def model_card(manifest: Mapping[str, Any], evidence: Mapping[str, Any], digest: str) -> str:
    """Markdown of a package; its plots are in the page."""
    parts = [f"# Model card: {manifest['model']}", f"Package `{digest}`."]
    for section in sections(manifest, evidence):
        parts += [f"## {section.title}", *filter(None, map(_block, section.blocks))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block.head, block.rows)
    if isinstance(block, Bullets):
        return "\n".join(f"- {item}" for item in block.items)
    return "" if isinstance(block, Figures) else block


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
