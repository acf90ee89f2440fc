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
from roost.spec.sources import Column, ColumnType, Source
from roost.spec.splits import HashSplit, TimeSplit

__all__ = [
    "Aggregation",
    "Candidate",
    "Column",
    "ColumnType",
    "DecisionThreshold",
    "Direction",
    "Entity",
    "Evaluation",
    "FeatureView",
    "Gate",
    "Guardrails",
    "HashSplit",
    "HoldoutFilter",
    "Invariance",
    "LatestView",
    "Model",
    "MustPass",
    "OnDemandFeature",
    "ProjectMetric",
    "Rollout",
    "Slice",
    "Source",
    "TimeSplit",
    "WindowView",
    "load_model",
    "model_names",
]
