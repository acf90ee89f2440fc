"""The digest of a model's project: its Python files and those of what projects share."""

import hashlib
from pathlib import Path

from infra.constructs.code_staging import MODELS
from roost.spec.loading import SHARED


def project_digest(model: str, folder: Path = MODELS) -> str:
    """SHA-256 over names and contents of the files that decide what is trained, without the platform's own code."""
    hashed = hashlib.sha256()
    for path in sorted(file for project in (model, SHARED) for file in (folder / project).rglob("*.py")):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        hashed.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return hashed.hexdigest()
