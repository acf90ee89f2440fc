"""ValidateData judges a data set as a whole, on each run, by the sets that were accepted before."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from roost.errors import DataRejected
from roost.object_keys import accepted_prefix
from roost.spec import DriftRule, DuplicateRule, Model, SetRules, ShareRule, VolumeRule
from roost.workflows.ingesting import ingest
from roost.workflows.validation import validate_data
from tests.unit.features.payments import NOW, PAYMENTS, Lake, csv_text, model

START = NOW - timedelta(days=20)
Rows = list[tuple[Any, ...]]


def project(source: dict[str, Any] | None = None, **rules: Any) -> Model:
    changes = {"set_rules": SetRules(**rules), **(source or {})}
    return model(source=PAYMENTS.model_copy(update=changes), views=(), features=("amount",), defaults={})


def rows(count: int, first: int = 0, day: int = 0, **columns: Any) -> Rows:
    """Rows of one day; ``columns`` fixes card, amount or is_fraud."""
    draw = np.random.default_rng(first + day)
    found = []
    for number in range(first, first + count):
        drawn = {"card": f"c{draw.integers(3)}", "amount": round(draw.gamma(2, 20), 2), "is_fraud": number % 10 == 0}
        moment = START + timedelta(days=day, seconds=number - first)
        values = {**drawn, **columns}
        found.append((number, moment.isoformat(), values["card"], values["amount"], int(values["is_fraud"] or 0)))
    return found


def validate(lake: Lake, of: Model, run: str = "r1") -> dict[str, Any]:
    datasets = ingest(of, lake.tables, lake.ports)["datasets"]
    return validate_data(of, datasets, lake.tables, lake.ports, run)


def rejected(lake: Lake, of: Model, run: str = "r1") -> str:
    with pytest.raises(DataRejected) as caught:
        validate(lake, of, run)
    return str(caught.value)


def findings(lake: Lake, run: str = "r1") -> dict[str, dict[str, Any]]:
    report = json.loads(lake.store.get(f"runs/payments/{run}/validation.json"))
    return {finding["rule"]: finding for finding in report["sources"]["payments"]["set_rules"]}


def test_a_sound_set_passes_and_is_remembered(lake: Lake) -> None:
    lake.land(csv_text(rows(300)))
    answer = validate(lake, project())
    assert answer["report"] == "runs/payments/r1/validation.md"
    assert all(finding["passed"] for finding in findings(lake).values())
    assert len(lake.store.list(accepted_prefix("payments"))) == 1
    validate(lake, project(), "r2")
    assert len(lake.store.list(accepted_prefix("payments"))) == 1


def test_a_set_that_was_stopped_is_no_history(lake: Lake) -> None:
    lake.land(csv_text(rows(300)))
    rejected(lake, project(max_age=timedelta(days=1)))
    assert lake.store.list(accepted_prefix("payments")) == []


def test_all_broken_rules_are_told_at_once_with_remedies(lake: Lake) -> None:
    lake.land(csv_text(rows(300)))
    strict = project(
        {"max_rejected_share": 0.5},
        max_age=timedelta(days=2),
        shares=(ShareRule(column="is_fraud", value="1", at_most=0.05),),
        duplicates=DuplicateRule(columns=("card",)),
    )
    told = rejected(lake, strict)
    for part in (
        "freshness: newest event 20.0 days old, must be at most 2.0 days; land newer rows",
        "share of is_fraud = 1: 10.000% of 300, must be 0.000% to 5.000%",
        "duplicates of card: 297 rows (99.00%), must be at most 0.00%",
        "runs/payments/r1/validation.md",
    ):
        assert part in told


def test_freshness_is_judged_anew_on_each_run(lake: Lake) -> None:
    lake.land(csv_text(rows(300)))
    fresh = project(max_age=timedelta(days=21))
    validate(lake, fresh)
    lake.clock.time += timedelta(days=2)
    assert "freshness: newest event 22.0 days old" in rejected(lake, fresh, "r2")


@pytest.mark.parametrize(("count", "passes"), [(240, True), (230, False), (360, True), (370, False)])
def test_volume_is_compared_with_the_median_of_earlier_sets(lake: Lake, count: int, passes: bool) -> None:
    steady = project(volume=VolumeRule(at_least=0.8, at_most=1.2))
    for number, size in enumerate((300, 250, 310)):
        lake.land(csv_text(rows(size, number)))
        validate(lake, project(), f"before-{number}")
        lake.clock.time += timedelta(minutes=1)
    lake.land(csv_text(rows(count, 9)))
    if passes:
        validate(lake, steady)
    else:
        assert "of the median of the last 3 sets" in rejected(lake, steady)


def test_whole_rows_that_repeat_stop_a_source_without_an_id(lake: Lake) -> None:
    unkeyed = tuple(c.model_copy(update={"unique": False}) for c in PAYMENTS.columns)
    lake.land(csv_text(rows(300)))
    lake.land(csv_text(rows(300)), "again.csv")
    told = rejected(lake, project({"columns": unkeyed}))
    assert "duplicates of whole rows: 300 rows (50.00%), must be at most 20.00%; look for a file that landed" in told


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"amount": ""}, "column 'amount' all null: null in all 300 rows, must be filled somewhere; mend the export"),
        ({"amount": 5}, "column 'amount' constant: only '5.0', must be two values or more; mend the export"),
        ({"is_fraud": 0}, "label 'is_fraud' constant: only '0', must be two values or more; land rows of every class"),
    ],
    ids=["all null", "constant", "one class"],
)
def test_columns_that_teach_nothing_stop_the_run(lake: Lake, columns: dict[str, Any], told: str) -> None:
    lake.land(csv_text(rows(300, **columns)))
    assert told in rejected(lake, project())


def test_a_copy_of_the_label_stops_the_run(lake: Lake) -> None:
    lake.land(csv_text([(n, at, card, float(fraud), fraud) for n, at, card, _, fraud in rows(300)]))
    assert "column 'amount' is the label: equal in every row" in rejected(lake, project())


def test_few_rows_may_well_be_equal(lake: Lake) -> None:
    lake.land(csv_text(rows(99, amount=5)))
    assert validate(lake, project())["valid"] == 99


DRIFT = DriftRule(columns=("amount", "card"))


def with_history(lake: Lake) -> Model:
    lake.land(csv_text(rows(2000)))
    watching = project(drift=DRIFT)
    validate(lake, watching, "r0")
    lake.clock.time += timedelta(days=1)
    return watching


def test_new_rows_like_the_old_ones_pass(lake: Lake) -> None:
    watching = with_history(lake)
    lake.land(csv_text(rows(300, 5000, day=1)), "b.csv")
    validate(lake, watching)
    found = findings(lake)["drift of 'amount'"]
    assert found["passed"]
    assert "over 300 new rows" in found["number"]


@pytest.mark.parametrize(
    ("columns", "name"),
    [({"amount": 900}, "amount"), ({"amount": ""}, "amount"), ({"card": "stolen"}, "card")],
    ids=["other numbers", "nulls", "another value"],
)
def test_new_rows_unlike_the_old_ones_stop_the_run(lake: Lake, columns: dict[str, Any], name: str) -> None:
    watching = with_history(lake)
    lake.land(csv_text(rows(300, 5000, day=1, **columns)), "b.csv")
    told = rejected(lake, watching)
    assert f"drift of '{name}': PSI" in told
    assert told.count("drift of") == 1


def test_without_new_rows_nothing_has_drifted(lake: Lake) -> None:
    watching = with_history(lake)
    lake.land(csv_text([]), "empty.csv")
    validate(lake, watching)
    assert "over 0 new rows" in findings(lake)["drift of 'card'"]["number"]


def test_the_page_is_a_table_with_examples(lake: Lake) -> None:
    bad = [(900, START.isoformat(), "a", "much", 0), (901, START.isoformat(), "a", -3, 0)]
    lake.land(csv_text(rows(300) + bad))
    page = lake.store.get(validate(lake, project())["report"]).decode()
    assert "| amount type | 1 | 0.33% | landing/payments/a.csv row 301: 'much' |" in page
    assert "| amount minimum | 1 | 0.33% | landing/payments/a.csv row 302: '-3' |" in page
    assert "| duplicates of whole rows | 0 rows (0.00%) | at most 20.00% | pass |  |" in page


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"drift": DriftRule(columns=("nothing",))}, "has no column 'nothing'"),
        ({"drift": DriftRule(columns=("paid_at",))}, "is a time, which always moves on"),
    ],
)
def test_a_rule_about_no_column_is_refused(rules: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        PAYMENTS.__class__(**{**PAYMENTS.__dict__, "set_rules": SetRules(**rules)})


def test_a_range_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at_least 0.5 is above 0.1"):
        ShareRule(column="is_fraud", value="1", at_least=0.5, at_most=0.1)


@pytest.mark.parametrize("place", ["features", "request"])
def test_the_label_among_what_a_model_sees_is_refused_at_synth(place: str) -> None:
    with pytest.raises(ValueError, match=rf"{place}: 'is_fraud' is the label"):
        model(**{place: ("amount", "is_fraud"), **({"on_demand": (), "views": (), "defaults": {}})})
