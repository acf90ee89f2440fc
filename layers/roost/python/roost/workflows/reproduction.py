"""Train a version again: the model as the version's lineage recorded it."""

from collections.abc import Mapping
from typing import Any

from roost.spec import Candidate, Model


def as_recorded(model: Model, recorded: Mapping[str, Any] | None) -> Model:
    """The model with the one candidate, the parameters and the seed of a lineage; as it is defined without one."""
    if recorded is None:
        return model
    candidate = Candidate(
        name=recorded["candidate"], estimator=recorded["estimator"], parameters=recorded["parameters"]
    )
    return model.model_copy(update={"candidates": (candidate,), "seed": recorded["seed"]})
