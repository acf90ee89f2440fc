"""What is known of a request's entities, or that the online store cannot say."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from roost.domain.degraded_answers import permitted
from roost.domain.event_codec import NOTHING, EventColumns
from roost.errors import DependencyUnavailable
from roost.ports import OnlineItem, OnlineStore
from roost.store_errors import StoreUnavailable
from roost.workflows.account_reading import entity_events
from roost.workflows.packages import LoadedPackage


class Known(NamedTuple):
    """By view, in the package's order: the stored items and what values are computed from.

    ``degraded``: the store failed, and the model answers as of entities that nobody knows.
    """

    items: Sequence[OnlineItem | None]
    accounts: Sequence[EventColumns]
    degraded: bool = False


def known(online: OnlineStore, package: LoadedPackage, request: Mapping[str, Any]) -> Known:
    """Read the views of a request's entities.

    Raises:
        StoreUnavailable: the store failed, and the model does not answer without it.
    """
    keys = [(layout.online_name, str(request[layout.key])) for layout in package.layouts]
    try:
        found = online.read(keys)
        items = list(map(found.get, keys))
        return Known(items, entity_events(online, package.layouts, items, request[package.manifest["event_time"]]))
    except DependencyUnavailable as failure:
        if not permitted(package.manifest):
            raise StoreUnavailable("what is known of this request's entities cannot be read now") from failure
        return Known([None] * len(keys), [NOTHING] * len(keys), degraded=True)
