"""Records of a paged JSON API as rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from roost.adapters.http_client import JsonClient
from roost.adapters.http_paging import at_path, pages
from roost.ports.connectors import Row, Wanted
from roost.spec.origins import HttpOrigin
from roost.spec.sources import Source


class HttpConnector:
    """One API. Its records come in its own order, so that a load counts when the last page was read."""

    ordered = False

    def __init__(self, source: Source, origin: HttpOrigin, client: JsonClient) -> None:
        self._origin, self._client = origin, client
        self._paths = {column.name: origin.fields.get(column.name, column.name) for column in source.columns}

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        """The declared columns of all records; a column that a record does not have is left out of its row."""
        for records in pages(self._client, self._origin, self._parameters(wanted)):
            yield from (self._row(record) for record in records)

    def _parameters(self, wanted: Wanted) -> dict[str, str]:
        since = {self._origin.watermark_parameter: str(wanted.since)} if wanted.since is not None else {}
        return {**self._origin.parameters, **since}

    def _row(self, record: Mapping[str, Any]) -> Row:
        return {name: at_path(record, path) for name, path in self._paths.items() if _has(record, path)}


def _has(record: Mapping[str, Any], path: str) -> bool:
    parent, _, last = path.rpartition(".")
    holder = at_path(record, parent) if parent else record
    return isinstance(holder, dict) and last in holder
