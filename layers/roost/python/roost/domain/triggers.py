"""Why a training run starts: triggers, how several become one request, and how a request is told.

Every trigger arrives as an event of EventBridge's shape (Amazon EventBridge User Guide, "Events"), whoever sends it:
S3 and Parameter Store send their own, everybody else one of ``ASKED`` or ``DRIFTED`` below.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from roost.errors import UnknownTrigger
from roost.names import Reason, TrainingEvent

SHOWN = 20
OPTIONS = ("cutoff", "use_cache", "datasets", "resumes")

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Trigger:
    """One wish for a training run: why, whose, since when (ISO 8601; empty if unknown), and what more is known.

    ``options`` are parts of a request that change what a run does; triggers whose options differ never share a run.
    """

    reason: Reason
    requested_by: str
    detail: str = ""
    at: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, str]:
        """The trigger as a request lists it."""
        told = {name: value for name, value in asdict(self).items() if name != "options" and value}
        return {**told, "reason": self.reason.value}


def trigger_of(event: Event) -> Trigger:
    """What an event asks for.

    Raises:
        UnknownTrigger: it is none of the events that start training; the message says what is known.
    """
    kind, detail = event.get("detail-type", ""), event.get("detail", {})
    if kind not in READERS:
        raise UnknownTrigger(f"an event of detail-type {kind!r} starts no training; known are {sorted(READERS)}")
    try:
        return READERS[kind](detail, str(event.get("time", "")))
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownTrigger(f"event {kind!r} lacks or misspells a field of its detail: {error!r}") from error


def _landed(detail: Event, at: str) -> Trigger:
    return Trigger(Reason.NEW_DATA, "new data", detail["object"]["key"], at)


def _changed(detail: Event, at: str) -> Trigger:
    return Trigger(Reason.NEW_CODE, "deployment", f"{detail['operation'].lower()} of {detail['name']}", at)


def _drifted(detail: Event, at: str) -> Trigger:
    return Trigger(Reason.DRIFT, detail.get("requested_by", "monitoring"), str(detail["detail"]), at)


def _asked(detail: Event, at: str) -> Trigger:
    options = {name: detail["options"][name] for name in OPTIONS if name in detail.get("options", {})}
    told = str(detail.get("detail", ""))
    return Trigger(Reason(detail["reason"]), str(detail["requested_by"]), told, detail.get("at", at), options)


READERS = {
    TrainingEvent.LANDED.value: _landed,
    TrainingEvent.CHANGED.value: _changed,
    TrainingEvent.DRIFTED.value: _drifted,
    TrainingEvent.ASKED.value: _asked,
}


def asking(trigger: Trigger) -> dict[str, Any]:
    """The event that ``trigger_of`` turns back into the trigger, for those who ask by themselves."""
    return {"detail-type": TrainingEvent.ASKED.value, "detail": {**trigger.shown(), "options": trigger.options}}


def sharing(triggers: Sequence[Trigger]) -> list[Trigger]:
    """Those of the triggers that one run can serve: all with the options of the first."""
    return [trigger for trigger in triggers if trigger.options == triggers[0].options]


def request_of(triggers: Sequence[Trigger]) -> dict[str, Any]:
    """The input of a run for triggers that share their options; ``reason`` and ``requested_by`` are the first's.

    Many files that landed become one trigger, which counts them and names the first.
    """
    merged = _without_repetition(triggers)
    objects = sorted({trigger.detail for trigger in triggers if trigger.reason is Reason.NEW_DATA and trigger.detail})
    return {
        "reason": merged[0]["reason"],
        "requested_by": merged[0]["requested_by"],
        "triggers": merged[:SHOWN],
        **({"objects": objects[:SHOWN]} if objects else {}),
        **triggers[0].options,
    }


def _without_repetition(triggers: Sequence[Trigger]) -> list[dict[str, str]]:
    files = [trigger for trigger in triggers if trigger.reason is Reason.NEW_DATA]
    others = list(dict.fromkeys(_frozen(trigger.shown()) for trigger in triggers if trigger not in files))
    landed = {**files[0].shown(), "detail": _counted([file.detail for file in files])} if files else {}
    shown = [dict(other) for other in others]
    return [landed, *shown] if landed else shown


def _frozen(shown: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(shown.items())


def _counted(keys: Sequence[str]) -> str:
    different = sorted(set(keys))
    return different[0] if len(different) == 1 else f"{len(different)} files, the first {different[0]}"


def reasons_of(request: Event) -> list[str]:
    """The reasons of a request, each once, the first first; a request by hand that gives none is manual."""
    given = [trigger["reason"] for trigger in _triggers(request)]
    return list(dict.fromkeys(given)) or [str(request.get("reason", Reason.MANUAL.value))]


def why(request: Event) -> str:
    """A request in words: ``new_data (3 files, the first ...), drift by monitoring (psi 0.4)``."""
    return ", ".join(_told(_triggers(request) or [request])) if request else ""


def _triggers(request: Event) -> list[dict[str, str]]:
    found: list[dict[str, str]] = request.get("triggers", [])
    return found


def _told(triggers: Iterable[Event]) -> Iterable[str]:
    for trigger in triggers:
        by, detail = trigger.get("requested_by", ""), trigger.get("detail", "")
        reason = str(trigger.get("reason", Reason.MANUAL.value))
        by = "" if by.replace(" ", "_") == reason else by
        yield f"{reason}{f' by {by}' if by else ''}{f' ({detail})' if detail else ''}"
