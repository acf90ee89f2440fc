"""The registry store port: in memory and over the Amazon DynamoDB API (moto, embedded AWS)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.in_memory import InMemoryRegistryStore
from roost.domain.audit_log import first_broken_link
from roost.domain.experiment_moves import experiment_start
from roost.domain.experiments import Arm, Experiment, Measured, SharePolicy
from roost.domain.registry import Actor, Change, ModelHead, Release, Version, registration
from roost.domain.registry import status_move as move_status
from roost.domain.release_moves import release_start as start
from roost.domain.version_upkeep import expiry, tagging
from roost.errors import ConcurrentUpdate, ImmutableVersion, UnknownRelease, UnknownVersion
from roost.experiment_errors import UnknownExperiment
from roost.experiment_names import ExperimentStatus
from roost.names import ReleaseStatus, Status
from roost.ports import RegistryStore
from roost.workflows.registry_moves import move
from tests.contract.conftest import KINDS, reach, table

MODEL = "fraud"
ACTOR = Actor("ann", datetime(2026, 1, 1, tzinfo=UTC))
DRAFT = Version(MODEL, 0, Status.CANDIDATE, "abc", "2026-01-01", "run-1", {"roc_auc": 0.87}, {"dataset": "d"},
                intervals={"roc_auc": (0.85, 0.89)})  # fmt: skip


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> RegistryStore:
    if request.param == "in_memory":
        return InMemoryRegistryStore()
    reach(request)
    return DynamoDBRegistryStore(table("roost-test-registry", "pk", "sk"))


def register(store: RegistryStore, draft: Version = DRAFT) -> Change:
    return move(store, MODEL, lambda head: registration(head, draft, ACTOR))


def approve(store: RegistryStore, number: int) -> Change:
    version = store.version(MODEL, number)
    return move(store, MODEL, lambda head: move_status(head, version, Status.APPROVED, ACTOR, "good"))


def test_an_empty_registry_has_a_fresh_head(store: RegistryStore) -> None:
    assert store.head(MODEL) == ModelHead(MODEL)
    assert (store.versions(MODEL), store.releases(MODEL), store.audit(MODEL)) == ([], [], [])


def test_a_registered_version_is_read_as_it_was_written(store: RegistryStore) -> None:
    draft = replace(DRAFT, intervals={"roc_auc": (0.86, 0.88)})
    written = register(store, draft).new_versions[0]
    assert written == replace(draft, number=1)
    assert store.version(MODEL, 1) == written
    assert store.head(MODEL).latest_version == 1


def test_an_experiment_is_read_as_it_was_written_and_holds_the_model(store: RegistryStore) -> None:
    register(store)
    register(store)
    approve(store, 2)
    head = replace(store.head(MODEL), champion=1)
    arms = (Arm("a", 1, "abc", 0.7), Arm("b", 2, "abc", 0.3))
    written = Experiment(
        model=MODEL, identifier="exp-1", status=ExperimentStatus.STARTING, arms=arms, by="customer_id", salt="s",
        measured=Measured("outcome"), policy=SharePolicy(), requested_by="ann", started_at="2026-01-01",
        challenger_was="approved", previous_function_version="3",
    )  # fmt: skip
    store.commit(experiment_start(head, written, store.version(MODEL, 2), ACTOR))
    assert store.experiment(MODEL, "exp-1") == written
    assert store.experiments(MODEL) == [written]
    assert (store.head(MODEL).active_experiment, store.version(MODEL, 2).status) == ("exp-1", Status.CANARY)
    with pytest.raises(UnknownExperiment):
        store.experiment(MODEL, "exp-2")


def test_more_than_nine_versions_stay_in_order(store: RegistryStore) -> None:
    for _ in range(12):
        register(store)
    assert [version.number for version in store.versions(MODEL)] == list(range(1, 13))


def test_a_change_from_an_old_head_is_refused_and_writes_nothing(store: RegistryStore) -> None:
    stale = registration(store.head(MODEL), DRAFT, ACTOR)
    register(store)
    with pytest.raises(ConcurrentUpdate):
        store.commit(stale)
    assert [version.number for version in store.versions(MODEL)] == [1]
    assert len(store.audit(MODEL)) == 1


def test_statuses_move_and_every_move_is_in_the_chain(store: RegistryStore) -> None:
    register(store)
    approve(store, 1)
    assert store.version(MODEL, 1).status is Status.APPROVED
    entries = store.audit(MODEL)
    assert [entry.action for entry in entries] == ["register", "move"]
    assert first_broken_link(entries) is None


@pytest.mark.parametrize(
    "edit",
    [
        {"package": "other"}, {"metrics": {"roc_auc": 0.99}}, {"lineage": {}}, {"run": "another"},
        {"created_at": "2020-01-01"}, {"intervals": {"roc_auc": (0.8, 0.9)}},
    ],
)  # fmt: skip
def test_what_was_registered_cannot_be_changed(store: RegistryStore, edit: dict[str, Any]) -> None:
    register(store)
    edited = replace(store.version(MODEL, 1), **edit)
    with pytest.raises(ImmutableVersion, match="version 1: a registered version stays as it is"):
        store.commit(move_status(store.head(MODEL), edited, Status.APPROVED, ACTOR, "good"))
    assert store.version(MODEL, 1) == replace(DRAFT, number=1)
    assert len(store.audit(MODEL)) == 1


def test_a_version_that_was_never_registered_cannot_be_moved(store: RegistryStore) -> None:
    register(store)
    with pytest.raises(ImmutableVersion):
        store.commit(move_status(store.head(MODEL), replace(DRAFT, number=7), Status.APPROVED, ACTOR, "good"))


def test_tags_and_expiry_are_read_as_they_were_written(store: RegistryStore) -> None:
    register(store)
    move(store, MODEL, lambda head: tagging(head, store.version(MODEL, 1), {"team": "risk", "use": "test"}, ACTOR))
    move(store, MODEL, lambda head: tagging(head, store.version(MODEL, 1), {"use": ""}, ACTOR))
    move(store, MODEL, lambda head: expiry(head, store.version(MODEL, 1), ACTOR, "old"))
    version = store.version(MODEL, 1)
    assert (version.tags, version.expired_at) == ({"team": "risk"}, ACTOR.at.isoformat())
    assert [entry.action for entry in store.audit(MODEL)] == ["register", "tag", "tag", "expire"]


def test_the_audit_log_is_read_from_an_entry_on(store: RegistryStore) -> None:
    for _ in range(11):
        register(store)
    assert [entry.sequence for entry in store.audit(MODEL, after=8)] == [9, 10, 11]
    assert store.audit(MODEL, after=11) == []


def test_a_release_is_read_as_it_was_written(store: RegistryStore) -> None:
    register(store)
    approve(store, 1)
    release = Release(MODEL, "r1", 1, ReleaseStatus.RUNNING, "canary", (5, 100), "2026-01-01", "ann")
    release = replace(release, gate={"state": "waiting"}, pause={"by": "ann"}, forced=("amount is removed",))
    version = store.version(MODEL, 1)
    move(store, MODEL, lambda head: start(head, version, release, ACTOR))
    written = replace(release, returns_to="approved")
    assert store.release(MODEL, "r1") == written
    assert store.releases(MODEL) == [written]
    assert store.head(MODEL).active_release == "r1"


def test_what_does_not_exist_is_named(store: RegistryStore) -> None:
    with pytest.raises(UnknownVersion, match="fraud has no version 9"):
        store.version(MODEL, 9)
    with pytest.raises(UnknownRelease, match="no release 'r9'"):
        store.release(MODEL, "r9")


def test_models_do_not_mix(store: RegistryStore) -> None:
    register(store)
    assert store.head("churn") == ModelHead("churn")
    assert store.versions("churn") == []


class OneCommitAtATime(DynamoDBRegistryStore):
    """Moto runs no two transactions apart, so this does; reads and retries are as concurrent as ever."""

    commits = threading.Lock()

    def commit(self, change: Change) -> None:
        with self.commits:
            super().commit(change)


@pytest.fixture
def contended(request: pytest.FixtureRequest, store: RegistryStore) -> RegistryStore:
    """The store as fifty use it at once."""
    if "moto" in request.node.callspec.id:
        assert isinstance(store, DynamoDBRegistryStore)
        return OneCommitAtATime(store.table)
    return store


def test_fifty_registrations_at_once_give_fifty_consecutive_versions(contended: RegistryStore) -> None:
    store = contended
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda run: register(store, replace(DRAFT, run=f"run-{run}")), range(50)))
    versions = store.versions(MODEL)
    assert [version.number for version in versions] == list(range(1, 51))
    assert {version.run for version in versions} == {f"run-{run}" for run in range(50)}
    assert first_broken_link(store.audit(MODEL)) is None
