"""Where data are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from roost.domain.audit_log import AuditEntry
from roost.domain.experiments import Experiment
from roost.domain.registry import Change, ModelHead, Release, Version


@dataclass(frozen=True)
class StoredObject:
    """One object of an object store; ``size`` in bytes."""

    key: str
    size: int
    version: str


@dataclass(frozen=True)
class OnlineItem:
    """Feature state of one entity in one view.

    ``as_of`` is the time it is complete to, in seconds since 1970; ``revision`` counts its writes, 0 before the first.
    The store may drop an item ``keep_for`` seconds after ``as_of`` and after it was written; None for never.
    """

    view: str
    entity: str
    payload: bytes
    as_of: int
    revision: int = field(default=0, compare=False)
    keep_for: int | None = field(default=None, compare=False)


class ObjectStore(Protocol):
    """A bucket."""

    def list(self, prefix: str) -> list[StoredObject]:
        """All objects whose key starts with ``prefix``, sorted by key."""
        ...

    def exists(self, key: str) -> bool:
        """Whether an object of this key is stored."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes of an object. Raises ``KeyError`` if there is none."""
        ...

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store an object, replacing one of the same key."""
        ...

    def create(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> bool:
        """Store an object if there is none of that key; False if there is, and it stays."""
        ...

    def download(self, key: str, path: Path) -> None:
        """Write an object to a local file. Raises ``KeyError`` if there is none."""
        ...

    def upload(self, path: Path, key: str) -> None:
        """Store a local file as an object."""
        ...

    def copy(self, source: str, target: str, version: str) -> None:
        """Copy an object within the store. Raises ``KeyError`` if there is none, or none of this version any more."""
        ...

    def tag(self, key: str, tags: Mapping[str, str]) -> None:
        """Tag what is stored, in place of its tags. Raises ``KeyError`` if there is none."""
        ...


class OnlineStore(Protocol):
    """Feature state by (view, entity), read in one request."""

    def write(self, items: Iterable[OnlineItem]) -> int:
        """Store items; one older (by ``as_of``) than what is stored is left out. Returns the number written.

        Raises:
            ItemTooLarge: an item exceeds what the store takes; ``swap`` raises it too.
        """
        ...

    def read(self, keys: Sequence[tuple[str, str]], fresh: bool = False) -> Mapping[tuple[str, str], OnlineItem]:
        """The items stored under (view, entity) keys; absent ones are left out.

        ``fresh`` asks for all writes that were acknowledged before, at twice the price on DynamoDB.
        """
        ...

    def swap(self, items: Sequence[OnlineItem]) -> Sequence[OnlineItem]:
        """Store each item whose ``revision`` is still the stored one; returns those that came too late."""
        ...


class RegistryStore(Protocol):
    """The registry's single table. ``commit`` is its only write."""

    def head(self, model: str) -> ModelHead:
        """The model's head; a fresh one if nothing was ever registered."""
        ...

    def commit(self, change: Change) -> None:
        """Write a change atomically.

        Raises:
            ConcurrentUpdate: the head is no longer ``change.before``.
            ImmutableVersion: a version would change in what its seal covers.
        """
        ...

    def version(self, model: str, number: int) -> Version:
        """One version. Raises ``UnknownVersion``."""
        ...

    def versions(self, model: str) -> list[Version]:
        """All versions of a model, oldest first."""
        ...

    def release(self, model: str, identifier: str) -> Release:
        """One release. Raises ``UnknownRelease``."""
        ...

    def releases(self, model: str) -> list[Release]:
        """All releases of a model, oldest first."""
        ...

    def experiment(self, model: str, identifier: str) -> Experiment:
        """One experiment. Raises ``UnknownExperiment``."""
        ...

    def experiments(self, model: str) -> list[Experiment]:
        """All experiments of a model, oldest first."""
        ...

    def audit(self, model: str, after: int = 0) -> list[AuditEntry]:
        """The audit log of a model, oldest first, from the entry behind number ``after`` on."""
        ...
