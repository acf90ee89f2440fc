"""Permutation importances (Breiman, "Random Forests", 2001): what a metric loses when a feature says nothing."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]

REPEATS = 3


def permutation_importances(
    names: Sequence[str], features: Matrix, score: Callable[[Matrix], Vector], quality: Callable[[Vector], float],
    seed: int,
) -> list[dict[str, float | str]]:  # fmt: skip
    """Mean, lowest and highest loss of ``quality`` (more is better) over three shuffles of each feature, largest first.

    Features that stand for each other share what they lose: both look less important than they are together.
    """
    random = np.random.default_rng(seed)
    whole = quality(score(features))
    found: list[dict[str, float | str]] = []
    for place, name in enumerate(names):
        losses = []
        for _ in range(REPEATS):
            shuffled = features.copy()
            shuffled[:, place] = features[random.permutation(len(features)), place]
            losses.append(whole - quality(score(shuffled)))
        found.append({"feature": name, "loss": float(np.mean(losses)), "low": min(losses), "high": max(losses)})
    return sorted(found, key=lambda item: -float(item["loss"]))
