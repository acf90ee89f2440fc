"""The peers' own environments, made on demand from their locks; nothing of them is installed into ours."""

import hashlib
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".roost" / "bench"


def peers_python() -> Path:
    """The interpreter of MLflow, scikit-learn and pandas."""
    return _python(FOLDER / "venv", REPOSITORY / "requirements" / "peers.txt")


def feast_python() -> Path:
    """The interpreter of Feast, which takes another pandas than the other peers."""
    return _python(FOLDER / "feast", REPOSITORY / "requirements" / "feast.txt")


def _python(environment: Path, lock: Path) -> Path:
    python, stamp = environment / "bin" / "python", environment / "lock.sha256"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment)], check=True)
        sync = ["pip", "sync", "--quiet", "--compile-bytecode", "--python", str(python), "--require-hashes", str(lock)]
        subprocess.run([*uv, *sync], check=True)
        stamp.write_text(digest)
    return python
