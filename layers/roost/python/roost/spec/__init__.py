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
from roost.spec.search import Choice, IntegerRange, LogUniform, Search, Uniform
from roost.spec.sources import Column, ColumnType, Source

__all__ = [
    "Aggregation",
    "Candidate",
    "Choice",
    "Column",
    "ColumnType",
    "DecisionThreshold",
    "Entity",
    "FeatureView",
    "Gate",
    "Guardrails",
    "HoldoutFilter",
    "IntegerRange",
    "LatestView",
    "LogUniform",
    "Model",
    "OnDemandFeature",
    "ProjectMetric",
    "Rollout",
    "Search",
    "Source",
    "TimeSplit",
    "Uniform",
    "WindowView",
    "load_model",
    "model_names",
]
