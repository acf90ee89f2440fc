"""Generated pages in a folder that may hold other files too."""

from collections.abc import Iterable, Mapping
from pathlib import Path


def write_pages(folder: Path, pages: Mapping[str, str], mark: str) -> tuple[list[str], list[str]]:
    """Write pages that begin with ``mark``, and remove others that do: those were written for what is gone.

    Returns:
        Names of the files that were written, and of those that were removed, sorted.

    Raises:
        ValueError: a page would replace a file that somebody else wrote.
    """
    _check_own(folder, pages, mark)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    former = [path for path in sorted(folder.glob("*.md")) if path.name not in pages and _ours(path, mark)]
    for path in former:
        path.unlink()
    return sorted(pages), [path.name for path in former]


def _check_own(folder: Path, pages: Iterable[str], mark: str) -> None:
    for name in pages:
        if (folder / name).exists() and not _ours(folder / name, mark):
            raise ValueError(f"{folder / name} was not written by this command; move it, or choose another --output")


def _ours(path: Path, mark: str) -> bool:
    return path.read_bytes().startswith(mark.encode())
