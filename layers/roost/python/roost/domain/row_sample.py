"""Which rows a rung of a search is fitted on.

A sample over the whole training time, not its newest rows: a rung must tell which configuration will be best on all
rows, and rows of one short stretch have another season, and of a rare class next to none. Each class keeps its share;
of a smaller rung every row is in the larger ones, so that rungs differ in how much they see rather than in what.
"""

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


def rung_rows(label: npt.NDArray[np.float64], rows: Mask, share: float, seed: int, classes: bool) -> Mask:
    """A share (0 to 1) of some rows, drawn with a seed; of each class alike if the label names ``classes``.

    Args:
        label: float64 (rows,).
        rows: mask of the rows to draw from, (rows,).
        share: share of them; of each class at least one row is kept.
        seed: the same seed gives the same order of rows, whatever the share.
        classes: whether the label is a class rather than a number.

    Returns:
        Mask of the drawn rows, (rows,).
    """
    if share >= 1.0:
        return rows
    order = np.random.default_rng(seed).permutation(len(label))
    drawn = np.zeros(len(label), dtype=np.bool_)
    for value in np.unique(label[rows]) if classes else [None]:
        members = order[(rows if value is None else rows & (label == value))[order]]
        drawn[members[: max(1, round(share * len(members)))]] = True
    return drawn
