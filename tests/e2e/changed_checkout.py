"""A checkout in which the scoring function's code is another: what a deployment after a change of code deploys."""

import shutil
from pathlib import Path

from localaws.layout import REPOSITORY

COPIED = ("infra", "functions", "models", "layers", "requirements")
BUILT = Path("build") / "layers"
SCORING = Path("functions") / "serving" / "score_predictions.py"


def with_other_scoring_code(folder: Path) -> Path:
    """Copy what a synth reads, and add a line to the scoring function's file; built layers are linked, not copied."""
    for name in COPIED:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("cdk.json", "pyproject.toml", ".git"):
        link = folder / name
        link.symlink_to(REPOSITORY / name)
    (folder / BUILT).mkdir(parents=True)
    for layer in (REPOSITORY / BUILT).iterdir():
        if not layer.name.startswith("roost-"):  # it is built anew at each synth, in its place
            (folder / BUILT / layer.name).symlink_to(layer)
    with (folder / SCORING).open("a", encoding="utf-8") as code:
        code.write("\nREVISION = 2\n")
    return folder
