"""A salted hash of a key as a number: which side of a split the key falls on, whatever else there is."""

import hashlib

import numpy as np
import numpy.typing as npt

BYTES = 8


def key_share(key: str, salt: int) -> float:
    """A number in [0, 1), uniform over keys: the first 64 bits of SHA-256 over salt and key."""
    head = hashlib.sha256(f"{salt}:{key}".encode()).digest()[:BYTES]
    return (int.from_bytes(head, "big") >> 11) / 2**53  # what a float64 holds exactly, so that 1 is never reached


def key_shares(keys: npt.NDArray[np.generic], salt: int) -> npt.NDArray[np.float64]:
    """``key_share`` of many keys, text or whole numbers, float64 of shape (rows,)."""
    different, place = np.unique(keys, return_inverse=True)
    shares: npt.NDArray[np.float64] = np.array([key_share(str(key), salt) for key in different.tolist()])[place]
    return shares
