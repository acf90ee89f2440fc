"""A place to fit estimators whose memory is whatever a test says."""

from dataclasses import dataclass


@dataclass
class FixedCompute:
    """So many MB, and so many held at most."""

    megabytes: int = 3008
    held: int = 300

    def memory(self) -> int:
        """What was put there."""
        return self.megabytes

    def peak(self) -> int:
        """What was put there."""
        return self.held
