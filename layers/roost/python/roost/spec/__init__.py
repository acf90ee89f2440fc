"""What a user writes: the definition of a model project, validated when it is read."""

from roost.spec.behaviours import Direction, Invariance, MustPass
from roost.spec.evaluation import DecisionThreshold, Evaluation, Slice
from roost.spec.features import Aggregation, Entity, FeatureView, LatestView, OnDemandFeature, WindowView
from roost.spec.gates import Gate
from roost.spec.loading import load_model, model_names
from roost.spec.model import (
    Candidate,
    Guardrails,
    HoldoutFilter,
    Model,
    ProjectMetric,
    Rollout,
)
from roost.spec.origins import CursorPaging, HttpOrigin, LinkPaging, PagePaging, SqlOrigin
from roost.spec.search import Choice, IntegerRange, LogUniform, Search, Uniform
from roost.spec.set_rules import DriftRule, DuplicateRule, SetRules, ShareRule, VolumeRule
from roost.spec.sources import Column, ColumnType, Source
from roost.spec.splits import HashSplit, TimeSplit

__all__ = [
    "Aggregation",
    "Candidate",
    "Choice",
    "Column",
    "ColumnType",
    "CursorPaging",
    "DecisionThreshold",
    "Direction",
    "DriftRule",
    "DuplicateRule",
    "Entity",
    "Evaluation",
    "FeatureView",
    "Gate",
    "Guardrails",
    "HashSplit",
    "HoldoutFilter",
    "HttpOrigin",
    "IntegerRange",
    "Invariance",
    "LatestView",
    "LinkPaging",
    "LogUniform",
    "Model",
    "MustPass",
    "OnDemandFeature",
    "PagePaging",
    "ProjectMetric",
    "Rollout",
    "Search",
    "SetRules",
    "ShareRule",
    "Slice",
    "Source",
    "SqlOrigin",
    "TimeSplit",
    "Uniform",
    "VolumeRule",
    "WindowView",
    "load_model",
    "model_names",
]
