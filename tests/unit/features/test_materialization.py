"""MaterializeFeatures writes what scoring reads: one item per entity, complete to the end of the data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.domain.event_codec import read
from roost.domain.windows import values
from roost.errors import NoDataFound
from roost.ports import OnlineItem
from roost.spec.layouts import layout_of
from roost.workflows.materialization import materialize_features
from tests.unit.features.payments import DAY, Lake, iso, model, view

END = 18_000 * DAY
LAYOUT = layout_of(view())


def stored(lake: Lake, folder: Path, *events: tuple[float, str | None, float | None]) -> dict[str, str]:
    """Events as (seconds before the end, card, amount)."""
    ordered = sorted(events, key=lambda event: -event[0])
    columns: dict[str, Any] = {
        "payment_id": np.arange(len(ordered)),
        "paid_at": np.array([round((END - ago) * 10**6) for ago, _, _ in ordered], dtype="datetime64[us]"),
        "card": np.array([card for _, card, _ in ordered], dtype=object),
        "amount": np.array([np.nan if amount is None else amount for _, _, amount in ordered]),
    }
    return lake.put_valid(folder, columns)


def item(lake: Lake, card: str) -> OnlineItem:
    return lake.online.items[LAYOUT.online_name, card]


def test_each_entity_has_one_item(lake: Lake, tmp_path: Path) -> None:
    dataset = stored(lake, tmp_path, (10, "a", 1.0), (20, "b", 2.0), (7_300, "b", 3.0), (5, None, 4.0))
    answer = materialize_features(model(), dataset, lake.tables, lake.ports)
    assert answer == {"views": {"card_spend": 2}, "as_of": {"payments": iso(END - 4)}}
    assert sorted(card for name, card in lake.online.items if name == LAYOUT.online_name) == ["a", "b"]


def test_an_item_answers_what_was_known_at_the_end(lake: Lake, tmp_path: Path) -> None:
    dataset = stored(lake, tmp_path, (1, "a", 1.25), (3 * 3_600, "a", None), (20 * 3_600, "a", 2.5))
    materialize_features(model(), dataset, lake.tables, lake.ports)
    assert values(LAYOUT, read(item(lake, "a").payload), END) == {
        "card_spend__count_4h": 2.0,
        "card_spend__amount_sum_4h": 1.25,
        "card_spend__amount_mean_4h": 1.25,
        "card_spend__count_1d": 3.0,
        "card_spend__amount_sum_1d": 3.75,
        "card_spend__amount_mean_1d": 1.875,
    }


def test_events_that_no_window_can_reach_are_left_out(lake: Lake, tmp_path: Path) -> None:
    dataset = stored(lake, tmp_path, (1, "a", 1.0), (DAY, "a", 1.0), (DAY + 3_601, "a", 1.0), (3 * DAY, "b", 1.0))
    assert materialize_features(model(), dataset, lake.tables, lake.ports)["views"] == {"card_spend": 1}
    assert len(read(item(lake, "a").payload).times) == 2


def test_the_end_is_the_second_after_the_last_event(lake: Lake, tmp_path: Path) -> None:
    dataset = stored(lake, tmp_path, (0.5, "a", 1.0))
    assert materialize_features(model(), dataset, lake.tables, lake.ports)["as_of"] == {"payments": iso(END)}
    assert item(lake, "a").as_of == END


def test_older_data_leave_newer_items_alone(lake: Lake, tmp_path: Path) -> None:
    newer = OnlineItem(LAYOUT.online_name, "a", b"newer", END + DAY)
    lake.online.write([newer])
    dataset = stored(lake, tmp_path, (1, "a", 1.0), (1, "b", 1.0))
    assert materialize_features(model(), dataset, lake.tables, lake.ports)["views"] == {"card_spend": 1}
    assert item(lake, "a") == newer


def test_doing_it_again_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    dataset = stored(lake, tmp_path, (1, "a", 1.0), (9_000, "b", 1.0))
    materialize_features(model(), dataset, lake.tables, lake.ports)
    before = dict(lake.online.items)
    materialize_features(model(), dataset, lake.tables, lake.ports)
    assert lake.online.items == before


def test_no_events_of_an_entity_are_no_items(lake: Lake, tmp_path: Path) -> None:
    dataset = stored(lake, tmp_path, (1, None, 1.0))
    assert materialize_features(model(), dataset, lake.tables, lake.ports)["views"] == {"card_spend": 0}


def test_a_model_without_views_writes_nothing(lake: Lake, tmp_path: Path) -> None:
    plain = model(views=(), features=("amount",), defaults={})
    dataset = stored(lake, tmp_path, (1, "a", 1.0))
    assert materialize_features(plain, dataset, lake.tables, lake.ports)["views"] == {}


def test_a_data_set_that_was_not_validated_is_refused(lake: Lake) -> None:
    with pytest.raises(NoDataFound, match="run ValidateData"):
        materialize_features(model(), {"payments": "d9"}, lake.tables, lake.ports)
