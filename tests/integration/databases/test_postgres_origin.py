"""LoadSources against a real PostgreSQL: types, time zones, ties, late commits, TLS, lost connections."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pg8000.dbapi
import pytest

from roost.adapters.in_memory_origins import InMemorySecrets
from roost.adapters.origins import OriginConnectors
from roost.errors import DependencyUnavailable, OriginRefused
from roost.ports import Wanted
from roost.spec import Source
from roost.workflows.ingesting import ingest
from roost.workflows.loading import load_sources
from roost.workflows.validation import validate_data
from tests.integration.databases.postgres_server import PostgresServer
from tests.unit.features.payments import NOW, Lake
from tests.unit.loading.orders import START, model, origin, source

pytestmark = pytest.mark.integration
Owner = pg8000.dbapi.Connection


def connectors(postgres: PostgresServer, **secret: Any) -> OriginConnectors:
    return OriginConnectors(InMemorySecrets({"shop/db": {**postgres.secret(), **secret}}))


def add(owner: Owner, *rows: tuple[int, float]) -> None:
    """Orders by number and minute."""
    cursor = owner.cursor()
    for number, minute in rows:
        values = (number, START + timedelta(minutes=minute), "9.50", number % 2)
        cursor.execute("INSERT INTO orders VALUES (%s, %s, %s, %s, 'kept to themselves')", values)


def load(postgres: PostgresServer, lake: Lake, of: Source) -> dict[str, Any]:
    answer: dict[str, Any] = load_sources(model(of), connectors(postgres), lake.ports)["sources"]["orders"]
    return answer


def landed(lake: Lake) -> list[dict[str, Any]]:
    keys = [stored.key for stored in lake.store.list("loads/orders/") if stored.key.endswith(".gz")]
    return [json.loads(line) for key in keys for line in gzip.decompress(lake.store.get(key)).splitlines()]


def test_rows_arrive_typed_in_utc_and_pass_validation(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    add(owner, (1, 0), (2, 1.5))
    owner.cursor().execute("INSERT INTO orders VALUES (3, '2020-05-01 10:00:00.123456+05:30', NULL, NULL, NULL)")
    answer = load(postgres, lake, source())
    assert (answer["rows"], answer["to"]) == (3, "2020-05-01T04:30:00.123456+00:00")
    assert landed(lake)[0] == {"order_id": 1, "at": "2020-05-01T00:00:00+00:00", "amount": "9.50", "late": 1}
    assert landed(lake)[2]["at"] == "2020-05-01T04:30:00.123456+00:00"
    datasets = ingest(model(source()), lake.tables, lake.ports)["datasets"]
    assert validate_data(model(source()), datasets, lake.tables, lake.ports)["valid"] == 3


def test_a_second_load_takes_what_is_new_and_the_ties_once(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    add(owner, (1, 0), (2, 3))
    load(postgres, lake, source())
    assert load(postgres, lake, source())["rows"] == 0
    add(owner, (3, 3), (4, 4))
    assert load(postgres, lake, source())["rows"] == 2
    assert sorted(row["order_id"] for row in landed(lake)) == [1, 2, 3, 4]


def test_a_transaction_that_commits_late_is_not_missed(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    """Its row's time lies before that of a row which was visible first; the lag waits for it."""
    patient = source(origin(lag=timedelta(hours=1)))
    minutes = (NOW - START).total_seconds() / 60
    add(owner, (1, 0), (2, minutes - 30))
    slow = pg8000.dbapi.connect(
        "roost", host="localhost", port=postgres.port, password=postgres.password, database="postgres"
    )
    add(slow, (3, minutes - 40))
    assert load(postgres, lake, patient)["rows"] == 1
    slow.commit()
    slow.close()
    lake.clock.time += timedelta(hours=1)
    load(postgres, lake, patient)
    assert sorted(row["order_id"] for row in landed(lake)) == [1, 2, 3]


@pytest.mark.parametrize("kind", ["timestamp", "date"])
def test_times_without_a_zone_are_utc(postgres: PostgresServer, owner: Owner, lake: Lake, kind: str) -> None:
    owner.cursor().execute(f"ALTER TABLE orders ALTER COLUMN at TYPE {kind} USING at AT TIME ZONE 'UTC'")
    add_plain = "INSERT INTO orders VALUES (%s, %s, 1, 0, '')"
    for number, day in ((1, "2020-05-01"), (2, "2020-05-02")):
        owner.cursor().execute(add_plain, (number, day))
    assert load(postgres, lake, source())["to"] == "2020-05-02T00:00:00.000000+00:00"
    owner.cursor().execute(add_plain, (3, "2020-05-02"))
    assert load(postgres, lake, source())["rows"] == 1


