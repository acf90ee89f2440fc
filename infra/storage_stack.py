"""What must survive: buckets and tables."""

from aws_cdk import Environment, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.audit_archive import AuditArchive
from infra.constructs.data_lake import DataLake
from infra.constructs.feature_store import FeatureStore
from infra.constructs.model_registry import ModelRegistry
from infra.constructs.prediction_tables import PredictionTables
from infra.constructs.private_bucket import access_log_bucket


class StorageStack(Stack):
    """The lake, the registry and the online store of one stage."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, env: Environment | None = None) -> None:
        super().__init__(scope, name, stack_name=name, env=env, description="Roost: data that must survive")
        logs: s3.Bucket = access_log_bucket(self, config)
        self.lake = DataLake(self, "Lake", config, logs)
        self.audit = AuditArchive(self, "Audit", config, logs)
        self.registry = ModelRegistry(self, "Registry", config, logs)
        self.features = FeatureStore(self, "Features", config)
        self.predictions = PredictionTables(self, "Predictions", config)
