"""Alarms on features: served otherwise than known, or late on their stream. Each says what it means and what to do."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.metric_alarm import ring_from
from infra.constructs.platform_function import PlatformFunction
from roost.metric_names import METRIC_NAMESPACE, AuditMetric, Dimension, StreamMetric
from roost.spec import Model, Source

LAG_LIMIT = Duration.minutes(1)


class SkewAlarm(Construct):
    """Rings when an audit found a feature that was served with another value than was known then."""

    def __init__(self, scope: Construct, name: str, model: Model) -> None:
        super().__init__(scope, name)
        skewed = _sum(AuditMetric.SKEWED, {Dimension.MODEL.value: model.name}, Duration.hours(1))
        meaning = (
            f"Model {model.name} was served features that differ from what the offline store knew then: training and "
            f"serving have come apart. The report names view, entity, values and events: docs/runbook.md, "
            f'"Features are skewed"'
        )
        ring_from(self, "Alarm", skewed, 1, 1, meaning)


class StreamAlarms(Construct):
    """Rings when a source's stream is not consumed in time, or brings records that cannot be read."""

    def __init__(self, scope: Construct, name: str, source: Source, consumer: PlatformFunction) -> None:
        super().__init__(scope, name)
        age = consumer.function.metric("IteratorAge", statistic="Maximum", period=Duration.minutes(1))
        late = (
            f"Records of {source.name} wait for more than a minute: features are that much behind. The consumer fails "
            f'or is too slow: docs/runbook.md, "A stream lags"'
        )
        ring_from(Construct(self, "Lag"), "Alarm", age, LAG_LIMIT.to_milliseconds(), 5, late)
        rejected = _sum(StreamMetric.REJECTED, {Dimension.SOURCE.value: source.name}, Duration.minutes(5))
        unreadable = (
            f"Records of {source.name} could not be read and wait in their queue with field and reason: "
            f'docs/runbook.md, "Records of a stream were rejected"'
        )
        ring_from(Construct(self, "Rejected"), "Alarm", rejected, 1, 1, unreadable)


def _sum(metric: AuditMetric | StreamMetric, dimensions: dict[str, str], period: Duration) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=METRIC_NAMESPACE, metric_name=metric, dimensions_map=dimensions, statistic="Sum", period=period
    )
