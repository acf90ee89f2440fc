"""What the definitions of models make of a view: on-demand features, and inputs of models."""

from collections.abc import Iterable
from dataclasses import dataclass

from roost.spec.features import FeatureView, OnDemandFeature
from roost.spec.model import Model


@dataclass(frozen=True)
class FeatureUse:
    """What one model makes of one feature of a view.

    ``on_demand`` are the on-demand features that are computed from it, by way of others too; ``inputs`` those inputs of
    the model that are the feature itself or one of them, in the model's order.
    """

    model: str
    feature: str
    on_demand: tuple[str, ...]
    inputs: tuple[str, ...]


def feature_uses(view: FeatureView, models: Iterable[Model]) -> list[FeatureUse]:
    """One for each model that declares the view and each feature of it."""
    return [_use(model, feature) for model in models if view in model.views for feature in view.features()]


def on_demand_of(view: FeatureView, model: Model) -> list[OnDemandFeature]:
    """On-demand features of a model that are computed from any feature of a view, by way of others too."""
    return _derived(model, view.features())


def _use(model: Model, feature: str) -> FeatureUse:
    derived = tuple(item.name for item in _derived(model, (feature,)))
    inputs = tuple(name for name in model.features if name in (feature, *derived))
    return FeatureUse(model.name, feature, derived, inputs)


def _derived(model: Model, features: tuple[str, ...]) -> list[OnDemandFeature]:
    """A definition has inputs before what is computed from them, so one pass finds all."""
    reached, found = set(features), []
    for item in model.on_demand:
        if reached.intersection(item.inputs):
            reached.add(item.name)
            found.append(item)
    return found
