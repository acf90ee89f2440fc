"""ValidateData stops on bad sets, says where the bad rows are, and does nothing twice."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from roost.errors import DataRejected, NoDataFound
from roost.object_keys import VALID_ROWS, VALIDATION_PAGE, VALIDATION_REPORT, dataset_key, quarantine_key, run_key
from roost.spec import Model
from roost.workflows.ingesting import ingest
from roost.workflows.validation import validate_data
from tests.unit.features.payments import NOW, PAYMENTS, Lake, csv_text, model

GOOD = [(number, "2020-01-01T00:00:00Z", "a", 1, 0) for number in range(8)]
BAD = [(8, "2020-01-01T00:00:00Z", "a", -1, 0), (9, "2020-01-01T00:00:00Z", "a", "much", 5)]


def ruled(**rules: Any) -> Model:
    return model(source=PAYMENTS.model_copy(update=rules), views=(), features=("amount",), defaults={})


def landed(lake: Lake, rows: list[tuple[Any, ...]], project: Model) -> str:
    lake.land(csv_text(rows))
    dataset: str = ingest(project, lake.tables, lake.ports)["dataset"]
    return dataset


def validated(lake: Lake, project: Model, dataset: str) -> dict[str, Any]:
    return validate_data(project, {project.source.name: dataset}, lake.tables, lake.ports)


def test_the_answer_counts_rows_and_broken_rules(lake: Lake) -> None:
    dataset = landed(lake, GOOD + BAD, ruled())
    assert validated(lake, ruled(), dataset) == {
        "rows": 10,
        "valid": 8,
        "quarantined": 2,
        "rules": {"amount minimum": 1, "amount type": 1, "is_fraud maximum": 1},
        "report": run_key("payments", "manual", VALIDATION_PAGE),
    }


def test_valid_and_rejected_rows_are_stored(lake: Lake, tmp_path: Path) -> None:
    dataset = landed(lake, GOOD + BAD, ruled())
    validated(lake, ruled(), dataset)
    assert len(lake.table(dataset_key(dataset, VALID_ROWS), tmp_path)["amount"]) == 8
    rejected = lake.table(quarantine_key("payments", dataset), tmp_path)
    assert rejected["broken_rule"] == ["amount minimum", "amount type; is_fraud maximum"]
    assert rejected["row"] == [9, 10]


def test_too_large_a_share_of_bad_rows_stops_the_run(lake: Lake) -> None:
    strict = ruled(max_rejected_share=0.19)
    dataset = landed(lake, GOOD + BAD, strict)
    with pytest.raises(DataRejected) as caught:
        validated(lake, strict, dataset)
    for part in ("2 of 10 rows (20.00%)", "bears 19.00%", "amount minimum (1)", quarantine_key("payments", dataset)):
        assert part in str(caught.value)
    assert lake.store.exists(quarantine_key("payments", dataset))


def test_the_share_itself_is_borne(lake: Lake) -> None:
    project = ruled(max_rejected_share=0.2)
    assert validated(lake, project, landed(lake, GOOD + BAD, project))["valid"] == 8


@pytest.mark.parametrize("rows", [[], GOOD[:4]])
def test_too_few_rows_stop_the_run(lake: Lake, rows: list[tuple[Any, ...]]) -> None:
    demanding = ruled(min_rows=5)
    with pytest.raises(DataRejected, match=rf"{len(rows)} rows are valid; source 'payments' needs 5"):
        validated(lake, demanding, landed(lake, rows, demanding))


def test_the_report_is_for_people(lake: Lake) -> None:
    dataset = landed(lake, GOOD + BAD, ruled())
    validated(lake, ruled(), dataset)
    report = json.loads(lake.store.get(dataset_key(dataset, VALIDATION_REPORT)))
    assert report["validated_at"] == NOW.isoformat()
    assert report["quarantine"] == quarantine_key("payments", dataset)
    assert report["stopped"] == ""


def test_a_data_set_that_passed_is_not_read_again(lake: Lake) -> None:
    dataset = landed(lake, GOOD + BAD, ruled())
    before = validated(lake, ruled(), dataset)
    objects = dict(lake.store.objects)
    lake.clock.time += timedelta(days=1)
    lake.store.objects.pop("landing/payments/a.csv")
    assert validated(lake, ruled(), dataset) == before
    kept = {key: body for key, body in objects.items() if not key.startswith(("landing/", "runs/"))}
    assert {key: body for key, body in lake.store.objects.items() if not key.startswith("runs/")} == kept


def test_a_data_set_that_was_stopped_is_read_again(lake: Lake) -> None:
    early = [(1, (NOW + timedelta(days=3)).isoformat(), "a", 1, 0)]
    dataset = landed(lake, early, ruled())
    with pytest.raises(DataRejected, match="paid_at future"):
        validated(lake, ruled(), dataset)
    lake.clock.time += timedelta(days=3)
    assert validated(lake, ruled(), dataset)["valid"] == 1


def test_clocks_may_be_a_day_ahead(lake: Lake) -> None:
    ahead = [(1, (NOW + timedelta(hours=23)).isoformat(), "a", 1, 0)]
    assert validated(lake, ruled(), landed(lake, ahead, ruled()))["valid"] == 1


def test_a_file_that_was_replaced_since_is_noticed(lake: Lake) -> None:
    dataset = landed(lake, GOOD, ruled())
    lake.land(csv_text(GOOD[:1]))
    with pytest.raises(DataRejected, match=r"landing/payments/a\.csv was replaced after it was ingested"):
        validated(lake, ruled(), dataset)


def test_files_may_order_their_columns_differently(lake: Lake, tmp_path: Path) -> None:
    lake.land(csv_text([(1, "2020-01-01", "a", 7, 0)]), "a.csv")
    swapped = csv_text([(0, 9, "a", "2020-01-02", 2)], ("is_fraud", "amount", "card", "paid_at", "payment_id"))
    lake.land(swapped, "b.csv")
    dataset = ingest(ruled(), lake.tables, lake.ports)["dataset"]
    validated(lake, ruled(), dataset)
    assert lake.table(dataset_key(dataset, VALID_ROWS), tmp_path)["amount"] == [7.0, 9.0]


def test_an_unknown_data_set_is_said_to_be_unknown(lake: Lake) -> None:
    with pytest.raises(NoDataFound, match="there is no data set abc; run Ingest first"):
        validated(lake, ruled(), "abc")
