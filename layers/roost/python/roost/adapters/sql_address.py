"""Where a database is and how to enter it: an origin's fields and its secret as an SQLAlchemy URL and arguments."""

import ssl
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from roost.errors import SecretUnusable
from roost.spec.origins import SqlOrigin

# Pure Python drivers under BSD and MIT licences: 1 MB together, where psycopg needs libpq (LGPL).
DRIVERS = {
    "postgres": "postgresql+pg8000", "postgresql": "postgresql+pg8000", "aurora-postgresql": "postgresql+pg8000",
    "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql", "aurora-mysql": "mysql+pymysql",
    "sqlite": "sqlite+pysqlite",
}  # fmt: skip
CONNECT_SECONDS = 10
NEEDED = ("host", "username", "password")


def address(origin: SqlOrigin, secret: Mapping[str, Any]) -> sa.URL:
    """The URL of the database.

    The fields of a secret are those that Amazon RDS writes ("Secret structure", AWS Secrets Manager User Guide), or
    SQLAlchemy's names for them (``drivername``, ``database``).

    Raises:
        SecretUnusable: neither the secret nor the origin has a needed field, or the engine is not known.
    """
    driver = _driver(origin, secret)
    database = str(secret.get("dbname") or secret.get("database") or origin.database)
    if driver.startswith("sqlite"):
        return sa.URL.create(driver, database=database)
    found = _entry(origin, secret)
    return sa.URL.create(driver, found["username"], found["password"], found["host"], _port(origin, secret), database)


def _entry(origin: SqlOrigin, secret: Mapping[str, Any]) -> dict[str, str]:
    found = {"host": origin.host, **{name: str(secret[name]) for name in NEEDED if secret.get(name)}}
    missing = [name for name in NEEDED if not found.get(name)]
    if missing:
        raise SecretUnusable(_lacks(origin, f"lacks {', '.join(missing)}"))
    return found


def _port(origin: SqlOrigin, secret: Mapping[str, Any]) -> int | None:
    port = secret.get("port") or origin.port
    return int(port) if port else None


def _driver(origin: SqlOrigin, secret: Mapping[str, Any]) -> str:
    engine = str(secret.get("engine") or secret.get("drivername") or origin.engine or "")
    driver = DRIVERS.get(engine.partition("+")[0])
    if driver is None:
        raise SecretUnusable(_lacks(origin, f"names the engine {engine!r}; use one of {', '.join(sorted(DRIVERS))}"))
    return driver


def arguments(origin: SqlOrigin, secret: Mapping[str, Any], url: sa.URL) -> dict[str, Any]:
    """What the driver is told beside the URL: time limits, and TLS that checks the server's certificate."""
    match url.get_backend_name():
        case "postgresql":
            checked = {"ssl_context": _context(secret)} if origin.tls == "verified" else {"ssl_context": False}
            return {"timeout": CONNECT_SECONDS, "application_name": "roost", **checked}
        case "mysql":
            checked = {"ssl": _context(secret)} if origin.tls == "verified" else {}
            return {"connect_timeout": CONNECT_SECONDS, **checked}
    return {}


def _context(secret: Mapping[str, Any]) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=secret.get("ca"))


def _lacks(origin: SqlOrigin, what: str) -> str:
    return f"secret {origin.secret!r} {what} (fields: engine, host, port, dbname, username, password)"
