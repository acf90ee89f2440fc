"""Strings that must meet in monitoring: tables, the observed lines, and what became of an outcome."""

from enum import StrEnum

OBSERVATIONS = "observations"  # purpose of the table of counts
OUTCOMES = "outcomes"  # purpose of the table of outcomes
MONITORING_EXPIRY = "e"  # attribute of both tables by which DynamoDB drops items

SUBSCRIPTION = "predictions"  # name of the subscription filter on a scoring function's log group
ANSWERED = '{ $.prediction.prediction_id = "*" }'  # AWS CDK API Reference, "FilterPattern": exists


class Recorded(StrEnum):
    """What became of one outcome that was sent."""

    NEW = "recorded"
    REPEATED = "repeated"
    CORRECTED = "corrected"
    LATE = "late"  # older than what is known, and kept beside it
    CONTRADICTED = "contradicted"  # another label at the same time
    REFUSED = "refused"


class MonitoringOutput(StrEnum):
    """CloudFormation outputs that the command line reads."""

    UNOBSERVED_QUEUE = "UnobservedQueue"
