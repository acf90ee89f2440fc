"""Systems that rows are pulled from, and the credentials for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Watermark = str | int  # a time in UTC as ISO 8601 to the microsecond, or a whole number: both order as they are written
Row = Mapping[str, Any]  # by column; times as datetimes or ISO 8601 text


class Secrets(Protocol):
    """Credentials by name."""

    def read(self, name: str) -> Mapping[str, Any]:
        """The JSON object of a secret. Raises ``SecretUnusable``."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What a load asks for: rows from the watermark ``since`` on (None: all), none younger than ``now`` less a lag."""

    since: Watermark | None
    now: datetime


class Connector(Protocol):
    """One origin of a source. ``ordered`` says that rows come by ascending watermark."""

    ordered: bool

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        """The declared columns of the rows, read as they are asked for.

        Raises:
            DependencyUnavailable: the origin did not answer, or the connection was lost.
            OriginRefused: it did answer, with a refusal that another try will not change.
            PagingLoop: an API sends a page or a cursor again.
            UnreadableData: an answer is not what the origin declares.
        """
        ...


class Connectors(Protocol):
    """Connectors by source."""

    def of(self, source: Any) -> Connector:
        """The connector of a ``spec.Source`` that has an origin. Raises ``SecretUnusable``."""
        ...
