"""The plots of a model card, from the package's evidence. Each is an SVG element; a plot without data is left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from roost.domain.evaluation import LOWER_IS_BETTER
from roost.domain.svg_plot import Plot, row_plot

MOST_ROWS = 25
UNIT = (0.0, 1.0)


def quality_plots(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Captions and plots of the ROC and precision-recall curves."""
    curves = evidence["curves"]
    if not curves:
        return []
    roc = Plot(UNIT, UNIT, "false positive rate", "true positive rate")
    roc.line([(0, 0), (1, 1)], "reference")
    roc.line(curves["roc"])
    recall = Plot(UNIT, UNIT, "recall", "precision")
    holdout = evidence["folds"]["holdout"]
    share = holdout["positives"] / holdout["rows"]
    recall.line([(0, share), (1, share)], "reference")
    recall.line(curves["precision_recall"])
    return [
        ("ROC curve; the dashed line is chance", roc.to_svg("ROC curve")),
        ("Precision and recall; the dashed line is the share of positives", recall.to_svg("Precision-recall curve")),
    ]


def probability_plots(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Captions and plots of reliability (before and after calibration) and of the scores by class."""
    curves = evidence["curves"]
    if not curves:
        return []
    top = max(max(said, seen) for said, seen, _ in curves["reliability"] + curves["reliability_raw"])
    end = min(1.0, max(top * 1.08, 0.01))
    plot = Plot((0.0, end), (0.0, end), "mean score of the bin", "observed share")
    plot.line([(0, 0), (end, end)], "reference")
    plot.line(curves["reliability_raw"], "line second")
    plot.line(curves["reliability"])
    plot.dots(curves["reliability"])
    return [
        ("Reliability: bins of equal mass; grey is the raw score, dashed is perfect", plot.to_svg("Reliability")),
        ("Scores by class, as share of the class; the tall line is the threshold", _histogram(evidence)),
    ]


def _histogram(evidence: Mapping[str, Any]) -> str:
    found = evidence["curves"]["histogram"]
    shares = {name: [count / max(sum(rows), 1) for count in rows] for name, rows in found["counts"].items()}
    highest = max(max(rows) for rows in shares.values()) * 1.05
    top = found["top"]
    plot = Plot((0.0, top), (0.0, highest), "score", "share of the class")
    for name, style in (("negative", "bar second"), ("positive", "bar")):
        steps = len(shares[name])
        for place, share in enumerate(shares[name]):
            plot.box(top * place / steps, top * (place + 1) / steps, 0.0, share, style)
    threshold = evidence["decision"].get("threshold")
    if threshold is not None and threshold <= top:
        plot.line([(threshold, 0.0), (threshold, highest)], "mark")
    return plot.to_svg("Scores by class")


def slices_plot(evidence: Mapping[str, Any], metric: str) -> str:
    """The metric of every judged group with its interval; the dashed line is the whole holdout."""
    groups = [group for group in evidence["slices"] if metric in group.get("metrics", {})][:MOST_ROWS]
    if not groups:
        return ""
    whole = evidence["metrics"][metric]
    ends = [bound for group in groups for bound in _ends(group["metrics"][metric])] + _ends(whole)
    plot = row_plot([f"{g['slice']}: {g['group']}" for g in groups], _padded(min(ends), max(ends)), metric)
    plot.line([(whole["value"], -0.7), (whole["value"], len(groups) - 0.3)], "reference")
    for row, group in enumerate(reversed(groups)):
        _draw_group(plot, row, group["metrics"][metric], metric in group["worse"])
    return plot.to_svg(f"{metric} by slice")


def _draw_group(plot: Plot, row: int, number: Mapping[str, float], worse: bool) -> None:
    plot.line([(end, row) for end in _ends(number)], "worse" if worse else "line")
    plot.dots([(number["value"], row)], "dot worse" if worse else "dot", 4)


def _ends(number: Mapping[str, float]) -> list[float]:
    return [end for end in (number.get("low"), number.get("high")) if end is not None] or [number["value"]]


def _padded(low: float, high: float) -> tuple[float, float]:
    room = 0.06 * (high - low) or 0.01
    return low - room, high + room


def importances_plot(evidence: Mapping[str, Any]) -> str:
    """What the metric loses when a feature is shuffled, the largest first."""
    found = evidence["importances"]["features"][:MOST_ROWS]
    if not found:
        return ""
    low, high = min(0.0, *(item["low"] for item in found)), max(0.0, *(item["high"] for item in found))
    names = [item["feature"] for item in found]
    label = f"loss of {evidence['importances']['metric']} when shuffled"
    plot = row_plot(names, _padded(low, high), label)
    for place, item in enumerate(found):
        row = len(found) - 1 - place
        plot.box(min(0.0, item["loss"]), max(0.0, item["loss"]), row - 0.3, row + 0.3)
        plot.line([(item["low"], row), (item["high"], row)], "whisker")
    return plot.to_svg("Permutation importances")


def search_plot(evidence: Mapping[str, Any]) -> str:
    """Each trial's metric from rung to rung, the chosen one on top; nothing where there were fewer than two rungs."""
    story = evidence["tried"]
    rungs, trials = story["rungs"], [trial for trial in story["trials"] if trial["values"]]
    if len(rungs) < 2 or not trials:
        return ""
    values = sorted(value for trial in trials for value in trial["values"])
    plot = Plot(
        (0.8, len(rungs) + 0.2),
        _seen(values, story["metric"]),
        "rung",
        story["metric"],
        width=700,
        left=60,
        whole_ticks=True,
    )
    for trial in sorted(trials, key=lambda trial: trial["end"] == "chosen"):
        _draw_trial(plot, list(enumerate(trial["values"], start=1)), "" if trial["end"] == "chosen" else " second")
    return plot.to_svg("Learning of the search")


def _draw_trial(plot: Plot, points: Sequence[tuple[int, float]], style: str) -> None:
    plot.line(points, f"line{style}")
    plot.dots(points, f"dot{style}", 3)


def _seen(values: Sequence[float], metric: str) -> tuple[float, float]:
    """The range that is shown: the worst tenth of many trials would press the others together."""
    spare = len(values) // 10
    if metric in LOWER_IS_BETTER:
        return _padded(values[0], values[len(values) - 1 - spare])
    return _padded(values[spare], values[-1])
