"""Which connector a source's origin needs, entered with the secret that it names."""

from roost.adapters.http_client import JsonClient
from roost.adapters.http_origin import HttpConnector
from roost.adapters.sql_origin import SqlConnector
from roost.errors import InvalidDefinition, SecretUnusable
from roost.ports.connectors import Connector, Secrets
from roost.spec.origins import HttpOrigin, SqlOrigin
from roost.spec.sources import Source


class OriginConnectors:
    """Connectors by source; a secret is read when its connector is asked for."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def of(self, source: Source) -> Connector:
        """The connector of a source that has an origin."""
        match source.origin:
            case SqlOrigin() as origin:
                return SqlConnector(source, origin, self._secrets.read(origin.secret))
            case HttpOrigin() as origin:
                return HttpConnector(source, origin, JsonClient(self._headers(origin), origin.requests_per_second))
        raise InvalidDefinition(f"source '{source.name}' has no origin; its files are landed by others")

    def _headers(self, origin: HttpOrigin) -> dict[str, str]:
        if origin.secret is None:
            return {}
        headers = self._secrets.read(origin.secret)
        if not all(isinstance(value, str) for value in headers.values()):
            raise SecretUnusable(f"secret {origin.secret!r} must hold request headers, each a text")
        return dict(headers)
