"""Which arm of an experiment an entity belongs to: a salted hash, so that nobody has to remember it.

An entity is hashed to a point of [0, 1), and the arms are stretches of it: the control from 0, the challenger to 1. So

- an entity keeps its arm as long as the shares stay (sticky), on every machine and after every cold start;
- when a share grows, only the entities between the old cut and the new one change their arm;
- another salt is another, independent split: experiments do not see each other.

BLAKE2b is keyed with the salt (RFC 7693, section 2.9), so no salt and entity can be mistaken for another pair. Salted
hashes for assignment: Kohavi, Tang and Xu, "Trustworthy Online Controlled Experiments" (2020), chapter 4.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BYTES = 8
PERSON = b"roost-arm"
CONTROL_PLACE = 0


def point(salt: str, entity: str) -> float:
    """A number in [0, 1), uniform over entities and independent between salts (up to 64 bytes)."""
    digest = hashlib.blake2b(entity.encode(), digest_size=BYTES, key=salt.encode(), person=PERSON).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53  # what a float64 holds exactly, so that 1 is never reached


def place(at: float, shares: Sequence[float]) -> int:
    """The arm whose stretch of [0, 1) holds the point; ``shares`` sum to 1."""
    end = 0.0
    for arm, share in enumerate(shares[:-1]):
        end += share
        if at < end:
            return arm
    return len(shares) - 1


@dataclass(frozen=True)
class Assignment:
    """An entity's arm, and the probability that an entity gets it; ``assigned`` is False where no entity was named."""

    place: int
    propensity: float
    assigned: bool = True


@dataclass(frozen=True)
class Split:
    """How an experiment splits the values of a field of the request."""

    by: str
    salt: str
    shares: tuple[float, ...]

    def assign(self, entity: Any) -> Assignment:
        """The arm of an entity; one that the request does not name gets the control, and is not part of the sample."""
        if entity is None:
            return Assignment(CONTROL_PLACE, 1.0, assigned=False)
        arm = place(point(self.salt, str(entity)), self.shares)
        return Assignment(arm, self.shares[arm])
