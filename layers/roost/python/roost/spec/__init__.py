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
)
from roost.spec.sources import Column, ColumnType, Source
from roost.spec.splits import HashSplit, TimeSplit

__all__ = [
    "Aggregation",
    "Candidate",
    "Column",
    "ColumnType",
    "DecisionThreshold",
    "Entity",
    "FeatureView",
    "Gate",
    "Guardrails",
    "HashSplit",
    "HoldoutFilter",
    "LatestView",
    "Model",
    "OnDemandFeature",
    "ProjectMetric",
    "Rollout",
    "Source",
    "TimeSplit",
    "WindowView",
    "load_model",
    "model_names",
]
