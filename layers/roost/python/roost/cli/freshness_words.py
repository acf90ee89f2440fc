"""How fresh views are on the chosen stage, read and said in words."""

from collections.abc import Sequence
from datetime import UTC, datetime

from roost.cli.context import CHOICES
from roost.cli.display import age, seconds
from roost.spec import FeatureView
from roost.workflows.freshness import Freshness, freshness

NEVER = "never"


def freshness_now(views: Sequence[FeatureView]) -> tuple[list[Freshness], datetime]:
    """How fresh views are, and when that was read."""
    platform = CHOICES.target().platform()
    now = datetime.now(UTC)
    return freshness(views, platform.online, platform.stream_lags, now), now


def complete_to(found: Freshness) -> str:
    """To when the items are complete."""
    return found.complete_to.isoformat() if found.complete_to else NEVER


def age_in_words(found: Freshness, now: datetime) -> str:
    """How long ago that was; empty for never."""
    old = found.age(now)
    return "" if old is None else age(old)


def lag_in_words(found: Freshness) -> str:
    """How long records waited on the stream; empty for a source without one."""
    if not found.streamed:
        return ""
    return "no record within an hour" if found.stream_lag is None else seconds(found.stream_lag)


def sentence(found: Freshness, stage: str, now: datetime) -> str:
    """All of it in one line, for a page."""
    where = f"On stage `{stage}`, at {now.isoformat(timespec='seconds')}"
    if found.complete_to is None:
        return f"{where}: never materialised."
    told = f"{where}: complete to {complete_to(found)}, {age_in_words(found, now)} before"
    return f"{told}; waiting on the stream: {lag_in_words(found)}." if found.streamed else f"{told}."
