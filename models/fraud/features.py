"""On-demand features of the fraud model: vectorised functions, the same objects in training and in scoring."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DAY = 86_400
LAST_NIGHT_HOUR = 6
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0
SATURDAY = 5


def during_night(event_time: Array) -> Array:
    """1.0 where the hour is 0 to 6; ``event_time`` in seconds since 1970, shape (rows,)."""
    hour = event_time % DAY // 3_600
    return (hour <= LAST_NIGHT_HOUR).astype(np.float64)


def during_weekend(event_time: Array) -> Array:
    """1.0 on Saturday and Sunday; ``event_time`` in seconds since 1970, shape (rows,)."""
    weekday = (event_time // DAY + EPOCH_WEEKDAY) % 7
    return (weekday >= SATURDAY).astype(np.float64)


def count_with_current(count: Array) -> Array:
    """Number of transactions in the window, the one being scored included."""
    return count + 1.0


def mean_with_current(count: Array, total: Array, amount: Array) -> Array:
    """Mean amount over the window, the transaction being scored included."""
    return (total + amount) / (count + 1.0)


def times_the_mean(amount: Array, mean: Array) -> Array:
    """The amount over a mean amount, 1.0 where the mean is zero: a stolen card pays five times what its owner does."""
    return np.divide(amount, mean, out=np.ones_like(amount), where=mean > 0)
