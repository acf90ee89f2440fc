"""A model's rows ask one source; its views may read others: known then is known then, whichever file it lies in."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.domain.event_codec import read
from roost.domain.naive_features import naive_features
from roost.domain.windows import values
from roost.errors import DataRejected, LeakageFound, NoDataFound
from roost.object_keys import LEAKAGE_SAMPLE, TRAINING_SET, landing_prefix, run_key
from roost.ports import RowSpan
from roost.spec import Aggregation, Column, ColumnType, Entity, LatestView, Model, Source, WindowView
from roost.spec.layouts import layout_of
from roost.workflows.backfill import backfill_features
from roost.workflows.feature_building import build_features
from roost.workflows.ingesting import ingest
from roost.workflows.leakage import check_leakage
from roost.workflows.materialization import materialize_features
from roost.workflows.training_arrays import write_arrays
from roost.workflows.validation import validate_data
from tests.unit.features.payments import CARD, DAY, PAYMENTS, Lake, csv_text, iso, model, view

BEGIN = 18_000 * DAY
HOURS = 9 * 24
LIMITS = Source(
    name="card_limits",
    event_time="changed_at",
    ingested_at="booked_at",
    columns=(
        Column(name="card", type=ColumnType.STRING),
        Column(name="changed_at", type=ColumnType.TIMESTAMP),
        Column(name="booked_at", type=ColumnType.TIMESTAMP),
        Column(name="limit", type=ColumnType.DECIMAL, decimals=2, minimum=0),
    ),
)
LIMIT = LatestView(
    name="card_limit", entity=CARD, source=LIMITS, columns=("limit",), lookback=timedelta(days=30),
    max_age=timedelta(days=30),
)  # fmt: skip
CHANGES = WindowView(
    name="limit_changes", entity=CARD, source=LIMITS, windows=(timedelta(days=2),),
    aggregations=(Aggregation(function="count"), Aggregation(function="max", column="limit")),
)  # fmt: skip
FEATURES = ("amount", "card_spend__count_1d", "card_limit__limit", "limit_changes__count_2d")


def project(**changes: Any) -> Model:
    settings = {"views": (view(), LIMIT, CHANGES), "features": FEATURES, "defaults": {}, "on_demand": ()}
    return model(**(settings | changes))


def limits(*rows: tuple[str, float, float, float]) -> bytes:
    """Rows (card, hours after the beginning of the change, of its booking, limit)."""
    text = [(card, iso(BEGIN + at * 3_600), iso(BEGIN + booked * 3_600), limit) for card, at, booked, limit in rows]
    return csv_text(text, ("card", "changed_at", "booked_at", "limit"))


def landed(lake: Lake) -> dict[str, str]:
    """A payment an hour; card a gets a limit of 100 at hour 10, of 500 at hour 120, known four hours later."""
    rows = [(n, iso(BEGIN + n * 3_600), ("a", "b", "")[n % 3], n / 100, int(n % 4 == 0)) for n in range(HOURS)]
    lake.land(csv_text(rows))
    lake.land(limits(("a", 10, 10, 100.0), ("a", 120, 124, 500.0)), source=LIMITS)
    datasets: dict[str, str] = ingest(project(), lake.tables, lake.ports)["datasets"]
    return datasets


def trained(lake: Lake) -> dict[str, str]:
    datasets = landed(lake)
    validate_data(project(), datasets, lake.tables, lake.ports)
    build_features(project(), "r1", datasets, None, lake.tables, lake.ports)
    return datasets


def test_each_source_is_a_data_set_of_its_own(lake: Lake) -> None:
    datasets = landed(lake)
    assert list(datasets) == ["payments", "card_limits"]
    answer = validate_data(project(), datasets, lake.tables, lake.ports)
    assert (answer["valid"], answer["sources"]["card_limits"]["valid"]) == (HOURS, 2)


def test_a_source_that_never_landed_stops_the_run_and_says_which(lake: Lake) -> None:
    lake.land(csv_text([(1, iso(BEGIN), "a", 1, 0)]))
    with pytest.raises(NoDataFound, match=r"nothing lies under landing/card_limits/"):
        ingest(project(), lake.tables, lake.ports)


def test_bad_rows_of_another_source_stop_the_run(lake: Lake) -> None:
    lake.land(csv_text([(1, iso(BEGIN), "a", 1, 0)]))
    lake.land(limits(("a", 1, 1, -5.0)), source=LIMITS)
    datasets = ingest(project(), lake.tables, lake.ports)["datasets"]
    with pytest.raises(DataRejected, match="source 'card_limits' bears"):
        validate_data(project(), datasets, lake.tables, lake.ports)


def test_the_training_set_has_what_was_known_then(lake: Lake, tmp_path: Path) -> None:
    trained(lake)
    table = lake.table(run_key("payments", "r1", TRAINING_SET), tmp_path)
    hours = [round((np.datetime64(moment, "s").astype(int) - BEGIN) / 3_600) for moment in table["paid_at"]]
    features = zip(table["card_limit__limit"], table["limit_changes__count_2d"], strict=True)
    found = dict(zip(hours, features, strict=True))
    assert found[123] == (100.0, 0.0)
    assert found[126] == (500.0, 1.0)
    assert found[124] == found[125] == (None, 0.0)


def test_a_leak_from_another_source_is_found(lake: Lake, tmp_path: Path) -> None:
    datasets = trained(lake)
    assert check_leakage(project(), "r1", datasets, lake.tables, lake.ports)["differences"] == 0
    key = run_key("payments", "r1", LEAKAGE_SAMPLE)
    with np.load(io.BytesIO(lake.store.get(key)), allow_pickle=False) as held:
        sample = dict(held)
    write_arrays(
        sample | {"card_limit__limit": np.full_like(sample["card_limit__limit"], 500.0)}, tmp_path / "leak.npz"
    )
    lake.store.upload(tmp_path / "leak.npz", key)
    with pytest.raises(LeakageFound, match="card_limit__limit of "):
        check_leakage(project(), "r1", datasets, lake.tables, lake.ports)


def test_each_view_is_materialised_from_its_own_source(lake: Lake) -> None:
    answer = materialize_features(project(), validated(lake), lake.tables, lake.ports)
    assert answer["views"] == {"card_spend": 2, "card_limit": 1, "limit_changes": 1}
    assert answer["as_of"] == {"payments": iso(BEGIN + (HOURS - 1) * 3_600 + 1), "card_limits": iso(BEGIN + 432_001)}
    assert served(lake) == {"card_limit__limit": 500.0}


def validated(lake: Lake) -> dict[str, str]:
    datasets = landed(lake)
    validate_data(project(), datasets, lake.tables, lake.ports)
    return datasets


def served(lake: Lake) -> dict[str, float | None]:
    layout = layout_of(LIMIT)
    return values(layout, read(lake.online.items[layout.online_name, "a"].payload), BEGIN + HOURS * 3_600)


def test_a_backfill_reads_each_views_source(lake: Lake) -> None:
    validated(lake)
    assert backfill_features(project(), lake.tables, lake.ports)["views"]["card_limit"] == 1
    assert served(lake) == {"card_limit__limit": 500.0}


def test_the_manifest_of_each_data_set_names_its_source(lake: Lake) -> None:
    for name, digest in landed(lake).items():
        manifest = json.loads(lake.store.get(f"datasets/{digest}/manifest.json"))
        assert manifest["source"]["name"] == name
        assert all(file["key"].startswith(landing_prefix(name)) for file in manifest["files"])


MOMENT = st.integers(0, 12).map(lambda half: BEGIN + half * 1_800)
ASKING = st.lists(st.tuples(MOMENT, st.sampled_from(["a", "b", None])), min_size=1, max_size=8)
CHANGED = st.lists(st.tuples(st.sampled_from("ab"), MOMENT, st.integers(0, 4), st.integers(0, 3)), max_size=8)


@settings(deadline=None, max_examples=60)
@given(ASKING, CHANGED)
def test_a_joined_view_equals_the_naive_way(
    tmp_path_factory: pytest.TempPathFactory, asking: list[tuple[int, str | None]], changed: list[Any]
) -> None:
    lake, folder = Lake(), tmp_path_factory.mktemp("joined")
    asking = sorted(asking, key=lambda row: row[0])
    lake.tables.write_table(
        {
            "payment_id": np.arange(len(asking)),
            "paid_at": np.array([at * 10**6 for at, _ in asking], dtype="datetime64[us]"),
            "card": np.array([card for _, card in asking], dtype=object),
            "amount": np.ones(len(asking)),
            "is_fraud": np.zeros(len(asking), np.int64),
        },
        folder / "payments.parquet",
    )
    lake.tables.write_table(
        {
            "card": np.array([row[0] for row in changed], dtype=object),
            "changed_at": np.array([row[1] * 10**6 for row in changed], dtype="datetime64[us]"),
            "booked_at": np.array([(row[1] + row[2] * 1_800) * 10**6 for row in changed], dtype="datetime64[us]"),
            "limit": np.array([row[3] / 4 for row in changed], dtype=np.float64),
        },
        folder / "limits.parquet",
    )
    rows = RowSpan(folder / "payments.parquet", PAYMENTS, BEGIN - DAY, BEGIN + DAY)
    for joined in (LIMIT, CHANGES):
        layout = layout_of(joined)
        found = lake.tables.row_features(rows, folder / "limits.parquet", LIMITS, layout)
        histories = lake.tables.histories([folder / "limits.parquet"], LIMITS, layout, ["a", "b"])
        for place, (at, card) in enumerate(asking):
            expected = naive_features(layout, histories.get(str(card), ()), at * 10**6)
            got = {name: None if np.isnan(column[place]) else float(column[place]) for name, column in found.items()}
            assert got == expected


def test_a_view_without_its_own_entity_key_type_is_refused() -> None:
    numbers = Source(
        name="numbers", event_time="at",
        columns=(Column(name="card", type=ColumnType.INTEGER), Column(name="at", type=ColumnType.TIMESTAMP)),
    )  # fmt: skip
    counted = WindowView(
        name="counted", entity=Entity(name="card", key="card"), source=numbers, windows=(timedelta(days=1),),
        aggregations=(Aggregation(function="count"),),
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"key 'card' of counted is integer in source 'numbers', string in 'payments'"):
        project(views=(counted,), features=("amount",))


def test_two_sources_of_one_name_are_refused() -> None:
    other = LIMIT.model_copy(update={"source": LIMITS.model_copy(update={"description": "another"})})
    with pytest.raises(ValueError, match="differs from another of that name"):
        project(views=(other, CHANGES), features=("amount",))


def test_a_row_without_a_key_asks_about_nobody(lake: Lake, tmp_path: Path) -> None:
    numbered = Source(
        name="numbered", event_time="at",
        columns=(Column(name="card", type=ColumnType.INTEGER, nullable=True),
                 Column(name="at", type=ColumnType.TIMESTAMP), Column(name="limit", type=ColumnType.FLOAT)),
    )  # fmt: skip
    newest = LatestView(
        name="newest", entity=CARD, source=numbered, columns=("limit",), lookback=timedelta(days=1),
        max_age=timedelta(days=1),
    )  # fmt: skip
    path = tmp_path / "numbered.parquet"
    columns = {
        "card": np.ma.array([0, 0, 7, 7], mask=[False, True, False, True]),
        "at": np.array([(BEGIN + place) * 10**6 for place in range(4)], dtype="datetime64[us]"),
        "limit": np.array([1.0, 2.0, 3.0, 4.0]),
    }
    lake.tables.write_table(columns, path)
    rows = RowSpan(path, numbered, BEGIN - 10, BEGIN + 10)
    found = lake.tables.row_features(rows, path, numbered, layout_of(newest))
    assert np.isnan(found["newest__limit"]).all()
