"""The online store in memory, as strict as DynamoDB."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from roost.adapters.item_size import refuse_too_large
from roost.ports import OnlineItem


@dataclass
class InMemoryOnlineStore:
    """Online items in a dict, no larger than DynamoDB's; one lock makes the write of an item atomic."""

    items: dict[tuple[str, str], OnlineItem] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, items: Iterable[OnlineItem]) -> int:
        """Store the items that are not older than what is stored; returns how many."""
        written = 0
        for item in items:
            refuse_too_large(item)
            with self.lock:
                stored = self.items.get((item.view, item.entity))
                if stored is None or stored.as_of <= item.as_of:
                    revision = stored.revision + 1 if stored else 1
                    self.items[item.view, item.entity] = replace(item, revision=revision)
                    written += 1
        return written

    def read(
        self,
        keys: Sequence[tuple[str, str]],
        fresh: bool = False,  # noqa: ARG002  (all reads are)
    ) -> Mapping[tuple[str, str], OnlineItem]:
        """The stored items among the keys."""
        return {key: self.items[key] for key in keys if key in self.items}

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        """Store each item whose revision is still the stored one; returns the others."""
        for item in items:
            refuse_too_large(item)
        return [item for item in items if not self._swapped(item)]

    def _swapped(self, item: OnlineItem) -> bool:
        key = (item.view, item.entity)
        with self.lock:
            if item.revision != (self.items[key].revision if key in self.items else 0):
                return False
            self.items[key] = replace(item, revision=item.revision + 1)
            return True
