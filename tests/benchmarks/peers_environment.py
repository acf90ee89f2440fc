"""The peers' own environment, made on demand from its lock; nothing of it is installed into ours."""

import hashlib
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOCK = REPOSITORY / "requirements" / "peers.txt"
VENV = REPOSITORY / ".roost" / "bench" / "venv"


def peers_python() -> Path:
    """The peers' interpreter."""
    python, stamp = VENV / "bin" / "python", VENV / "lock.sha256"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], check=True)
        sync = ["pip", "sync", "--quiet", "--compile-bytecode", "--python", str(python), "--require-hashes", str(LOCK)]
        subprocess.run([*uv, *sync], check=True)
        stamp.write_text(digest)
    return python
