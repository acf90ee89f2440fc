import tempfile
from collections.abc import Iterator
from pathlib import Path

import pg8000.dbapi
import pytest

from tests.integration.databases.postgres_server import HOW, PostgresServer, programs, started
from tests.unit.features.payments import Lake


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the session; without one installed its tests are skipped, and say so.

    Its folder is none of pytest's: those are closed to the user that the server runs under.
    """
    installed = programs()
    if installed is None:
        pytest.skip(HOW)
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = started(Path(folder), installed)
        yield server
        server.control("stop", "-m", "immediate")


@pytest.fixture
def owner(postgres: PostgresServer) -> Iterator[pg8000.dbapi.Connection]:
    """Who owns the shop's database, and begins with an empty table of orders."""
    opened = pg8000.dbapi.connect(
        "roost", host="localhost", port=postgres.port, password=postgres.password, database="postgres"
    )
    opened.autocommit = True
    cursor = opened.cursor()
    cursor.execute("DROP TABLE IF EXISTS orders")
    cursor.execute("CREATE TABLE orders (order_id bigint, at timestamptz, amount numeric(9, 2), late int, note text)")
    yield opened
    opened.close()


@pytest.fixture
def lake() -> Lake:
    return Lake()
