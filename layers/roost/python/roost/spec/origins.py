"""Where a source's rows come from when nobody lands files: an SQL database, or an HTTP API that answers in pages.

A source without an origin is fed by files under ``landing/<name>/``. With one, LoadSources pulls what is new before
each training run. Credentials are never written here: a definition names a secret of AWS Secrets Manager.
"""

from datetime import timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from roost.spec.definition import Definition, Name

SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]{1,200}$")]
Path = Annotated[str, StringConstraints(pattern=r"^[^.]+(\.[^.]+)*$")]
LOCAL = ("localhost", "127.0.0.1", "::1")


class SqlOrigin(Definition):
    """Rows of a table or a query of PostgreSQL, MySQL or SQLite.

    ``secret`` holds a JSON object with SQLAlchemy's URL parts, or in the shape of Amazon RDS: ``engine``, ``host``,
    ``port``, ``dbname``, ``username``, ``password``; the fields here stand in for those that it lacks (a secret that
    RDS manages has the last two only). ``watermark`` names the column that only grows: a load takes rows from the last
    one's value on, and skips those that it has landed already. Rows younger than ``lag`` are left to the next load, as
    a transaction that is still open may add earlier ones. Without a watermark each load is a snapshot of the whole,
    and replaces the one before. ``tls``: ``verified`` checks the server's certificate against the secret's
    ``ca`` (PEM), or the machine's authorities if it has none.
    """

    kind: Literal["sql"] = "sql"
    secret: SecretName
    table: str = ""
    query: str = ""
    engine: Literal["postgres", "mysql", "sqlite"] | None = None
    host: str = ""
    port: int | None = Field(default=None, ge=1, le=65_535)
    database: str = ""
    watermark: Name | None = None
    lag: timedelta = timedelta(minutes=5)
    tls: Literal["verified", "off"] = "verified"
    rows_per_load: int = Field(default=500_000, ge=1)

    @model_validator(mode="after")
    def _table_or_query(self) -> Self:
        if bool(self.table) == bool(self.query):
            raise ValueError("origin: set exactly one of table and query")
        if self.lag < timedelta(0):
            raise ValueError(f"origin: lag must not be negative, not {self.lag}")
        return self


class CursorPaging(Definition):
    """Each answer holds the cursor of the next at the path ``next``; none, or an empty one, ends it."""

    style: Literal["cursor"] = "cursor"
    parameter: str = "cursor"
    next: Path = "next_cursor"


class PagePaging(Definition):
    """Pages are numbered from ``first`` on; one without records ends it."""

    style: Literal["page"] = "page"
    parameter: str = "page"
    first: int = 1


class LinkPaging(Definition):
    """The header ``Link`` with ``rel="next"`` (RFC 8288) names the next page, or the path ``next`` in the answer."""

    style: Literal["link"] = "link"
    next: Path | None = None


Paging = Annotated[CursorPaging | PagePaging | LinkPaging, Field(discriminator="style")]


class HttpOrigin(Definition):
    """Records of a JSON API that is read by GET.

    ``records`` is the path of their list in an answer (empty: the answer is the list), ``fields`` maps a column to the
    path of its value in a record where that is not its name. ``secret`` holds a JSON object of request headers, such as
    ``{"Authorization": "Bearer ..."}``. The value of ``watermark`` reached so far is sent as ``watermark_parameter``;
    what the API sends again is skipped.
    """

    kind: Literal["http"] = "http"
    url: str
    paging: Paging | None = None
    records: Path | None = None
    fields: dict[Name, Path] = Field(default_factory=dict)
    parameters: dict[str, str] = Field(default_factory=dict)
    secret: SecretName | None = None
    watermark: Name | None = None
    watermark_parameter: str = ""
    requests_per_second: float = Field(default=5.0, gt=0)
    max_pages: int = Field(default=10_000, ge=1)

    @model_validator(mode="after")
    def _address_is_safe(self) -> Self:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
            raise ValueError(f"origin: url {self.url!r} must begin with https://")
        if bool(self.watermark) != bool(self.watermark_parameter):
            raise ValueError("origin: set both of watermark and watermark_parameter, or neither")
        return self


Origin = Annotated[SqlOrigin | HttpOrigin, Field(discriminator="kind")]
