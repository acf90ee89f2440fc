"""To when a view's online items are complete: writers leave a marker per view in the online store, this reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from roost.domain.view_layout import ViewLayout
from roost.ports import OnlineItem, OnlineStore, StreamLags
from roost.spec import FeatureView
from roost.spec.layouts import layout_of


@dataclass(frozen=True)
class Freshness:
    """How fresh a view is on a stage.

    Attributes:
        view: the view's name.
        online_items: the name under which the online store holds its items.
        source: name of the source that it is computed from.
        streamed: whether the source has a stream, on stages that are deployed with streams.
        complete_to: the newest moment that a writer has brought in; None if nothing was ever written.
        stream_lag: seconds that records waited on the stream of late; None if none came.
    """

    view: str
    online_items: str
    source: str
    streamed: bool
    complete_to: datetime | None
    stream_lag: float | None

    def age(self, now: datetime) -> float | None:
        """Seconds since the moment to which the items are complete."""
        return None if self.complete_to is None else (now - self.complete_to).total_seconds()


def mark(online: OnlineStore, complete_to: Mapping[ViewLayout, int]) -> None:
    """Note to when the items of views are complete, in seconds since 1970; a note of a later time stays.

    0 comes from a writer that had nothing to bring in, and notes nothing.
    """
    online.write(OnlineItem(_marked(layout), "", b"", end) for layout, end in complete_to.items() if end)


def freshness(views: Sequence[FeatureView], online: OnlineStore, lags: StreamLags, now: datetime) -> list[Freshness]:
    """How fresh each view is at ``now`` (timezone aware), in the order of the views."""
    layouts = [layout_of(view) for view in views]
    markers = online.read([(_marked(layout), "") for layout in layouts])
    streamed = {view.source.name for view in views if view.source.streamed}
    lag = {source: lags.newest(source, now) for source in sorted(streamed)}
    return [
        Freshness(view.name, layout.online_name, view.source.name, view.source.streamed,
                  _moment(markers.get((_marked(layout), ""))), lag.get(view.source.name))
        for view, layout in zip(views, layouts, strict=True)
    ]  # fmt: skip


def _marked(layout: ViewLayout) -> str:
    """Beside the items and not among them: the item of an entity whose key is an empty text has that place."""
    return f"{layout.online_name}!"


def _moment(marker: OnlineItem | None) -> datetime | None:
    return None if marker is None else datetime.fromtimestamp(marker.as_of, UTC)
