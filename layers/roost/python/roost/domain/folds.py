"""Folds by time: where training ends, what lies between, what is evaluated. All times in seconds since 1970."""

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True)
class Span:
    """Times from ``start`` up to but not including ``end``."""

    start: int
    end: int


@dataclass(frozen=True)
class Fold:
    """A training span, the gap after it, and the span that is evaluated."""

    train: Span
    gap: Span
    evaluated: Span


def next_midnight(time: int) -> int:
    """The first midnight (UTC) after a time."""
    return (time // DAY + 1) * DAY


def fold_before(end: int, train: int, gap: int, evaluated: int) -> Fold:
    """The fold whose evaluated span ends at ``end``; lengths in seconds."""
    begin = end - evaluated
    return Fold(Span(begin - gap - train, begin - gap), Span(begin - gap, begin), Span(begin, end))


def comparison_fold(final: Fold) -> Fold:
    """The fold of the same shape on which candidates are compared: it ends where the final fold's gap begins.

    Its labels are known when the final training span ends one gap later.
    """
    shape = (final.train.end - final.train.start, final.gap.end - final.gap.start)
    return fold_before(final.train.end, *shape, final.evaluated.end - final.evaluated.start)