def test_a_query_may_join_and_rename(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    add(owner, (1, 0), (2, 1))
    query = "SELECT o.order_id, o.at, o.amount * 2 AS amount, o.late FROM orders o JOIN orders p USING (order_id)"
    load(postgres, lake, source(origin(table="", query=query)))
    assert [row["amount"] for row in landed(lake)] == ["19.00", "19.00"]


def test_a_schema_may_be_named(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    add(owner, (1, 0))
    assert load(postgres, lake, source(origin(table="public.orders")))["rows"] == 1


def test_nothing_can_be_written_through_an_origin(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    add(owner, (1, 0))
    owner.cursor().execute(
        "CREATE OR REPLACE FUNCTION emptied() RETURNS bigint LANGUAGE sql AS 'DELETE FROM orders; SELECT 1::bigint'"
    )
    writing = "SELECT emptied() AS order_id, at, amount, late FROM orders"
    with pytest.raises(OriginRefused, match="read-only transaction"):
        load(postgres, lake, source(origin(table="", query=writing)))


def test_a_large_table_is_streamed_through_a_cursor_on_the_server(
    postgres: PostgresServer, owner: Owner, lake: Lake
) -> None:
    owner.cursor().execute(
        "INSERT INTO orders SELECT n, timestamptz '2020-05-01 00:00:00+00' + n / 7 * interval '1 second', 1, 0, '' "
        "FROM generate_series(1, 30000) AS n"
    )
    rows = connectors(postgres).of(source()).rows(Wanted(None, NOW))
    assert next(rows)["order_id"] == 1
    cursor = owner.cursor()
    cursor.execute("SELECT query FROM pg_stat_activity WHERE application_name = 'roost'")
    assert "FETCH FORWARD" in str(cursor.fetchall())
    rows.close()  # type: ignore[attr-defined]
    answer = load(postgres, lake, source(origin(rows_per_load=8_000)))
    assert (answer["rows"], len(answer["files"])) == (30_000, 4)
    assert sorted(row["order_id"] for row in landed(lake)) == list(range(1, 30_001))


def end_sessions(owner: Owner) -> None:
    owner.cursor().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roost'")


class Cutting(OriginConnectors):
    """Ends the database's sessions after so many rows."""

    owner: Owner
    after: int

    def of(self, source: Source) -> Any:
        inner, cut = super().of(source), self

        class Connector:
            ordered = True

            def rows(self, wanted: Wanted) -> Iterator[Any]:
                for count, row in enumerate(inner.rows(wanted)):
                    if count == cut.after:
                        end_sessions(cut.owner)
                    yield row

        return Connector()


def test_a_dropped_connection_is_worth_another_try_which_goes_on(
    postgres: PostgresServer, owner: Owner, lake: Lake
) -> None:
    owner.cursor().execute(
        "INSERT INTO orders SELECT n, timestamptz '2020-05-01 00:00:00+00' + n * interval '1 second', 1, 0, '' "
        "FROM generate_series(1, 20000) AS n"
    )
    portions = source(origin(rows_per_load=4_000))
    cutting = Cutting(InMemorySecrets({"shop/db": postgres.secret()}))
    cutting.owner, cutting.after = owner, 6_000
    with pytest.raises(DependencyUnavailable, match="the database 'postgres' of source 'orders' was lost"):
        load_sources(model(portions), cutting, lake.ports)
    assert len(lake.store.list("loads/orders/")) >= 2  # a portion and its manifest
    load(postgres, lake, portions)
    assert sorted(row["order_id"] for row in landed(lake)) == list(range(1, 20_001))


def test_a_server_that_is_not_there_is_worth_another_try(postgres: PostgresServer, lake: Lake) -> None:
    with pytest.raises(DependencyUnavailable):
        load_sources(model(source()), connectors(postgres, port=1), lake.ports)


@pytest.mark.parametrize(
    ("secret", "changes", "told"),
    [
        ({"password": "wrong"}, {}, "password authentication failed"),
        ({"dbname": "nowhere"}, {}, 'database "nowhere" does not exist'),
        ({}, {"table": "invoices"}, 'relation "invoices" does not exist'),
        ({}, {"watermark": "order_id", "table": "pg_class"}, 'column "order_id" does not exist'),
    ],
)
def test_what_the_server_refuses_is_told(
    postgres: PostgresServer, owner: Owner, lake: Lake, secret: dict[str, Any], changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(OriginRefused, match=told) as caught:
        load_sources(model(source(origin(**changes))), connectors(postgres, **secret), lake.ports)
    assert postgres.password not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    with pytest.raises(OriginRefused, match="CERTIFICATE_VERIFY_FAILED"):
        load_sources(model(source()), connectors(postgres, ca=None), lake.ports)
    owner.cursor().execute("INSERT INTO orders VALUES (1, '2020-05-01', 1, 0, '')")
    plain = model(source(origin(tls="off")))
    assert load_sources(plain, connectors(postgres, ca=None), lake.ports)["sources"]["orders"]["rows"] == 1


def test_the_moment_of_a_row_is_that_of_the_database(postgres: PostgresServer, owner: Owner, lake: Lake) -> None:
    add(owner, (1, 0))
    (row,) = connectors(postgres).of(source()).rows(Wanted(None, NOW))
    assert row["at"] == START
    assert isinstance(row["at"], datetime)
