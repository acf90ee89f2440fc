"""The online feature store."""

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.record_table import record_table
from roost import names


class FeatureStore(Construct):
    """One table; an item per (view, entity), and segments of those with very many events."""

    def __init__(self, scope: Construct, name: str, config: StageConfig) -> None:
        super().__init__(scope, name)
        self.table_name = names.table(config.stage, "online")
        self._arn = record_table(self, config, "online", ("pk",), expiry=names.ONLINE_EXPIRY)

    def grant_merge(self, function: PlatformFunction) -> None:
        """Read items and write them under a condition."""
        function.allow(["dynamodb:BatchGetItem", "dynamodb:PutItem"], [self._arn])

    def grant_read_online(self, function: PlatformFunction) -> None:
        """Read the items of a request, all at once."""
        function.allow(["dynamodb:BatchGetItem"], [self._arn])
