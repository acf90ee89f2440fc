"""Checks of a whole model: every name that a definition uses must be declared somewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from roost.domain.categories import indicator
from roost.names import Problem
from roost.spec.gate_checks import check_gates
from roost.spec.problem_rules import check_problem
from roost.spec.sources import ColumnType
from roost.spec.splits import TimeSplit

if TYPE_CHECKING:
    from roost.spec.features import FeatureView
    from roost.spec.model import Model

BUILT_IN_METRICS = {
    Problem.BINARY: ("roc_auc", "average_precision", "log_loss", "brier_score", "calibration_error"),
    Problem.MULTICLASS: ("log_loss", "accuracy", "macro_f1", "macro_roc_auc"),
    Problem.REGRESSION: ("mean_absolute_error", "root_mean_squared_error", "r2"),
}


def check_model(model: Model) -> None:
    """Check the names across a model.

    Raises:
        ValueError: names the field, the unknown name and what could stand there.
    """
    _check_columns(model)
    check_problem(model)
    _check_inputs(model)
    _check_on_demand(model)
    _check_features(model)
    _check_metrics(model)
    _check_search(model)


def _require(field: str, name: str, known: list[str]) -> None:
    if name not in known:
        raise ValueError(f"{field}: {name!r} is not declared; use one of {sorted(known)}")


def _check_columns(model: Model) -> None:
    columns = [column.name for column in model.source.columns]
    _require("label", model.label, columns)
    for name in model.request:
        _require("request", name, columns)
    if "explain" in model.request:
        raise ValueError("request: 'explain' is how a request asks for reasons; rename the column in the source")
    if model.label in model.request:
        raise ValueError(f"request: {model.label!r} is the label; a request cannot know it")
    if model.label in model.features:
        raise ValueError(f"features: {model.label!r} is the label; take it out, a model may not see what it predicts")
    for view in model.views:
        _check_source(model, view)
        _check_view(model, view)


def _check_inputs(model: Model) -> None:
    columns = [column.name for column in model.source.columns]
    for name in model.carried_columns():
        _require("columns of project_metrics, holdout_filter, slices, threshold or evaluation", name, columns)


def _check_source(model: Model, view: FeatureView) -> None:
    for source in model.sources:
        if source.name == view.source.name and source != view.source:
            raise ValueError(
                f"views: {view.name} reads a source {source.name!r} that differs from another of that name; use one "
                f"object for both, or rename one"
            )


def _check_view(model: Model, view: FeatureView) -> None:
    key = view.entity.key
    _require(f"views: key of {view.name}", key, list(model.request))
    asked, known = model.source.column(key).type, view.source.column(key).type
    if asked is not known:
        raise ValueError(
            f"views: key {key!r} of {view.name} is {known.value} in source {view.source.name!r}, {asked.value} in "
            f"{model.source.name!r}: declare one type"
        )
    delay, gap = getattr(view, "delay", timedelta(0)), model.split.gap if isinstance(model.split, TimeSplit) else None
    own = view.source.name == model.source.name
    if own and model.label in view.used_columns() and gap is not None and delay < gap:
        raise ValueError(
            f"views: {view.name} uses the label {model.label!r} with delay {delay}, but labels are known after "
            f"split.gap, {gap}: set delay to that or more, or the features leak the label"
        )


def _check_on_demand(model: Model) -> None:
    known = [*model.request, *_indicators(model), *model.view_features()]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise ValueError(
            f"views: the name {twice[0]!r} stands for two things; rename a view, a request column or a category"
        )
    later = [feature.name for feature in model.on_demand]
    for feature in model.on_demand:
        if feature.name in known:
            raise ValueError(f"on_demand: the name {feature.name!r} is taken; choose another")
        for name in feature.inputs:
            if name in later and name not in known:
                raise ValueError(
                    f"on_demand: {feature.name} takes {name!r}, which is computed after it or from it; declare "
                    f"features after their inputs, without a cycle"
                )
            _require(f"on_demand: input of {feature.name}", name, known)
            _refuse_text(model, f"on_demand: input of {feature.name}", name)
        known.append(feature.name)


def _check_features(model: Model) -> None:
    known = [*model.request, *_indicators(model), *model.view_features(), *(item.name for item in model.on_demand)]
    for name in model.features:
        _require("features", name, known)
        _refuse_text(model, "features", name)
    twice = sorted({name for name in model.features if model.features.count(name) > 1})
    if twice:
        raise ValueError(f"features: {twice[0]!r} stands twice; keep one")
    for name in model.defaults:
        _require("defaults", name, list(model.view_features()))


def _indicators(model: Model) -> list[str]:
    return [indicator(column, each) for column, allowed in model.categories().items() for each in allowed]


def _refuse_text(model: Model, field: str, name: str) -> None:
    known = name not in model.request or name in model.categories()
    if not known and model.source.column(name).type is ColumnType.STRING:
        raise ValueError(
            f"{field}: {name!r} is text, and models take numbers; declare its values with allowed=(...), and it is "
            f"their number, or {indicator(name, '<value>')!r} for one of them"
        )


def _check_metrics(model: Model) -> None:
    known = [*BUILT_IN_METRICS[model.problem], *(metric.name for metric in model.project_metrics)]
    _require("selection_metric", model.selection_metric, known)
    check_gates(model, known)


def _check_search(model: Model) -> None:
    names = [candidate.name for candidate in model.candidates]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"candidates: {twice[0]!r} stands twice; give each a name of its own")
    if model.search is None:
        return
    if not any(candidate.search for candidate in model.candidates):
        raise ValueError("search: no candidate declares ranges; give one search={...}, or leave search out")
    if model.search.trials < len(names):
        raise ValueError(f"search: trials is {model.search.trials}, but each of {len(names)} candidates needs one")
