"""What alarms are called, and where the newest report behind one lies."""

from enum import StrEnum


class AlarmKind(StrEnum):
    """What an alarm is about; an alarm is named by its stage, its kind and whose it is."""

    DRIFT = "drift"
    PERFORMANCE = "performance"
    FAIRNESS = "unfair-groups"


def alarm_name(stage: str, kind: AlarmKind, owner: str) -> str:
    """CloudWatch's name of the alarm of a kind on a model or a source."""
    return f"roost-{stage}-{kind}-{owner}"


def newest_report_key(report: AlarmKind, model: str) -> str:
    """Key in the lake of the newest scheduled report on a model: what an alert quotes."""
    return f"{report}/model={model}/newest.json"
