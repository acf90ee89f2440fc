"""A store that notes what is written through it."""

from collections.abc import Mapping
from pathlib import Path

from roost.ports import ObjectStore, StoredObject


class WrittenFiles:
    """An object store as it is; ``keys`` are those that were written through this one."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.keys: set[str] = set()

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store bytes, and note the key."""
        self._store.put(key, body, content_type)
        self.keys.add(key)

    def create(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> bool:
        """Store bytes if there are none of that key, and note it then."""
        created = self._store.create(key, body, content_type)
        if created:
            self.keys.add(key)
        return created

    def upload(self, path: Path, key: str) -> None:
        """Store a file, and note the key."""
        self._store.upload(path, key)
        self.keys.add(key)

    def copy(self, source: str, target: str, version: str) -> None:
        """Copy an object, and note the target's key."""
        self._store.copy(source, target, version)
        self.keys.add(target)

    def list(self, prefix: str) -> list[StoredObject]:
        """All objects under a prefix."""
        return self._store.list(prefix)

    def exists(self, key: str) -> bool:
        """Whether the key is stored."""
        return self._store.exists(key)

    def get(self, key: str) -> bytes:
        """The object's bytes; ``KeyError`` if there is none."""
        return self._store.get(key)

    def download(self, key: str, path: Path) -> None:
        """Write the object to a file; ``KeyError`` if there is none."""
        self._store.download(key, path)

    def tag(self, key: str, tags: Mapping[str, str]) -> None:
        """Tag an object; ``KeyError`` if there is none."""
        self._store.tag(key, tags)
