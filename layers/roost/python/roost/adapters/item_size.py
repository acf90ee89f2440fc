"""How large an item of the online store may be."""

from roost.errors import ItemTooLarge
from roost.ports import OnlineItem

MOST_BYTES = 400 * 1024
OVERHEAD = 6 + 3 * 21  # names of the attributes, and the largest number in each of the three that are numbers


def refuse_too_large(item: OnlineItem) -> None:
    """Refuse what DynamoDB would, after "Item sizes and formats" (Amazon DynamoDB Developer Guide).

    Raises:
        ItemTooLarge: names the view and what to change.
    """
    size = len(item.payload) + len(f"{item.view}#{item.entity}".encode()) + OVERHEAD
    if size > MOST_BYTES:
        raise ItemTooLarge(
            f"view {item.view}, entity {item.entity!r}: the item has {size:,} bytes, DynamoDB takes {MOST_BYTES:,}; "
            "shorten the view's longest window, give it fewer columns, or split the entity by a finer key"
        )
