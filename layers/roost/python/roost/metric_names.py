"""CloudWatch metrics and their dimensions: one place for the names that writers, alarms and readers spell."""

from enum import StrEnum

METRIC_NAMESPACE = "Roost"


class Metric(StrEnum):
    """CloudWatch metrics of the scoring endpoints (namespace ``Roost``)."""

    REQUESTS = "Requests"
    ERRORS = "Errors"
    REJECTED = "Rejected"
    LATENCY = "Latency"
    SCORE_RANK = "ScoreRank"
    DEFAULTED_FEATURES = "DefaultedFeatures"
    COLD_START = "ColdStart"
    SLOW = "SlowRequests"
    INVALID = "InvalidScores"
    BAD_OUTCOME = "BadOutcomes"
    LATENCY_LEVEL = "LatencyLevel"
    LATENCY_LEVEL_SQUARED = "LatencyLevelSquared"
    SCORE_RANK_SQUARED = "ScoreRankSquared"
    DEGRADED = "DegradedAnswers"


class StreamMetric(StrEnum):
    """CloudWatch metrics of the stream consumers (namespace ``Roost``)."""

    ROWS = "StreamRows"
    WRITTEN = "OnlineItemsWritten"
    REJECTED = "StreamRecordsRejected"
    LAG = "StreamLag"


class AuditMetric(StrEnum):
    """CloudWatch metrics of the skew audit (namespace ``Roost``)."""

    AUDITED = "FeaturesAudited"
    STALE = "FeaturesStale"
    SKEWED = "FeaturesSkewed"
    STALENESS = "FeatureStaleness"


class OutcomeMetric(StrEnum):
    """CloudWatch metrics of reported outcomes (namespace ``Roost``)."""

    REPORTED = "OutcomesReported"
    REFUSED = "OutcomesRefused"
    CONTRADICTED = "OutcomesContradicted"


class Dimension(StrEnum):
    """Dimensions of the metrics above."""

    MODEL = "Model"
    FUNCTION_VERSION = "FunctionVersion"
    SOURCE = "Source"
