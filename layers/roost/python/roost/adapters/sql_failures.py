"""Which failures of a database are worth another try: lost connections, and servers that are busy or going down.

Codes after "PostgreSQL Error Codes" (PostgreSQL documentation, appendix A) and "Server Error Message Reference" and
"Client Error Message Reference" (MySQL Reference Manual).
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, NoSuchModuleError, OperationalError, SQLAlchemyError

from roost.errors import DependencyUnavailable, OriginRefused, RoostError

POSTGRES_CLASSES = ("08", "53", "57P", "40001", "40P01", "55P03")  # connection, resources, shutdown, locks
MYSQL = {1040, 1203, 1205, 1213, 2002, 2003, 2006, 2013, 2055, 3159}
SQLITE = ("database is locked", "database is busy", "disk I/O error")


@contextmanager
def database_failures(what: str) -> Iterator[None]:
    """Turn a database's failures into ``DependencyUnavailable`` or ``OriginRefused``; ``what`` names it."""
    try:
        yield
    except RoostError:
        raise
    except DBAPIError as error:
        if _may_pass(error):
            raise DependencyUnavailable(f"{what} was lost: {_told(error.orig)}") from error
        raise OriginRefused(f"{what} refused: {_told(error.orig)}") from error
    except ssl.SSLCertVerificationError as error:
        raise OriginRefused(f"{what} is not the one it says: {error}; give the secret its authority as ca") from error
    except (OSError, EOFError) as error:
        raise DependencyUnavailable(f"{what} was lost: {error}") from error
    except (SQLAlchemyError, NoSuchModuleError, ValueError) as error:
        raise OriginRefused(f"{what} could not be read: {error}") from error


def _may_pass(error: DBAPIError) -> bool:
    code = _code(error.orig)
    if isinstance(code, int):
        return code in MYSQL
    if code:
        return code.startswith(POSTGRES_CLASSES)
    if type(error.orig).__module__.startswith("sqlite3"):
        return str(error.orig).startswith(SQLITE)
    return error.connection_invalidated or isinstance(error, InterfaceError | OperationalError)


def _code(error: BaseException | None) -> str | int:
    """The server's code: in pg8000 the field ``C`` of a dict, in PyMySQL a number; empty if it sent none."""
    first: Any = error.args[0] if error and error.args else ""
    if isinstance(first, dict):
        return str(first.get("C", ""))
    return first if isinstance(first, int) else ""


def _told(error: BaseException | None) -> str:
    first: Any = error.args[0] if error and error.args else ""
    return str(first.get("M", first)) if isinstance(first, dict) else str(error)
