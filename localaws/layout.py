"""Where the embedded AWS keeps its things. All of it may be deleted while nothing runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
REQUIREMENTS = REPOSITORY / "requirements" / "localaws.txt"
VENV = REPOSITORY / ".roost" / "localaws" / "venv"
VENV_PYTHON = VENV / "bin" / "python"


@dataclass(frozen=True)
class Home:
    """The folder of one emulator; several may run side by side, each in its own home."""

    folder: Path

    @property
    def log(self) -> Path:
        """What the emulator and the functions in it print."""
        return self.folder / "emulator.log"

    @property
    def record(self) -> Path:
        """The JSON record of the running emulator: process, port, endpoint, options."""
        return self.folder / "emulator.json"

    @property
    def lock(self) -> Path:
        """Held while an emulator of this home is started or stopped."""
        return self.folder / "emulator.lock"

    @property
    def state(self) -> Path:
        """What survives a stop when the emulator was started with ``keep_state``."""
        return self.folder / "state"

    @property
    def scratch(self) -> Path:
        """The emulator's temporary folder: code and layers of the functions; deleted at stop."""
        return self.folder / "scratch"


DEFAULT_HOME = Home(REPOSITORY / ".roost" / "localaws")


def home_at(folder: Path | None) -> Home:
    """Return the home at ``folder``, or this checkout's own."""
    return DEFAULT_HOME if folder is None else Home(folder)
