"""Each change becomes an event at least once, in order, and a copy; what was altered afterwards is found."""

from dataclasses import replace

import pytest

from roost.adapters.in_memory import InMemoryEventBus, InMemoryObjectStore
from roost.adapters.registry_stream import audit_records
from roost.errors import DependencyUnavailable
from roost.names import Action, Status
from roost.object_keys import audit_entry_key
from roost.ports import ChangePorts
from roost.registry_event_names import AUDIT_ALTERED, DETAIL_TYPES
from roost.release_names import ReleaseAction
from roost.workflows.audit_check import check_audit
from roost.workflows.change_publishing import publish_changes
from tests.unit.registry.conftest import MODEL, Life


@pytest.fixture
def ports(life: Life) -> ChangePorts:
    return ChangePorts("dev", life.registry, InMemoryObjectStore(), InMemoryEventBus())


def sent(ports: ChangePorts) -> list[int]:
    assert isinstance(ports.bus, InMemoryEventBus)
    return [detail["sequence"] for _, detail in ports.bus.events]


def publish(ports: ChangePorts, *numbers: int) -> dict[str, int]:
    published: dict[str, int] = publish_changes([(MODEL, n) for n in numbers], [], ports)["published"]
    return published


def test_every_kind_of_change_has_an_event_of_its_own(life: Life, ports: ChangePorts) -> None:
    life.register()
    life.decide(1, Status.APPROVED, reason="good")
    life.serve(1)
    assert publish(ports, 1, 2, 3, 4, 5) == {MODEL: 5}
    assert isinstance(ports.bus, InMemoryEventBus)
    assert [kind for kind, _ in ports.bus.events] == [
        "Model Version Registered", "Model Version Status Changed", "Release Started", "Release Progressed",
        "Release Completed",
    ]  # fmt: skip
    _, moved = ports.bus.events[1]
    assert (moved["id"], moved["actor"], moved["detail"]["reason"]) == ("dev/fraud/2", "ann", "good")
    assert set(DETAIL_TYPES) == {*Action, *ReleaseAction}


def test_a_batch_that_comes_again_sends_nothing_again(life: Life, ports: ChangePorts) -> None:
    life.register()
    assert publish(ports, 1) == {MODEL: 1}
    assert publish(ports, 1) == {MODEL: 0}
    assert sent(ports) == [1]


def test_what_failed_goes_out_with_the_next_change_and_in_order(life: Life, ports: ChangePorts) -> None:
    for _ in range(2):
        life.register()
    publish(ports, 1, 2)
    for _ in range(3):
        life.register()
    assert publish(ports, 5) == {MODEL: 3}  # the stream had dropped the third and the fourth
    assert sent(ports) == [1, 2, 3, 4, 5]


def test_a_bus_that_fails_leaves_the_rest_for_the_next_try(life: Life, ports: ChangePorts) -> None:
    for _ in range(2):
        life.register()
    assert isinstance(ports.bus, InMemoryEventBus)
    ports.bus.down = True
    with pytest.raises(DependencyUnavailable):
        publish(ports, 1, 2)
    assert ports.audit.list("") == []
    ports.bus.down = False
    publish(ports, 1, 2)
    assert sent(ports) == [1, 2]


def test_a_try_that_died_between_event_and_copy_sends_the_same_id_again(life: Life, ports: ChangePorts) -> None:
    life.register()
    publish(ports, 1)
    assert isinstance(ports.audit, InMemoryObjectStore)
    ports.audit.objects.clear()
    publish(ports, 1)
    assert isinstance(ports.bus, InMemoryEventBus)
    assert [detail["id"] for _, detail in ports.bus.events] == ["dev/fraud/1", "dev/fraud/1"]


def test_an_entry_that_was_altered_is_announced_and_its_copy_stays(life: Life, ports: ChangePorts) -> None:
    life.register()
    publish(ports, 1)
    before = ports.audit.get(audit_entry_key(MODEL, 1))
    life.registry.entries[MODEL][0] = replace(life.registry.entries[MODEL][0], actor="mallory").sealed()
    assert publish_changes([], [(MODEL, 1)], ports)["altered"] == 1
    assert isinstance(ports.bus, InMemoryEventBus)
    assert ports.bus.events[-1] == (AUDIT_ALTERED, {"stage": "dev", "model": MODEL, "sequence": 1})
    assert ports.audit.get(audit_entry_key(MODEL, 1)) == before


def test_records_of_the_stream_are_told_apart() -> None:
    def record(name: str, key: str) -> dict[str, object]:
        return {"eventName": name, "dynamodb": {"Keys": {"pk": {"S": "MODEL#fraud"}, "sk": {"S": key}}}}

    event = {"Records": [
        record("INSERT", "AUDIT#000000007"), record("MODIFY", "HEAD"), record("INSERT", "VERSION#000000003"),
        record("MODIFY", "AUDIT#000000002"), record("REMOVE", "AUDIT#000000003"),
    ]}  # fmt: skip
    records = audit_records(event)
    assert records.written == (("fraud", 7),)
    assert records.altered == (("fraud", 2), ("fraud", 3))


def copied(life: Life, ports: ChangePorts) -> None:
    for _ in range(4):
        life.register()
    publish(ports, 4)


def test_a_log_that_equals_its_copy_is_sound(life: Life, ports: ChangePorts) -> None:
    copied(life, ports)
    life.register()
    check = check_audit(MODEL, life.registry.audit(MODEL), ports.audit)
    assert (check.sound, check.uncopied) == (True, [5])


def test_a_log_rewritten_with_new_hashes_holds_as_a_chain_and_differs_from_its_copy(
    life: Life, ports: ChangePorts
) -> None:
    copied(life, ports)
    forged, previous = [], ""
    for entry in life.registry.audit(MODEL):
        actor = "mallory" if entry.sequence == 2 else entry.actor
        forged.append(replace(entry, actor=actor, previous_hash=previous).sealed())
        previous = forged[-1].hash
    check = check_audit(MODEL, forged, ports.audit)
    assert (check.broken_link, check.altered, check.sound) == (None, [2, 3, 4], False)


def test_a_log_cut_short_holds_as_a_chain_and_its_copy_has_more(life: Life, ports: ChangePorts) -> None:
    copied(life, ports)
    check = check_audit(MODEL, life.registry.audit(MODEL)[:2], ports.audit)
    assert (check.broken_link, check.missing, check.sound) == (None, [3, 4], False)
