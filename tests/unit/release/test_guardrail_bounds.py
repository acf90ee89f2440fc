"""What a release request may say about guardrails."""

from typing import Any

import pytest

from roost.domain.guardrail_bounds import Advance, GuardrailBounds, guardrail_bounds
from roost.domain.release_plan import rollout_plan
from roost.errors import InvalidReleaseRequest
from roost.spec import Guardrails, Rollout

DECLARED = Guardrails().model_dump(mode="json")


def test_what_a_model_declares_is_what_a_plan_holds() -> None:
    assert guardrail_bounds(DECLARED) == GuardrailBounds(0.02, 3.0, 0.15)


def test_a_request_overrides_single_fields() -> None:
    found = guardrail_bounds(DECLARED, {"alpha": 0.05, "advance": "non_inferior"})
    assert (found.alpha, found.advance, found.max_rank_shift) == (0.05, Advance.NON_INFERIOR, 0.15)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"alpha": 0}, "alpha is 0; give a number above 0 and at most 0.5"),
        ({"alpha": 0.6}, "alpha is 0.6"),
        ({"alpha": -0.01}, "alpha is -0.01"),
        ({"alpha": float("nan")}, "alpha is nan"),
        ({"alpha": "0.01"}, "alpha is '0.01'"),
        ({"alpha": True}, "alpha is True"),
        ({"max_error_share": 2}, "max_error_share is 2; give a number from 0 to 1"),
        ({"max_latency_ratio": 1}, "max_latency_ratio is 1; give a number above 1"),
        ({"advance": "soon"}, "advance is 'soon'; use one of evidence, non_inferior"),
        ({"max_fun": 1}, "unknown field 'max_fun'"),
        ({"latency_objective_ms": 5}, "latency_objective_ms is counted by the deployed function"),
        ([0.01], "is no object"),
    ],
)
def test_a_wrong_field_is_refused_by_name(wanted: Any, told: str) -> None:
    with pytest.raises(InvalidReleaseRequest) as caught:
        rollout_plan(Rollout().model_dump(mode="json"), {"version": 2, "guardrails": wanted}, first=False)
    assert str(caught.value).startswith("guardrails: ")
    assert told in str(caught.value)


@pytest.mark.parametrize("alpha", [0, 0.6, -1])
def test_a_definition_with_such_an_alpha_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        Guardrails(alpha=alpha)
