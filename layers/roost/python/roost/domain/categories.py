"""Text as numbers: a category is its place in the declared list, or one indicator for each category.

Training calls ``codes`` on columns and scoring looks one text up in ``code_table``: the same numbers, by one list.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def indicator(column: str, category: str) -> str:
    """Name of the feature that is 1 where a text column holds the category and 0 elsewhere, null included."""
    return f"{column}__{category}"


def code_table(categories: Sequence[str]) -> dict[str, float]:
    """The number of each category: its place in the list, from 0."""
    return {category: float(place) for place, category in enumerate(categories)}


def codes(texts: npt.NDArray[np.str_], categories: Sequence[str]) -> Numbers:
    """The numbers of many texts, float64 of shape (rows,); NaN for whatever is no category, as null is read."""
    table = code_table(categories)
    different, place = np.unique(texts, return_inverse=True)
    found: Numbers = np.array([table.get(str(text), np.nan) for text in different], dtype=np.float64)[place]
    return found
