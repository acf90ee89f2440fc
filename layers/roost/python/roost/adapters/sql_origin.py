"""Rows of a table or a query, streamed by SQLAlchemy through a cursor on the server: memory holds one buffer."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from roost.adapters.sql_address import address, arguments
from roost.adapters.sql_failures import database_failures
from roost.domain.loads import utc
from roost.ports.connectors import Row, Wanted
from roost.spec.origins import SqlOrigin
from roost.spec.sources import ColumnType, Source

BUFFER = 5_000
SESSION = {
    "postgresql": ("SET TIME ZONE 'UTC'", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
    "mysql": ("SET time_zone = '+00:00'", "SET SESSION TRANSACTION READ ONLY"),
    "sqlite": ("PRAGMA query_only = ON",),
}


class SqlConnector:
    """One database origin. The session is read only and in UTC, so that a time without an offset is one in UTC."""

    ordered = True

    def __init__(self, source: Source, origin: SqlOrigin, secret: Mapping[str, Any]) -> None:
        self._source, self._origin = source, origin
        self._url = address(origin, secret)
        self._arguments = arguments(origin, secret, self._url)

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        """Rows by ascending watermark, ties by the other columns, so that the same rows come in the same order."""
        what = f"the database {self._url.database!r} of source '{self._source.name}'"
        engine = sa.create_engine(self._url, poolclass=sa.NullPool, connect_args=self._arguments)
        with database_failures(what), engine.connect() as opened:
            for statement in SESSION[engine.dialect.name]:
                opened.exec_driver_sql(statement)
            opened.commit()
            streamed = opened.execution_options(stream_results=True, yield_per=BUFFER)
            yield from (dict(row) for row in streamed.execute(self._statement(wanted)).mappings())

    def _statement(self, wanted: Wanted) -> sa.Select[Any]:
        columns = [sa.column(column.name, _type(column.type)) for column in self._source.columns]
        name = self._origin.watermark
        chosen = sa.select(*columns).select_from(self._relation())
        if name is None:
            return chosen.order_by(*columns)
        grows = next(column for column in columns if column.name == name)
        others = [column for column in columns if column.name != name]
        return chosen.where(*self._bounds(grows, wanted)).order_by(grows, *others)

    def _relation(self) -> sa.FromClause:
        if self._origin.query:
            return sa.text(self._origin.query.rstrip("; \n")).columns().subquery("origin")
        schema, _, table = self._origin.table.rpartition(".")
        return sa.table(table, schema=schema or None)

    def _bounds(self, grows: sa.ColumnClause[Any], wanted: Wanted) -> list[sa.ColumnElement[bool]]:
        if self._source.column(grows.name).type is not ColumnType.TIMESTAMP:
            return [grows >= wanted.since] if wanted.since is not None else []
        latest = utc(wanted.now - self._origin.lag).replace(tzinfo=None)
        bounds = [grows <= latest]
        if wanted.since is not None:
            bounds.append(grows >= datetime.fromisoformat(str(wanted.since)).replace(tzinfo=None))
        return bounds


def _type(column: ColumnType) -> sa.types.TypeEngine[Any]:
    """Only times need a type: how a bound is written depends on it, and SQLite keeps them as text."""
    return sa.DateTime() if column is ColumnType.TIMESTAMP else sa.types.NullType()
