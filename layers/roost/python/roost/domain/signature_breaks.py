"""What callers of one package could not do any more with another: their request is a contract."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Column = Mapping[str, Any]
WIDER = {"integer": {"float", "decimal"}, "float": {"decimal"}, "decimal": {"float"}}  # as requests are read


def signature_breaks(live: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The differences between two manifests' ``request`` that would refuse a request which ``live`` takes.

    Those are: a removed field, a new required one, another type unless it takes all values of the old, a null that is
    no longer allowed, tighter bounds, and values that are no longer allowed. Empty if there are none.
    """
    before, after = _columns(live), _columns(new)
    removed = [f"{name} is removed: requests that carry it are refused" for name in before if name not in after]
    added = [
        f"{name} is new and required"
        for name, column in after.items()
        if name not in before and not column.get("nullable") and name != new.get("event_time")
    ]
    narrowed = [text for name in before if name in after for text in _narrowed(name, before[name], after[name])]
    return (*removed, *added, *narrowed)


def _columns(manifest: Mapping[str, Any]) -> dict[str, Column]:
    columns: Sequence[Column] = manifest.get("request", ())
    return {column["name"]: column for column in columns}


def _narrowed(name: str, live: Column, new: Column) -> Iterable[str]:
    if live["type"] != new["type"] and new["type"] not in WIDER.get(live["type"], ()):
        yield f"{name} was {live['type']} and is {new['type']}"
    if live.get("nullable") and not new.get("nullable"):
        yield f"{name} may no longer be null or left out"
    yield from _tighter(name, live, new)
    lost = _lost(live.get("allowed"), new.get("allowed"))
    if lost:
        yield f"{name} no longer takes {lost}"


def _tighter(name: str, live: Column, new: Column) -> Iterable[str]:
    for bound, worse in (("minimum", 1), ("maximum", -1)):
        old, now = live.get(bound), new.get(bound)
        if now is not None and (old is None or (now - old) * worse > 0):
            yield f"{name}: its {bound} was {'open' if old is None else f'{old:g}'} and is {now:g}"


def _lost(live: Sequence[Any] | None, new: Sequence[Any] | None) -> str:
    if not new:
        return ""
    if not live:
        return f"any value but {', '.join(map(str, new))}"
    return ", ".join(str(value) for value in live if value not in new)
