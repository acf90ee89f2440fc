"""Origins and secrets in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from roost.domain.loads import utc, watermark
from roost.errors import SecretUnusable
from roost.ports.connectors import Row, Wanted
from roost.spec.origins import SqlOrigin
from roost.spec.sources import Source


@dataclass
class InMemorySecrets:
    """Secrets in a dict."""

    by_name: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def read(self, name: str) -> Mapping[str, Any]:
        """What was put there."""
        if name not in self.by_name:
            raise SecretUnusable(f"there is no secret {name!r}")
        return self.by_name[name]


@dataclass
class InMemoryConnector:
    """Rows in a list, in order of their watermark, as a database gives them; ``fail_after`` loses the connection."""

    source: Source
    table: list[Row] = field(default_factory=list)
    ordered: bool = True
    fail_after: int | None = None
    failure: Exception = field(default_factory=lambda: ConnectionError("lost"))

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        """The rows from the watermark on, as far as the lag lets them."""
        for count, row in enumerate(self._chosen(wanted)):
            if count == self.fail_after:
                raise self.failure
            yield row

    def _chosen(self, wanted: Wanted) -> Sequence[Row]:
        origin = self.source.origin
        column = origin.watermark if origin else None
        if column is None:
            return self.table
        lag = origin.lag if isinstance(origin, SqlOrigin) else timedelta(0)
        last = watermark(utc(wanted.now - lag), column)
        found = [row for row in self.table if _within(watermark(row[column], column), wanted.since, last)]
        return sorted(found, key=lambda row: watermark(row[column], column)) if self.ordered else found


def _within(value: Any, since: Any, last: Any) -> bool:
    """Whether a watermark is not before ``since``, and if it is a time not after ``last``."""
    return (since is None or value >= since) and (isinstance(value, int) or value <= last)


@dataclass
class InMemoryConnectors:
    """Connectors by the source's name."""

    by_source: dict[str, InMemoryConnector] = field(default_factory=dict)

    def of(self, source: Source) -> InMemoryConnector:
        """What was put there."""
        return self.by_source[source.name]
