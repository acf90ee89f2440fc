"""A source may grow by what old rows can answer, and nothing else; the message says the way out."""

from typing import Any

import pytest

from roost.errors import InvalidDefinition
from roost.spec import Column, ColumnType, Model, Source
from roost.spec.schema_history import SchemaHistory, extended, history_text, read_history
from tests.unit.spec.conftest import model_fields, source, view

FILE = "models/fraud/schema.json"
FIRST = source(
    event_id="payment",
    ingested_at="known",
    columns=(
        *source().columns,
        Column(name="payment", type=ColumnType.INTEGER),
        Column(name="known", type=ColumnType.TIMESTAMP, nullable=True),
        Column(name="rate", type=ColumnType.FLOAT, nullable=True),
    ),
)


def model(read: Source) -> Model:
    return Model(**{**model_fields(), "source": read, "views": (view(source=read),)})


def recorded(read: Source = FIRST) -> SchemaHistory:
    return extended(SchemaHistory(), model(read), FILE)


def altered(name: str, **changes: Any) -> Source:
    """The first source with one column changed."""
    columns = tuple(c.model_copy(update=changes) if c.name == name else c for c in FIRST.columns)
    return Source(**{**dict(FIRST), "columns": columns})


def without(column: str, **changes: Any) -> Source:
    return Source(**{**dict(FIRST), "columns": tuple(c for c in FIRST.columns if c.name != column), **changes})


def grown(**column: Any) -> Source:
    new = Column(**{"name": "colour", "type": ColumnType.STRING, "nullable": True, **column})
    return Source(**{**dict(FIRST), "columns": (*FIRST.columns, new)})


def changed(**fields: Any) -> Source:
    """The first source with ``seen``, which was there before, in another role."""
    return Source(**{**dict(FIRST), **fields})


@pytest.mark.parametrize(
    "now",
    [
        FIRST,
        grown(),
        grown(type=ColumnType.DECIMAL, decimals=2),
        altered("amount", nullable=True),
        altered("amount", description="in euros", minimum=0, maximum=5),
        altered("channel", allowed=("web", "shop")),
        altered("customer", decimals=3),
        Source(**{**dict(FIRST), "columns": FIRST.columns[::-1]}),
        Source(**{**dict(FIRST), "description": "payments", "min_rows": 9, "max_rejected_share": 0.5}),
    ],
    ids=["nothing", "nullable column", "nullable amount", "nullable", "bounds", "allowed", "whole", "order",
         "rules"],
)  # fmt: skip
def test_what_old_rows_survive_is_allowed_and_recorded(now: Source) -> None:
    after = extended(recorded(), model(now), FILE)
    assert after == recorded(now)
    assert set(after.sources["payments"].columns) == {column.name for column in now.columns}


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (without("rate"), "column 'rate' is gone: keep it, with nullable=True, and stop using it"),
        (altered("channel", type=ColumnType.INTEGER), "column 'channel' has type integer and had string: keep string"),
        (altered("amount", type=ColumnType.FLOAT), "column 'amount' has type float and had decimal: keep decimal"),
        (altered("amount", decimals=3), "column 'amount' has decimals=3 and had 2: keep 2"),
        (altered("rate", decimals=3), "column 'rate' has decimals=3 and had 6: keep 6"),
        (altered("rate", nullable=False), "column 'rate' was nullable, so stored rows may lack it: keep nullable=True"),
        (grown(nullable=False), "column 'colour' is new, so stored rows lack it: declare it with nullable=True"),
        (changed(event_time="known"), "event_time is 'known' and was 'at'"),
        (changed(event_id="customer"), "event_id is 'customer' and was 'payment'"),
        (changed(event_id=None), "event_id is None and was 'payment', which changes what stored rows mean"),
        (changed(ingested_at="at"), "ingested_at is 'at' and was 'known', which changes what stored rows mean: keep"),
        (changed(ingested_at=None), "ingested_at is None and was 'known'"),
    ],
)
def test_what_old_rows_do_not_survive_is_refused(now: Source, told: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        extended(recorded(), model(now), FILE)
    assert f"\n  - {told}" in str(caught.value)


def test_a_new_role_is_refused_too() -> None:
    plain = changed(event_id=None, ingested_at=None)
    with pytest.raises(InvalidDefinition) as caught:
        extended(recorded(plain), model(FIRST), FILE)
    assert "event_id is 'payment' and was None" in str(caught.value)
    assert "ingested_at is 'known' and was None" in str(caught.value)


def test_a_refusal_names_file_and_source_lists_every_change_and_the_ways_out() -> None:
    renamed = without("rate", columns=(*without("rate").columns, Column(name="ratio", type=ColumnType.FLOAT)))
    with pytest.raises(InvalidDefinition) as caught:
        extended(recorded(), model(renamed), FILE)
    assert str(caught.value).splitlines() == [
        "models/fraud/definition.py: source 'payments' does not fit its stored rows, as models/fraud/schema.json "
        "records them:",
        "  - column 'rate' is gone: keep it, with nullable=True, and stop using it",
        "  - column 'ratio' is new, so stored rows lack it: declare it with nullable=True",
        "Or give the source a new name and land its history there. What was never deployed may be deleted from "
        "models/fraud/schema.json",
    ]


def test_a_source_of_a_new_name_starts_anew_and_the_old_one_is_remembered() -> None:
    moved = without("rate", name="card_payments")
    after = extended(recorded(), model(moved), FILE)
    assert set(after.sources) == {"payments", "card_payments"}
    with pytest.raises(InvalidDefinition, match="column 'rate' is gone"):
        extended(after, model(without("rate")), FILE)


def test_a_source_that_only_a_view_reads_is_recorded_too() -> None:
    other = source(name="refunds")
    views = (view(source=FIRST), view(name="refunded", source=other))
    both = Model(**{**model_fields(), "source": FIRST, "views": views})
    after = extended(recorded(), both, FILE)
    assert set(after.sources) == {"payments", "refunds"}
    retyped = tuple(c.model_copy(update={"decimals": 4}) if c.name == "amount" else c for c in other.columns)
    views = (view(source=FIRST), view(name="refunded", source=source(name="refunds", columns=retyped)))
    with pytest.raises(InvalidDefinition, match="source 'refunds' does not fit"):
        extended(after, both.model_copy(update={"views": views}), FILE)


def test_a_column_that_was_deleted_from_the_record_may_go() -> None:
    columns = {name: c for name, c in recorded().sources["payments"].columns.items() if name != "rate"}
    forgotten = recorded().sources["payments"].model_copy(update={"columns": columns})
    after = extended(SchemaHistory(sources={"payments": forgotten}), model(without("rate")), FILE)
    assert set(after.sources["payments"].columns) == set(columns)


def test_a_record_is_read_as_it_was_written_and_written_the_same() -> None:
    text = history_text(recorded())
    assert read_history(text, FILE) == recorded()
    assert (
        history_text(read_history(text, FILE)) == text == history_text(recorded(changed(columns=FIRST.columns[::-1])))
    )
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "models/fraud/schema.json: the file: Invalid JSON.*restore it from version control"),
        ('{"source": {}}', "models/fraud/schema.json: source: Extra inputs are not permitted"),
        ('{"sources": {"payments": {"columns": {}}}}', "sources.payments.event_time: Field required"),
        (history_text(recorded()).replace('"decimal"', '"money"'), "columns.amount.type: Input should be 'integer'"),
    ],
)
def test_a_record_that_was_spoiled_is_named(text: str, told: str) -> None:
    with pytest.raises(InvalidDefinition, match=told):
        read_history(text, FILE)
