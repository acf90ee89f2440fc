"""What is known of predictions beside their log: counts, and what turned out."""

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.record_table import record_table
from roost import names
from roost.monitoring_names import MONITORING_EXPIRY, OBSERVATIONS, OUTCOMES


class PredictionTables(Construct):
    """Two tables, so that whoever reports outcomes cannot touch counts."""

    def __init__(self, scope: Construct, name: str, config: StageConfig) -> None:
        super().__init__(scope, name)
        self.observations_name = names.table(config.stage, OBSERVATIONS)
        self.outcomes_name = names.table(config.stage, OUTCOMES)
        counts, outcomes = Construct(self, "Counts"), Construct(self, "Outcomes")
        self._observations = record_table(counts, config, OBSERVATIONS, ("pk", "sk"), expiry=MONITORING_EXPIRY)
        self._outcomes = record_table(outcomes, config, OUTCOMES, ("pk",), expiry=MONITORING_EXPIRY)

    def grant_count(self, function: PlatformFunction) -> None:
        """Read counts and what is in them, and write both in one transaction only."""
        function.allow(["dynamodb:GetItem", "dynamodb:Query"], [self._observations])
        within = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}
        function.allow(["dynamodb:PutItem"], [self._observations], within)

    def grant_read_counts(self, function: PlatformFunction) -> None:
        """Read counts of a stretch of time."""
        function.allow(["dynamodb:Query"], [self._observations])

    def grant_report_outcomes(self, function: PlatformFunction) -> None:
        """Add reports to those of a prediction."""
        function.allow(["dynamodb:UpdateItem"], [self._outcomes])

    def grant_read_outcomes(self, function: PlatformFunction) -> None:
        """Read what turned out of predictions."""
        function.allow(["dynamodb:BatchGetItem"], [self._outcomes])
