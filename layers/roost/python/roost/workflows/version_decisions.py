"""What a person decides about a registered version: approve or reject it, tag it."""

from collections.abc import Mapping

from roost.domain.registry import Actor, Change, ModelHead, Version, status_move
from roost.domain.version_upkeep import tagging
from roost.names import Status
from roost.ports import RegistryStore
from roost.workflows.registry_moves import move


def decide(registry: RegistryStore, model: str, number: int, to: Status, actor: Actor, reason: str) -> Version:
    """Approve or reject a version; returns it as it is then.

    Raises:
        UnknownVersion: there is no such version.
        StatusConflict: its present status does not lead there.
        ValueError: there is no reason.
    """
    if not reason.strip():
        raise ValueError("--reason is empty; say why in a sentence: it is what an auditor reads")

    def decision(head: ModelHead) -> Change:
        return status_move(head, registry.version(model, number), to, actor, reason.strip())

    move(registry, model, decision)
    return registry.version(model, number)


def tag_version(registry: RegistryStore, model: str, number: int, tags: Mapping[str, str], actor: Actor) -> Version:
    """Set tags of a version, remove those with an empty value; returns it as it is then.

    Raises:
        UnknownVersion: there is no such version.
    """
    move(registry, model, lambda head: tagging(head, registry.version(model, number), tags, actor))
    return registry.version(model, number)
