"""Approval and rejection carry who and why; gates decide where nobody has to; what failed is kept as evidence."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from roost.adapters.in_memory import (
    FixedClock,
    InMemoryEvidence,
    InMemoryObjectStore,
    InMemoryOnlineStore,
    InMemoryRegistryStore,
)
from roost.domain.served_history import Approval, approval_of
from roost.errors import PackageExpired, StatusConflict, UnknownVersion
from roost.names import Status
from roost.ports import PipelinePorts
from roost.workflows.registration import register_model
from roost.workflows.version_decisions import tag_version
from tests.unit.registry.conftest import MODEL, Life

GATES = [{"gate": "roc_auc at_least", "value": 0.9, "bound": 0.8, "passed": True}]
EVALUATION = {
    "package": "p", "metrics": {"roc_auc": 0.9}, "chosen": "trees", "gates": GATES, "passed": True, "reasons": "",
    "intervals": {"roc_auc": [0.88, 0.92]},
}  # fmt: skip
EVENT = {
    "model": MODEL, "run": "run-1", "dataset": "d", "datasets": {"t": "d"}, "training_set": "s", "code": "c",
    "request": {"reason": "schedule"}, "evaluation": EVALUATION, "approval": "automatic",
}  # fmt: skip


def ports(registry: InMemoryRegistryStore) -> PipelinePorts:
    store = InMemoryObjectStore()
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    return PipelinePorts(
        store, store, InMemoryOnlineStore(), registry, InMemoryEvidence(), lambda _: None, clock  # type: ignore[arg-type, return-value]
    )  # fmt: skip


def registered(life: Life, **event: Any) -> dict[str, Any]:
    return register_model({**EVENT, **event}, ports(life.registry))


def test_an_approval_says_who_and_why(life: Life) -> None:
    life.register()
    life.decide(1, Status.APPROVED, "arn:aws:sts::1:assumed-role/risk/eve", " slices reviewed ")
    approval = approval_of(life.registry.audit(MODEL), 1)
    assert approval == Approval("arn:aws:sts::1:assumed-role/risk/eve", life.now.isoformat(), "slices reviewed")
    assert life.registry.version(MODEL, 1).reason == "slices reviewed"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_decision_needs_a_reason(life: Life, reason: str) -> None:
    life.register()
    with pytest.raises(ValueError, match="--reason is empty"):
        life.decide(1, Status.REJECTED, reason=reason)
    assert life.registry.version(MODEL, 1).status is Status.CANDIDATE


def test_an_approved_version_may_still_be_rejected_and_a_rejected_one_not_approved(life: Life) -> None:
    life.register()
    life.decide(1, Status.APPROVED)
    life.decide(1, Status.REJECTED, "eve", "leaks the label")
    with pytest.raises(StatusConflict, match="is rejected and cannot become approved"):
        life.decide(1, Status.APPROVED)
    assert approval_of(life.registry.audit(MODEL), 1) is not None


def test_a_version_that_does_not_exist_cannot_be_decided_on(life: Life) -> None:
    with pytest.raises(UnknownVersion):
        life.decide(4, Status.APPROVED)


def test_a_version_that_passed_is_approved_by_its_gates_with_its_intervals(life: Life) -> None:
    assert registered(life) == {"version": 1, "status": "approved"}
    version = life.registry.version(MODEL, 1)
    assert version.intervals == {"roc_auc": (0.88, 0.92)}
    assert life.registry.audit(MODEL)[-1].actor == "gates"


def test_where_people_approve_it_stays_a_candidate(life: Life) -> None:
    assert registered(life, approval="manual") == {"version": 1, "status": "candidate"}
    assert [entry.action for entry in life.registry.audit(MODEL)] == ["register"]


def test_what_failed_its_gates_is_registered_and_rejected_with_the_reasons(life: Life) -> None:
    failed = {**EVALUATION, "passed": False, "reasons": "roc_auc at_least 0.95 is missed with 0.9000"}
    for approval in ("manual", "automatic"):
        answer = registered(life, evaluation=failed, run=approval, approval=approval)
        assert answer["status"] == "rejected"
        version = life.registry.version(MODEL, answer["version"])
        assert version.reason == "failed its gates: roc_auc at_least 0.95 is missed with 0.9000"


def test_a_step_that_is_tried_again_registers_and_decides_once(life: Life) -> None:
    assert registered(life) == registered(life)
    assert [entry.action for entry in life.registry.audit(MODEL)] == ["register", "move"]


def test_what_somebody_decided_between_two_tries_stays(life: Life) -> None:
    registered(life, approval="manual")
    life.decide(1, Status.REJECTED, reason="too few frauds in the holdout")
    assert registered(life) == {"version": 1, "status": "rejected"}


def test_tags_are_set_kept_and_removed(life: Life) -> None:
    life.register()
    tag_version(life.registry, MODEL, 1, {"team": "risk", "draft": "yes"}, life.actor())
    assert tag_version(life.registry, MODEL, 1, {"draft": ""}, life.actor()).tags == {"team": "risk"}
    assert life.registry.audit(MODEL)[-1].detail == {"tags": {"draft": ""}}


def test_a_version_whose_package_was_given_up_cannot_be_released(life: Life) -> None:
    life.register()
    version = life.decide(1, Status.APPROVED)
    life.registry.version_records[MODEL][1] = replace(version, expired_at="2026-02-01T00:00:00+00:00")
    with pytest.raises(PackageExpired, match="cannot serve again: its package was expired at 2026-02-01T00:00:00"):
        life.begin(1)
