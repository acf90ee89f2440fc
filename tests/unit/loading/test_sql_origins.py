"""SQL origins on SQLite: what is asked, what comes, and what a database's refusals are called."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from roost.adapters.in_memory_origins import InMemorySecrets
from roost.adapters.origins import OriginConnectors
from roost.adapters.sql_address import address
from roost.adapters.sql_failures import database_failures
from roost.errors import DependencyUnavailable, InvalidDefinition, OriginRefused, SecretUnusable
from roost.ports import Wanted
from tests.unit.loading.orders import START, origin, source

NOW = datetime(2020, 6, 1, tzinfo=UTC)
RDS = {
    "engine": "postgres", "host": "db", "port": 5433, "dbname": "shop", "username": "reader", "password": "p@ss/word",
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE orders (order_id INTEGER, at DATETIME, amount NUMERIC, late INTEGER, secret TEXT)")
        for number in range(3):
            at = f"2020-05-01 00:0{number}:00.000000"
            opened.execute("INSERT INTO orders VALUES (?, ?, '9.50', 0, 'x')", (number, at))
    opened.close()
    return path


Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(database: Path) -> Ask:
    def rows(since: Any = None, now: datetime = NOW, **changes: Any) -> list[dict[str, Any]]:
        secrets = InMemorySecrets({"shop/db": {"engine": "sqlite", "dbname": str(database)}})
        connector = OriginConnectors(secrets).of(source(origin(**changes)))
        return [dict(row) for row in connector.rows(Wanted(since, now))]

    return rows


def test_only_declared_columns_are_asked_for(ask: Ask) -> None:
    assert ask()[0] == {"order_id": 0, "at": START.replace(tzinfo=None), "amount": 9.5, "late": 0}


def test_rows_come_from_the_watermark_on_up_to_the_lag(ask: Ask) -> None:
    since = "2020-05-01T00:01:00.000000+00:00"
    assert [row["order_id"] for row in ask(since)] == [1, 2]
    soon = START + timedelta(minutes=6)
    assert [row["order_id"] for row in ask(since, soon, lag=timedelta(minutes=5))] == [1]


def test_a_query_is_a_table_too(ask: Ask) -> None:
    query = "SELECT order_id + 10 AS order_id, at, amount, late FROM orders WHERE order_id > 0;"
    assert [row["order_id"] for row in ask(table="", query=query)] == [11, 12]


def test_a_number_may_be_the_watermark(ask: Ask) -> None:
    assert [row["order_id"] for row in ask(2, watermark="order_id")] == [2]


def test_a_snapshot_has_no_bounds(ask: Ask) -> None:
    assert len(ask(now=START, watermark=None)) == 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"table": "invoices"}, "no such table: invoices"),
        ({"table": "", "query": "SELECT order_id FROM orders"}, "no such column: at"),
        ({"table": "", "query": "DELETE FROM orders RETURNING *"}, "refused"),
    ],
)
def test_what_the_database_refuses_is_told(ask: Ask, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(OriginRefused, match=told):
        ask(**changes)
    assert len(ask()) == 3


def test_a_locked_database_is_worth_another_try(ask: Ask, database: Path) -> None:
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(DependencyUnavailable, match="database is locked"):
            ask()
    finally:
        holder.close()


def test_a_source_without_an_origin_has_no_connector() -> None:
    landed = source().model_copy(update={"origin": None})
    with pytest.raises(InvalidDefinition, match="has no origin"):
        OriginConnectors(InMemorySecrets()).of(landed)


def test_a_secret_in_the_shape_of_rds_is_an_address() -> None:
    found = address(origin(), RDS)
    assert found.render_as_string(False) == "postgresql+pg8000://reader:p%40ss%2Fword@db:5433/shop"


def test_the_origin_stands_in_for_what_a_secret_lacks() -> None:
    managed = {"username": "reader", "password": "x"}  # all that a secret managed by RDS holds
    found = address(origin(engine="mysql", host="db", port=3307, database="shop"), managed)
    assert str(found) == "mysql+pymysql://reader:***@db:3307/shop"


def test_sqlalchemys_own_names_do() -> None:
    parts = {"drivername": "mysql+mysqldb", "database": "shop", "host": "h", "username": "u", "password": "p"}
    assert str(address(origin(), parts)) == "mysql+pymysql://u:***@h/shop"


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ({**RDS, "engine": "oracle"}, "names the engine 'oracle'; use one of"),
        ({"engine": "postgres", "username": "u"}, "lacks host, password"),
    ],
)
def test_what_a_secret_lacks_is_named_and_no_value_quoted(secret: dict[str, Any], told: str) -> None:
    with pytest.raises(SecretUnusable, match=told) as caught:
        address(origin(), secret)
    assert "shop/db" in str(caught.value)
    assert "p@ss" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ProgrammingError("", None, Exception({"C": "57P01", "M": "terminating"})), DependencyUnavailable),
        (ProgrammingError("", None, Exception({"C": "28P01", "M": "password"})), OriginRefused),
        (InterfaceError("", None, Exception("network error")), DependencyUnavailable),
        (OperationalError("", None, Exception(2013, "Lost connection")), DependencyUnavailable),
        (OperationalError("", None, Exception(1045, "Access denied")), OriginRefused),
        (ConnectionResetError("reset"), DependencyUnavailable),
        (ValueError("no such time"), OriginRefused),
    ],
)
def test_failures_that_may_pass_are_told_from_others(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind), database_failures("the database"):
        raise error


@pytest.mark.parametrize("changes", [{"query": "SELECT 1"}, {"table": ""}, {"lag": timedelta(-1)}, {"secret": "a b"}])
def test_a_wrong_sql_origin_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="origin|secret"):
        origin(**changes)
