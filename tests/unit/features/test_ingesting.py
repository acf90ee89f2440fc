"""Ingest names what has landed by its content."""

import hashlib
import json
from pathlib import Path

import pytest

from roost.domain.dataset import Dataset
from roost.errors import NoDataFound, UnreadableData
from roost.object_keys import MANIFEST, VALID_ROWS, dataset_key
from roost.spec import Column, ColumnType, Model, Source
from roost.workflows.ingesting import ingest
from roost.workflows.validation import validate_data
from tests.unit.features.payments import HEADER, PAYMENTS, Lake, csv_text, model

FIRST = csv_text([(1, "2020-01-01T00:00:00Z", "a", 1, 0), (2, "2020-01-05T10:00:00Z", "b", 2, 0)])
SECOND = csv_text([(3, "2020-01-03T00:00:00Z", "a", 3, 1)])


def reading(source: Source) -> Model:
    return model(source=source, views=(), features=("amount",), defaults={})


def test_the_answer_counts_what_has_landed(lake: Lake) -> None:
    lake.land(FIRST, "2020/a.csv")
    lake.land(SECOND, "2020/b.csv")
    answer = ingest(model(), lake.tables, lake.ports)
    assert answer == {
        "dataset": answer["dataset"],
        "files": 2,
        "rows": 3,
        "bytes": len(FIRST) + len(SECOND),
        "from": "2020-01-01T00:00:00+00:00",
        "to": "2020-01-05T10:00:00+00:00",
        "datasets": {"payments": answer["dataset"]},
    }


def test_the_manifest_says_which_bytes(lake: Lake) -> None:
    key = lake.land(FIRST)
    digest = ingest(model(), lake.tables, lake.ports)["dataset"]
    body = lake.store.get(dataset_key(digest, MANIFEST))
    file = Dataset.from_json(body).files[0]
    assert (file.key, file.rows, file.size) == (key, 2, len(FIRST))
    assert file.sha256 == hashlib.sha256(FIRST).hexdigest()
    assert json.loads(body)["dataset"] == Dataset.from_json(body).digest == digest


def test_the_same_files_are_the_same_data_set(lake: Lake) -> None:
    lake.land(FIRST)
    before = ingest(model(), lake.tables, lake.ports)
    objects = dict(lake.store.objects)
    assert ingest(model(), lake.tables, lake.ports) == before
    assert lake.store.objects == objects


def test_one_byte_or_one_file_more_is_another_data_set(lake: Lake) -> None:
    lake.land(FIRST)
    one = ingest(model(), lake.tables, lake.ports)["dataset"]
    lake.land(FIRST.replace(b"0\r\n", b"1\r\n"))
    other = ingest(model(), lake.tables, lake.ports)["dataset"]
    lake.land(SECOND, "b.csv")
    assert len({one, other, ingest(model(), lake.tables, lake.ports)["dataset"]}) == 3


def test_other_rules_make_another_data_set(lake: Lake) -> None:
    lake.land(FIRST)
    stricter = PAYMENTS.model_copy(update={"max_rejected_share": 0.0})
    digests = {ingest(reading(source), lake.tables, lake.ports)["dataset"] for source in (PAYMENTS, stricter)}
    assert len(digests) == 2


def test_other_words_make_no_other_data_set(lake: Lake) -> None:
    lake.land(FIRST)
    worded = tuple(column.model_copy(update={"description": "words"}) for column in PAYMENTS.columns)
    described = PAYMENTS.model_copy(update={"description": "more words", "columns": worded})
    digests = {ingest(reading(source), lake.tables, lake.ports)["dataset"] for source in (PAYMENTS, described)}
    assert len(digests) == 1


def test_columns_that_nobody_declared_are_listed(lake: Lake) -> None:
    lake.land(
        csv_text([(1, "2020-01-01", "a", 1, 0, "x")], ("payment_id", "paid_at", "card", "amount", "is_fraud", "z"))
    )
    digest = ingest(model(), lake.tables, lake.ports)["dataset"]
    assert Dataset.from_json(lake.store.get(dataset_key(digest, MANIFEST))).files[0].ignored_columns == ("z",)


GROWN = PAYMENTS.model_copy(
    update={"columns": (*PAYMENTS.columns, Column(name="channel", type=ColumnType.STRING, nullable=True))}
)


def test_columns_that_a_file_lacks_are_listed(lake: Lake) -> None:
    lake.land(FIRST, "old.csv")
    lake.land(csv_text([(9, "2020-01-06", "a", 1, 0, "web")], (*HEADER, "channel")), "young.csv")
    digest = ingest(model(source=GROWN, views=(), features=("amount",), defaults={}), lake.tables, lake.ports)[
        "dataset"
    ]
    files = json.loads(lake.store.get(dataset_key(digest, MANIFEST)))["files"]
    assert [file["absent_columns"] for file in files] == [["channel"], []]


def test_rows_that_are_older_than_a_column_have_null_in_it(lake: Lake, tmp_path: Path) -> None:
    lake.land(FIRST, "old.csv")
    lake.land(csv_text([(9, "2020-01-06", "a", 1, 0, "web")], (*HEADER, "channel")), "young.csv")
    grown = model(source=GROWN, views=(), features=("amount",), defaults={})
    datasets = ingest(grown, lake.tables, lake.ports)["datasets"]
    assert validate_data(grown, datasets, lake.tables, lake.ports)["quarantined"] == 0
    assert lake.table(dataset_key(datasets["payments"], VALID_ROWS), tmp_path)["channel"] == [None, None, "web"]


def test_manifests_from_before_columns_could_be_absent_are_read(lake: Lake) -> None:
    lake.land(FIRST)
    digest = ingest(model(), lake.tables, lake.ports)["dataset"]
    manifest = json.loads(lake.store.get(dataset_key(digest, MANIFEST)))
    del manifest["files"][0]["absent_columns"]
    assert Dataset.from_json(json.dumps(manifest).encode()).digest == digest


def test_markers_are_no_data(lake: Lake) -> None:
    for name in ("_SUCCESS", "2020/.DS_Store", "2020/"):
        lake.land(b"", name)
    lake.land(FIRST)
    assert ingest(model(), lake.tables, lake.ports)["files"] == 1


@pytest.mark.parametrize("name", [None, "_SUCCESS"])
def test_without_data_the_message_says_where_to_put_them(lake: Lake, name: str | None) -> None:
    if name:
        lake.land(b"", name)
    with pytest.raises(
        NoDataFound, match=r"under landing/payments/ in the lake bucket.*: roost data upload payments FILE"
    ):
        ingest(model(), lake.tables, lake.ports)


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_stored(lake: Lake) -> None:
    lake.land(FIRST)
    lake.land(b"", "empty.csv")
    before = dict(lake.store.objects)
    with pytest.raises(UnreadableData, match=r"landing/payments/empty\.csv is empty"):
        ingest(model(), lake.tables, lake.ports)
    assert lake.store.objects == before


def test_times_that_cannot_be_read_leave_the_span_open(lake: Lake) -> None:
    source = PAYMENTS.model_copy(update={"columns": (*PAYMENTS.columns[:-1], Column(name="z", type=ColumnType.STRING))})
    lake.land(csv_text([(1, "soon", "a", 1, "x")], ("payment_id", "paid_at", "card", "amount", "z")))
    answer = ingest(model().model_copy(update={"source": source}), lake.tables, lake.ports)
    assert (answer["from"], answer["to"]) == ("", "")
