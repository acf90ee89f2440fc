"""The sentences of a model card."""

from collections.abc import Mapping
from typing import Any

from roost.domain.calibration import ISOTONIC
from roost.domain.evaluation import DECISION_METRICS


def number(value: Any) -> str:
    """A number to four significant digits; nothing for none."""
    if value is None:
        return ""
    return f"{value:,.0f}" if isinstance(value, int | float) and abs(value) >= 10_000 else f"{value:.4g}"


def verdict(passed: bool) -> str:
    """One word."""
    return "pass" if passed else "FAIL"


def percent(share: float) -> str:
    """A share as percent."""
    return f"{100 * share:.3g} %"


def span(told: Mapping[str, Any]) -> str:
    """The bounds of an interval; nothing without one."""
    if told.get("low") is None or told.get("high") is None:
        return ""
    return f"{number(told['low'])} to {number(told['high'])}"


def short_verdict(evidence: Mapping[str, Any]) -> list[str]:
    """The card in a few sentences."""
    return [_headline(evidence), _gates(evidence), *_decides(evidence), *_weak(evidence)]


def _headline(evidence: Mapping[str, Any]) -> str:
    metric = evidence["selection_metric"]
    told = evidence["metrics"][metric]
    bounds = f" ({span(told)})" if span(told) else ""
    beside = f"; a model without features has {number(told['baseline'])}" if "baseline" in told else ""
    fold = evidence["folds"]["holdout"]
    return f"{metric} {number(told['value'])}{bounds} on {fold['rows']:,} rows it has never seen{beside}."


def _gates(evidence: Mapping[str, Any]) -> str:
    read = evidence["gates"]
    missed = [gate["gate"] for gate in read if not gate["passed"]]
    if missed:
        return f"{len(missed)} of {len(read)} gates missed: {', '.join(missed)}."
    return f"All {len(read)} gates that depend on the package alone are passed."


def _decides(evidence: Mapping[str, Any]) -> list[str]:
    if "precision" not in evidence["metrics"]:
        return []
    found = {name: evidence["metrics"][name]["value"] for name in DECISION_METRICS[:3]}
    words = (
        f"At its threshold it flags {percent(found['flagged_share'])} of rows, {percent(found['precision'])} of them "
        f"rightly, and finds {percent(found['recall'])} of the positives."
    )
    return [words, *_cost(evidence)]


def _cost(evidence: Mapping[str, Any]) -> list[str]:
    told = evidence["metrics"].get("cost_per_row")
    if told is None:
        return []
    beside = f"; flagging nothing would cost {number(told.get('baseline'))}"
    return [f"Wrong decisions cost {number(told['value'])} a row ({span(told)}){beside}."]


def _weak(evidence: Mapping[str, Any]) -> list[str]:
    worse = [f"{group['slice']} {group['group']}" for group in evidence["slices"] if group.get("worse")]
    return [f"Surely weaker than overall in: {', '.join(worse[:5])}."] if worse else []


def decision_words(manifest: Mapping[str, Any]) -> str:
    """What happens at which score."""
    named = manifest["decision"]
    return f"{named['positive']} at a score of {manifest['threshold']:.6g} or more, else {named['negative']}."


def answer_words(manifest: Mapping[str, Any]) -> str:
    """What a model without a decision answers."""
    classes = manifest.get("classes")
    return f"Answers the most probable of {', '.join(classes)}." if classes else "Answers a number."


def rule_words(rule: Mapping[str, Any]) -> str:
    """How the threshold was found, on the comparison fold."""
    if "review_rate" in rule:
        return f"flag the {percent(rule['review_rate'])} of highest scores"
    if "min_precision" in rule:
        return f"find as many positives as a precision of {percent(rule['min_precision'])} allows"
    if "min_recall" in rule:
        return f"flag as few rows as finding {percent(rule['min_recall'])} of the positives allows"
    wrong, missed = rule["cost_of_false_positive"], rule["cost_of_false_negative"]
    return f"least total cost, a wrong flag costing {_cost_words(wrong)} and a missed positive {_cost_words(missed)}"


def _cost_words(cost: Any) -> str:
    return f"the row's {cost}" if isinstance(cost, str) else number(cost)


def limits(evidence: Mapping[str, Any]) -> list[str]:
    """What the card's numbers do not cover."""
    holdout = evidence["folds"]["holdout"]
    stretch = f" from {holdout['from'][:10]} to {holdout['to'][:10]}" if "from" in holdout else ""
    found = [
        f"Judged on data{stretch}: what changes afterwards is not in any interval. Monitoring has to tell.",
        "An interval says what chance does to a number on rows like these. It does not cover wrong labels, or rows "
        "that were never recorded.",
        "Each run that is judged on the same holdout and not released wears it a little: the best of many looks "
        "better than it is.",
    ]
    if evidence["intervals"]["cluster"] is None:
        found.append("Rows were taken as independent. Where one customer has many, intervals are too narrow.")
    if evidence["calibration"]["method"] == ISOTONIC:
        found.append("Isotonic calibration gives many rows equal scores: they cannot be ranked among each other.")
    without = sorted(name for name, told in evidence["metrics"].items() if not span(told))
    return [*found, f"Without an interval: {', '.join(without)}."] if without else found
