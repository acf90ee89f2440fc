"""An alarm that rings at or above a bound, and stays silent where nothing is measured."""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct


def ring_from(
    scope: Construct, name: str, metric: cloudwatch.IMetric, least: float, periods: int, meaning: str
) -> cloudwatch.Alarm:
    """Ring when ``metric`` is ``least`` or more for so many periods in a row; ``meaning`` says what to do then."""
    return cloudwatch.Alarm(
        scope,
        name,
        metric=metric,
        threshold=least,
        evaluation_periods=periods,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=meaning,
    )
