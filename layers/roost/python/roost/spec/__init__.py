"""What a user writes: the definition of a model project, validated when it is read."""

from roost.spec.features import Aggregation, Entity, FeatureView, LatestView, OnDemandFeature, WindowView
from roost.spec.loading import load_model, model_names
from roost.spec.model import (
    Candidate,
    DecisionThreshold,
    Gate,
    Guardrails,
    HoldoutFilter,
    Model,
    ProjectMetric,
    Rollout,
    TimeSplit,
)
from roost.spec.origins import CursorPaging, HttpOrigin, LinkPaging, PagePaging, SqlOrigin
from roost.spec.set_rules import DriftRule, DuplicateRule, SetRules, ShareRule, VolumeRule
from roost.spec.sources import Column, ColumnType, Source

__all__ = [
    "Aggregation",
    "Candidate",
    "Column",
    "ColumnType",
    "CursorPaging",
    "DecisionThreshold",
    "DriftRule",
    "DuplicateRule",
    "Entity",
    "FeatureView",
    "Gate",
    "Guardrails",
    "HoldoutFilter",
    "HttpOrigin",
    "LatestView",
    "LinkPaging",
    "Model",
    "OnDemandFeature",
    "PagePaging",
    "ProjectMetric",
    "Rollout",
    "SetRules",
    "ShareRule",
    "Source",
    "SqlOrigin",
    "TimeSplit",
    "VolumeRule",
    "WindowView",
    "load_model",
    "model_names",
]
