"""Experiments and shadows as tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType

from roost.cli.display import age, table, when
from roost.domain.experiments import Experiment
from roost.experiment_names import Measure

NO_LABELS = "no outcome of an exposed entity is known yet: outcomes arrive by POST /models/{model}/outcomes"
IN_PART = "the log was read in part: show it again to read on"
FULL = "the sample is full: entities that come now are served by their arm, and no longer counted"


def experiment_drawing(experiment: Experiment, report: Mapping[str, Any] | None) -> Iterator[RenderableType]:
    """An experiment with what it shows so far."""
    measured = experiment.measured
    yield f"[bold]{experiment.identifier}[/]  {experiment.status}  ·  {measured.metric} by {experiment.by}"
    if report is None:
        yield "nothing has been counted yet"
        return
    yield _arms_table(report)
    yield _shares_line(report["shares"])
    if report["lift"]:
        yield from _lift_lines(experiment, report["lift"])
    yield f"[bold]{report['finding']}[/]: {report['reason']}{_more(report)}"
    yield from _notes(experiment, report)


def _arms_table(report: Mapping[str, Any]) -> RenderableType:
    rows = [
        [arm["name"], arm["version"], f"{arm['share']:.0%}", f"{arm['exposed']:,}", f"{arm['measured']:,}",
         _number(arm["mean"])]
        for arm in report["arms"]
    ]  # fmt: skip
    columns = ("arm", "version", "share now", "entities exposed", "measured", "mean")
    return table(f"read to {when(report['read_to'])}", columns, rows)


def _shares_line(shares: Mapping[str, Any]) -> str:
    total = sum(shares["counted"].values())
    parts = [
        f"{arm} {count / total:.2%} of {shares['expected'][arm]:.2%}" for arm, count in shares["counted"].items()
        if total
    ]  # fmt: skip
    told = "[bold red]MISMATCH[/]" if shares["mismatch"] else "as meant"
    return f"shares: {told}; {', '.join(parts) or 'nobody yet'}; e-value {shares['e_value']:.3g} (alarm at 1,000)"


def _lift_lines(experiment: Experiment, lift: Mapping[str, Any]) -> Iterator[str]:
    low, high = lift["interval"]
    level = 1 - experiment.measured.alpha
    told = f"lift of b: {lift['absolute']:+.4g}, {level:.0%} at all times within {low:+.4g} and {high:+.4g}"
    yield f"{told}; p-value {lift['p_value']:.3g}, valid at any look"
    if lift["relative"] is not None:
        low, high = lift["relative_interval"]
        yield f"relative to a's mean as measured: {lift['relative']:+.1%} ({low:+.1%} to {high:+.1%})"


def _more(report: Mapping[str, Any]) -> str:
    if report["more"] is None:
        return ""
    spent = f", {age(report['hours'] * 3600)} at this pace" if report["hours"] is not None else ""
    return f"; about {report['more']:,} more entities{spent} (a guess)"


def _notes(experiment: Experiment, report: Mapping[str, Any]) -> Iterator[str]:
    measured = sum(arm["measured"] for arm in report["arms"])
    if experiment.measured.metric == Measure.OUTCOME and not measured:
        yield NO_LABELS.format(model=experiment.model)
    if not report["caught_up"]:
        yield IN_PART
    if report["full"]:
        yield FULL


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"


def shadow_drawing(shadow: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[RenderableType]:
    """A shadow with what it shows so far."""
    yield (
        f"[bold]{shadow['identifier']}[/]  version {shadow['version']} in the shadow of {shadow['live_version']}, "
        f"{shadow['rate']} a minute until {when(shadow['stopped_at'] or shadow['until'])}"
    )
    yield f"scored {report['scored']:,} predictions"
    if not report["scored"]:
        return
    rows = [[name.replace("_", " "), _number(report[name])] for name in
            ("agreement", "mean_difference", "mean_distance", "rank_correlation", "ks")]  # fmt: skip
    yield table("scores", ("measure", "value"), rows)
    latency = report["latency"]
    of = {"live": "live, whole answer", "shadow": "shadow, scoring alone"}
    yield table("latency in ms", ("of", *latency["live"]), [[of[who], *latency[who].values()] for who in of])
    yield from _changed_decisions(report)


def _changed_decisions(report: Mapping[str, Any]) -> Iterator[RenderableType]:
    changes = ", ".join(f"{change} {count}" for change, count in report["changes"].items())
    yield f"decided differently: {report['decided_differently']:,}" + (f" ({changes})" if changes else "")
    judged = report["judged"]
    yield f"outcome known of {judged['known']}: live right {judged['live_right']}, shadow {judged['shadow_right']}"
    rows = [
        [one["prediction"], *(f"{one[who]:.4f} {one[f'{who}_decision']}" for who in ("live", "shadow")),
         ", ".join(f"{name} {_number(value)}" for name, value in list(one["inputs"].items())[:4])]
        for one in report["examples"]
    ]  # fmt: skip
    if rows:
        yield table("the largest differences that change a decision", ("prediction", "live", "shadow", "inputs"), rows)
