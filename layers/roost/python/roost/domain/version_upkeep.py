"""Changes of a registered version beside its status: tags, and giving up its package."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from roost.domain.registry import Actor, Change, ModelHead, Version, change
from roost.errors import InvalidSearch
from roost.names import Action, Status

EXPIRABLE = frozenset({Status.RETIRED, Status.REJECTED, Status.ROLLED_BACK})


def parsed_tags(texts: Iterable[str]) -> dict[str, str]:
    """Tags as ``name=value``; an empty value removes a tag.

    Raises:
        InvalidSearch: a text is not of that form.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name):
            raise InvalidSearch(f"tag {text!r}: write name=value, as team=risk; name= removes a tag")
        found[name] = value
    return found


def tagging(head: ModelHead, version: Version, tags: Mapping[str, str], actor: Actor) -> Change:
    """Set tags of a version; those with an empty value are removed, others stay."""
    kept = {name: value for name, value in {**version.tags, **tags}.items() if value}
    detail = {"tags": dict(tags)}
    tagged = replace(version, tags=kept)
    return change(head, actor, Action.TAG, f"version {version.number}", detail, versions=(tagged,))


def expiry(head: ModelHead, version: Version, actor: Actor, reason: str) -> Change:
    """Give up a version's package: its record stays, and it can never be released again."""
    expired = replace(version, expired_at=actor.at.isoformat())
    detail = {"package": version.package, "reason": reason}
    return change(head, actor, Action.EXPIRE, f"version {version.number}", detail, versions=(expired,))


def is_expirable(head: ModelHead, version: Version) -> bool:
    """Whether nothing may need the version's package: it is done with, and not what a rollback would return to."""
    return version.status in EXPIRABLE and version.number not in (head.champion, head.previous)


def packages_to_expire(
    head: ModelHead, versions: Iterable[Version], ended: Mapping[int, datetime], now: datetime, age: timedelta
) -> list[Version]:
    """Versions that may be given up, oldest first: done with for at least ``age``, and no other needs their package.

    ``ended`` tells by number when a version came into its present status. One package may be shared by several
    versions: the same lineage gives the same digest. It counts as used while one of them may not be given up.
    """
    kept = [version for version in versions if not version.expired_at]
    due = [version for version in kept if is_expirable(head, version) and now - ended[version.number] >= age]
    used = {version.package for version in kept if version not in due}
    return [version for version in due if version.package not in used]
