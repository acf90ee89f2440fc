"""Whether two packages take the same requests, and whether an experiment can split and measure them."""

from collections.abc import Mapping
from typing import Any

from roost.domain.experiments import Measured
from roost.experiment_errors import InvalidExperimentRequest, SignaturesDiffer
from roost.experiment_names import Measure

NUMERIC = frozenset({"integer", "float", "decimal"})
KEYS = frozenset({"integer", "string"})
BINARY = "binary"


def check_same_requests(a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    """Whether the manifests of two packages describe one request.

    Raises:
        SignaturesDiffer: they do not; the message names each field that differs, and how.
    """
    found = differences(a, b)
    if found:
        raise SignaturesDiffer(
            f"the versions take different requests: {'; '.join(found)}. One caller is sent to either version, so both "
            f"must take the same fields; release the new version by the release pipeline instead"
        )


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """How the requests of two manifests differ, a sentence for each field; empty if they do not."""
    first, second = ({column["name"]: column for column in each["request"]} for each in (a, b))
    told = [f"{name} is only in a" for name in first.keys() - second.keys()]
    told += [f"{name} is only in b" for name in second.keys() - first.keys()]
    told = sorted(told) + [_how(n, first[n], second[n]) for n in first if second.get(n, first[n]) != first[n]]
    if a["event_time"] != b["event_time"]:
        told.append(f"the event time is {a['event_time']} in a and {b['event_time']} in b")
    return told


def check_split(manifest: Mapping[str, Any], by: str) -> None:
    """Whether requests can be split by a field.

    Raises:
        InvalidExperimentRequest: the request has no such field, or it is no key.
    """
    columns = {column["name"]: column for column in manifest["request"]}
    if by not in columns:
        raise InvalidExperimentRequest(f"by: {by!r} is no field of the request; it has {', '.join(columns)}")
    if columns[by]["type"] not in KEYS:
        raise InvalidExperimentRequest(f"by: {by} is a {columns[by]['type']}; split by an integer or a string")


def check_metric(manifest: Mapping[str, Any], measured: Measured, bounded: bool) -> None:
    """Whether a metric can be measured on what the packages answer; ``bounded`` says whether bounds were given.

    Raises:
        InvalidExperimentRequest: there is no such number, or its bounds are not declared.
    """
    numbers = [column["name"] for column in manifest["request"] if column["type"] in NUMERIC]
    if measured.metric not in {*Measure, *numbers}:
        known = ", ".join([*Measure, *numbers])
        raise InvalidExperimentRequest(f"metric: {measured.metric!r} is none of {known}")
    if measured.metric == Measure.DECISION_RATE and not manifest["decision"]:
        raise InvalidExperimentRequest("metric: the model declares no decision; measure score or outcome")
    unbounded = measured.metric in numbers or _score_without_bounds(manifest, measured.metric)
    if unbounded and not bounded:
        raise InvalidExperimentRequest(f"low, high: declare the bounds of {measured.metric}; values beyond are cut")


def _score_without_bounds(manifest: Mapping[str, Any], metric: str) -> bool:
    return metric == Measure.SCORE and manifest.get("problem", BINARY) == "regression"


def _how(name: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    parts = [f"{part} {a.get(part)!r} in a and {b.get(part)!r} in b"
             for part in sorted({*a, *b}) if a.get(part) != b.get(part)]  # fmt: skip
    return f"{name}: {', '.join(parts)}"
