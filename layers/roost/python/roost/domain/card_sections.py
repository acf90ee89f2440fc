"""What a model card says, section by section, for a reader who answers for the model and does not build it.

After Mitchell et al., "Model Cards for Model Reporting", 2019. Everything is read from a package's manifest and
evidence, so the same package has the same card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roost.domain.card_plots import (
    importances_plot,
    probability_plots,
    quality_plots,
    search_plot,
    slices_plot,
)
from roost.domain.card_words import (
    answer_words,
    decision_words,
    limits,
    number,
    percent,
    rule_words,
    short_verdict,
    span,
    verdict,
)

Row = Sequence[str]

TOO_FEW = "too few rows"


@dataclass(frozen=True)
class Table:
    """A table of texts."""

    head: Row
    rows: Sequence[Row]


@dataclass(frozen=True)
class Figures:
    """Plots side by side: captions and SVG elements."""

    plots: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]


Block = str | Table | Figures | Bullets


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: Sequence[Block]


def sections(manifest: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[Section]:
    """The card; blocks and sections that a model has no use for are left out."""
    found = [
        Section("In short", [Bullets(short_verdict(evidence))]),
        Section("Purpose and owner", [_purpose(evidence)]),
        Section("Data", [_data(evidence)]),
        Section("What was tried", _tried(evidence)),
        Section("Quality on the holdout", _quality(evidence)),
        Section("Probabilities", _probabilities(evidence)),
        Section("Decision", _decision(manifest, evidence)),
        Section("Slices", _slices(evidence)),
        Section("Behavioural tests", _behaviours(evidence)),
        Section("Gates", _gates(evidence)),
        Section("What drives the score", _importances(evidence)),
        Section("Limits", [Bullets(limits(evidence))]),
        Section("Inputs", [Table(("", "input"), [(str(i), n) for i, n in enumerate(manifest["features"], start=1)])]),
        Section("Lineage", [_lineage(manifest["lineage"])]),
    ]
    return [section for section in found if section.blocks]


def _purpose(evidence: Mapping[str, Any]) -> Table:
    rows = [("purpose", evidence["description"] or "not stated"), ("owner", evidence["owner"] or "not stated")]
    return Table(("", ""), [*rows, ("predicts", f"{evidence['label']} ({evidence['problem']})")])


def _data(evidence: Mapping[str, Any]) -> Table:
    uses = {
        "selection_train": "fitted on, to compare candidates", "selection_test": "compared on; calibration, threshold",
        "train": "fitted on, for the package", "holdout": "judged on, used for nothing else",
    }  # fmt: skip
    rows = [
        (name, use, fold.get("from", "")[:10], fold.get("to", "")[:10], f"{fold['rows']:,}", _positives(fold))
        for name, use in uses.items()
        for fold in [evidence["folds"][name]]
    ]
    return Table(("fold", "use", "from", "to", "rows", "positives"), rows)


def _positives(fold: Mapping[str, Any]) -> str:
    return f"{fold['positives']:,} ({percent(fold['positives'] / fold['rows'])})" if "positives" in fold else ""


def _tried(evidence: Mapping[str, Any]) -> list[Block]:
    story, best = evidence["tried"], 12
    trials = sorted(story["trials"], key=lambda trial: (trial["end"] != "chosen", -len(trial["values"]), trial["name"]))
    rows = [
        (t["name"], _parameters(t["parameters"]), number(t["values"][-1]) if t["values"] else "", t["end"])
        for t in trials[:best]
    ]
    more = f", {len(rows)} of them shown" if len(trials) > best else ""
    told = (
        f"{len(trials)} configurations{more}. The one with the best {story['metric']} on the comparison fold was "
        f"chosen; the holdout had no part in it."
    )
    plot = search_plot(evidence)
    drawn = [Figures([("Learning of the search: each line is a configuration, the blue one was chosen", plot)])]
    return [told, *(drawn if plot else []), Table(("configuration", "parameters", story["metric"], "end"), rows)]


def _parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={number(v) if isinstance(v, float) else v}" for name, v in sorted(parameters.items()))


def _quality(evidence: Mapping[str, Any]) -> list[Block]:
    rows = [
        (name, number(told["value"]), span(told), number(told.get("baseline")), span(told.get("gain") or {}))
        for name, told in sorted(evidence["metrics"].items())
    ]
    method = evidence["intervals"]
    drawn = f"{method['clusters']:,} clusters of {method['cluster']}" if method["cluster"] else "rows"
    told = (
        f"Intervals hold {percent(method['level'])} of {method['resamples']:,} bootstrap resamples of {drawn}. The "
        f"baseline gives every row the same score. Gain is the paired difference to it, more being better."
    )
    plots = quality_plots(evidence)
    head = ("metric", "this model", "interval", "baseline", "gain")
    return [told, Table(head, rows), *([Figures(plots)] if plots else [])]


def _probabilities(evidence: Mapping[str, Any]) -> list[Block]:
    plots, chosen = probability_plots(evidence), evidence["calibration"]
    if not plots:
        return []
    losses = chosen["log_losses"]
    compared = "; ".join(f"{name} {number(loss)}" for name, loss in losses.items())
    why = f" Cross-fitted log loss on the comparison fold: {compared}." if losses else ""
    return [f"Calibration: {chosen['method']}.{why}", Figures(plots)]


def _decision(manifest: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[Block]:
    if not evidence["decision"]:
        return [answer_words(manifest)]
    names = [name for name in ("precision", "recall", "flagged_share", "cost_per_row") if name in evidence["metrics"]]
    rows = [(name, number(evidence["metrics"][name]["value"]), span(evidence["metrics"][name])) for name in names]
    rule = rule_words(evidence["decision"]["rule"])
    table = [Table(("on the holdout", "value", "interval"), rows)] if rows else []
    return [decision_words(manifest), f"Rule: {rule}.", *table]


def _slices(evidence: Mapping[str, Any]) -> list[Block]:
    groups = evidence["slices"]
    if not groups:
        return []
    judged = [group for group in groups if "metrics" in group]
    metric = next((m for m in ("roc_auc", "macro_f1", "mean_absolute_error") if m in evidence["metrics"]), "")
    rows = [_slice_row(group, metric) for group in groups]
    chance = len(judged) * (1 - evidence["intervals"]["level"]) / 2
    told = (
        f"A group is marked where it is surely worse than the whole holdout, its own interval and the pairing taken "
        f"into account. Of {len(judged)} groups about {chance:.1f} a metric would be marked by chance."
    )
    plot = slices_plot(evidence, metric)
    drawn = [Figures([(f"{metric} by slice; the dashed line is the whole holdout", plot)])] if plot else []
    return [told, *drawn, Table(("group", "rows", "positives", metric, "worse in"), rows)]


def _slice_row(group: Mapping[str, Any], metric: str) -> Row:
    positives = "" if group["positives"] is None else f"{group['positives']:,}"
    name, told = f"{group['slice']}: {group['group']}", ", ".join(group.get("worse", []))
    return name, f"{group['rows']:,}", positives, _with_interval(group, metric), told if "metrics" in group else TOO_FEW


def _with_interval(group: Mapping[str, Any], metric: str) -> str:
    told = group.get("metrics", {}).get(metric)
    return f"{number(told['value'])} ({span(told)})" if told else ""


def _behaviours(evidence: Mapping[str, Any]) -> list[Block]:
    rows = [
        (test["name"], test["kind"], f"{test['passed']} of {test['rows']}", percent(test["min_share"]), _example(test))
        for test in evidence["behaviours"]
    ]
    return [Table(("test", "kind", "rows passed", "needed", "a row that failed"), rows)] if rows else []


def _example(test: Mapping[str, Any]) -> str:
    if not test["failures"]:
        return ""
    first = test["failures"][0]
    row = ", ".join(f"{name}={number(value)}" for name, value in list(first["row"].items())[:6])
    return f"{number(first['before'])} to {number(first['after'])}: {row}"


def _gates(evidence: Mapping[str, Any]) -> list[Block]:
    rows = [
        (g["gate"], number(g["value"]), number(g["bound"]), verdict(g["passed"]), g["error_rate"], g["note"])
        for g in evidence["gates"]
    ]
    told = (
        "Comparisons with the champion, latency and size belong to a run, not to a package; they stand in its report."
    )
    return [Table(("gate", "number", "bound", "verdict", "error rate", "note"), rows), told]


def _importances(evidence: Mapping[str, Any]) -> list[Block]:
    found = evidence["importances"]
    told = (
        f"What {found['metric']} loses on {found['rows']:,} holdout rows when one input is shuffled (mean of three "
        f"shuffles). Inputs that stand for each other share what they lose."
    )
    rows = [(item["feature"], number(item["loss"])) for item in found["features"][:10]]
    plot = importances_plot(evidence)
    drawn = [Figures([("Permutation importances", plot)])] if plot else []
    return [told, *drawn, Table(("input", "loss"), rows)]


def _lineage(lineage: Mapping[str, Any]) -> Table:
    return Table(("what", "value"), [(name, _told(lineage[name])) for name in sorted(lineage)])


def _told(value: Any) -> str:
    return _parameters(value) if isinstance(value, Mapping) else str(value)
