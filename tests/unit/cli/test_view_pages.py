"""Pages of feature views: what is committed is what the definitions say."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from roost.cli.defined_views import defined_models
from roost.cli.page_files import write_pages
from roost.cli.view_pages import INDEX, MARK, view_pages
from roost.spec import Aggregation, LatestView, Model, OnDemandFeature, WindowView
from tests.unit.features.payments import CARD, PAYMENTS, doubled, model, view
from tests.unit.streams.test_stream_consumer import PAYMENTS as STREAMED

COMMITTED = Path(__file__).parents[3] / "docs/views"

NEWEST = LatestView(name="card_newest", entity=CARD, source=PAYMENTS, columns=("amount",),
                    lookback=timedelta(days=30), max_age=timedelta(hours=36))  # fmt: skip


def page(views: WindowView | LatestView, **changes: Any) -> str:
    fields = {"features": ("amount",), "defaults": {}, **changes}
    return view_pages([model(views=(views,), **fields)])[f"{views.name}.md"]


def test_the_committed_pages_are_what_the_command_would_write() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in COMMITTED.glob("*")}
    assert committed == view_pages(defined_models()), "docs/views is not what the definitions say: roost features docs"


def test_the_index_leads_to_every_page() -> None:
    pages = view_pages([model(views=(view(), NEWEST))])
    assert set(pages) == {INDEX, "card_newest.md", "card_spend.md"}
    assert pages[INDEX].index("[card_newest](card_newest.md)") < pages[INDEX].index("[card_spend](card_spend.md)")


def test_the_order_of_models_and_views_is_no_matter() -> None:
    views = (view(), NEWEST)
    pages = [view_pages([model(views=order)]) for order in (views, views[::-1])]
    assert pages[0] == pages[1]


def test_each_feature_has_function_column_window_and_unit() -> None:
    text = page(view())
    assert "| `card_spend__count_4h` | count | events | 4h | events | 0 |" in text
    assert "| `card_spend__amount_sum_1d` | sum | `amount` | 1d | 2 decimals | 0 |" in text
    assert "| `card_spend__amount_mean_1d` | mean | `amount` | 1d | from 2 decimals | none |" in text


def test_whole_and_different_values_have_no_decimals() -> None:
    aggregations = (Aggregation(function="max", column="is_fraud"), Aggregation(function="distinct", column="card"))
    text = page(view(delay=timedelta(days=1)).model_copy(update={"aggregations": aggregations}))
    assert "| `card_spend__is_fraud_max_4h` | max | `is_fraud` | 4h | whole numbers | none |" in text
    assert "| `card_spend__card_distinct_4h` | distinct | `card` | 4h | different values | 0 |" in text


def test_a_newest_value_has_two_ages() -> None:
    text = page(NEWEST)
    assert "| kind | newest, at most 36h old |" in text
    assert "| lookback | training joins values up to 30d old |" in text
    assert "| `card_newest__amount` | newest | `amount` | 36h | 2 decimals | none |" in text
    assert "| delay |" not in text


def test_a_delay_is_told() -> None:
    assert "| delay | none |" in page(view())
    assert "| delay | an event counts 2h after its time |" in page(view(delay=timedelta(hours=2)))


def test_where_it_comes_from() -> None:
    assert "| comes from | csv files under `landing/payments/` in the lake bucket |" in page(view())
    told = page(view().model_copy(update={"source": STREAMED}), source=STREAMED)
    assert "its stream, on stages that have one, logged under `events/payments/` |" in told


def test_what_is_made_of_it() -> None:
    on_demand = (OnDemandFeature(name="twice", function=doubled, inputs=("card_spend__count_1d",), description="2|x"),)
    text = page(view(), on_demand=on_demand, features=("twice", "card_spend__count_4h"))
    path = "tests.unit.features.payments:doubled"
    assert f"| `twice` | payments | `{path}` | `card_spend__count_1d` | 2\\|x |" in text
    assert "| payments | `card_spend__count_1d` | `twice` |" in text
    assert "| payments | `card_spend__count_4h` | `card_spend__count_4h` |" in text
    assert "| payments | `card_spend__amount_sum_1d` | not used |" in text


def test_nobody_owns_it_and_nothing_is_computed_from_it() -> None:
    assert "| owner | nobody; set `owner` in its definition |" in page(view())
    assert "## On-demand features from it\n\nNone.\n" in page(view())
    assert "| owner | ann |" in page(view().model_copy(update={"owner": "ann"}))


def test_freshness_is_told_if_asked_for() -> None:
    project: list[Model] = [model()]
    assert "Freshness" not in view_pages(project)["card_spend.md"]
    assert "## Freshness\n\nnever\n" in view_pages(project, {"card_spend": "never"})["card_spend.md"]


def test_pages_of_former_views_go_and_pages_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine")
    write_pages(tmp_path, view_pages([model(views=(view(), NEWEST))]), MARK)
    written, removed = write_pages(tmp_path, view_pages([model()]), MARK)
    assert (written, removed) == ([INDEX, "card_spend.md"], ["card_newest.md"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [INDEX, "card_spend.md", "notes.md"]


def test_a_page_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("mine")
    with pytest.raises(ValueError, match="README.md was not written by this command; move it"):
        write_pages(tmp_path, view_pages([model()]), MARK)
    assert [path.name for path in tmp_path.iterdir()] == [INDEX]
    assert (tmp_path / INDEX).read_text() == "mine"
