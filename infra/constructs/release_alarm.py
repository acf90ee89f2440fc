"""The second net under a release: an alarm on failed requests, which ends it whatever the judge does.

It counts what AWS counts at the alias, so it knows of time-outs, failed inits and throttles that no handler saw, and
adds what our own handler answered as failed. "Types of metrics for Lambda functions" (AWS Lambda Developer Guide).
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.config import StageConfig
from roost import names
from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric
from roost.release_names import canary_alarm
from roost.spec import Model

MINUTE = Duration.minutes(1)
FEWEST_REQUESTS = 20  # in a minute, below which a share says little


class ReleaseAlarm(Construct):
    """Rings when too large a share of a minute's requests failed."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, model: Model) -> None:
        super().__init__(scope, name)
        function = names.scoring_function(config.stage, model.name)
        alias = {"FunctionName": function, "Resource": f"{function}:{names.LIVE_ALIAS}"}
        ours = {Dimension.MODEL.value: model.name}
        using = {
            "calls": _sum("AWS/Lambda", "Invocations", alias),
            "crashed": _sum("AWS/Lambda", "Errors", alias),
            "refused": _sum("AWS/Lambda", "Throttles", alias),
            "failed": _sum(METRIC_NAMESPACE, Metric.ERRORS, ours),
        }
        asked = "(FILL(calls, 0) + FILL(refused, 0))"
        bad = "(FILL(crashed, 0) + FILL(refused, 0) + FILL(failed, 0))"
        share = f"IF({asked} >= {FEWEST_REQUESTS}, {bad} / {asked}, 0)"
        cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_name=canary_alarm(config.stage, model.name),
            metric=cloudwatch.MathExpression(expression=share, using_metrics=using, period=MINUTE, label="failed"),
            threshold=model.rollout.alarm_share,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=(
                f"More than {model.rollout.alarm_share:.0%} of the requests to model {model.name} failed in a minute. "
                f'A release under way is ended by this alarm: docs/runbook.md, "Requests to a model fail"'
            ),
        )


def _sum(namespace: str, name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=dimensions, statistic="Sum", period=MINUTE
    )
