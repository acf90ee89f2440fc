"""The data sets of a source that were accepted before: what later ones are compared with."""

from datetime import datetime

from roost.domain.profile import Profile
from roost.object_keys import accepted_key, accepted_prefix
from roost.ports import ObjectStore

MOST_SETS = 20


def accepted_profiles(lake: ObjectStore, source: str, dataset: str) -> list[Profile]:
    """Profiles of the last accepted sets, oldest first; the set itself is none of them."""
    keys = [stored.key for stored in lake.list(accepted_prefix(source)) if not _is_of(stored.key, dataset)]
    return [Profile.from_json(lake.get(key)) for key in keys[-MOST_SETS:]]


def accept(lake: ObjectStore, source: str, dataset: str, profile: Profile, now: datetime) -> None:
    """Remember a set; one that was accepted before keeps its place."""
    if not any(_is_of(stored.key, dataset) for stored in lake.list(accepted_prefix(source))):
        lake.put(accepted_key(source, f"{now:%Y%m%dT%H%M%S%f}", dataset), profile.to_json(), "application/json")


def _is_of(key: str, dataset: str) -> bool:
    return key.endswith(f"-{dataset}.json")
