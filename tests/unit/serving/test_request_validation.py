"""Validation of scoring requests against a package's signature."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.request_validation import validated
from roost.errors import InvalidField

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def column(name: str, kind: str, **rules: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "nullable": False, "minimum": None, "maximum": None, "allowed": [], **rules}


SIGNATURE = [
    column("event_time", "timestamp"),
    column("customer_id", "integer", minimum=0),
    column("amount", "decimal", minimum=0, maximum=100_000),
    column("channel", "string", allowed=["web", "shop"]),
    column("vip", "boolean"),
    column("note", "string", nullable=True),
]
GOOD = {"customer_id": 7, "amount": 12.5, "channel": "web", "vip": True}


def check(**changes: Any) -> dict[str, Any]:
    return validated(SIGNATURE, {**GOOD, **changes}, NOW, "event_time")


def test_a_good_request_is_read_by_column() -> None:
    assert check(event_time="1970-01-02T00:00:00Z") == {
        "event_time": 86_400.0, "customer_id": 7, "amount": 12.5, "channel": "web", "vip": 1.0, "note": None,
    }  # fmt: skip


def test_a_missing_event_time_means_now() -> None:
    assert check()["event_time"] == NOW.timestamp()


def test_a_time_without_a_zone_is_utc() -> None:
    assert check(event_time="1970-01-01T01:00:00")["event_time"] == 3600.0


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("amount", "12", "must be a number, not a string"),
        ("amount", True, "must be a number, not a boolean"),
        ("amount", float("nan"), "finite"),
        ("amount", float("inf"), "finite"),
        ("amount", 10**400, "finite"),
        ("amount", -1, "at least 0"),
        ("amount", 100_001, "at most 100000"),
        ("customer_id", 1.5, "must be an integer, not a number"),
        ("customer_id", 2**63, "64 bits"),
        ("customer_id", None, "is required"),
        ("channel", "fax", "must be one of web, shop"),
        ("channel", "x" * 300, "at most 256"),
        ("channel", ["web"], "not a list"),
        ("vip", 1, "true or false"),
        ("event_time", "yesterday", "ISO 8601"),
        ("event_time", None, "is required"),
        ("amonut", 1, "unknown field"),
    ],
)
def test_a_bad_value_is_refused_with_its_field(field: str, value: Any, told: str) -> None:
    with pytest.raises(InvalidField, match=told) as refused:
        check(**{field: value})
    assert refused.value.field == field
    assert refused.value.status == 422


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InvalidField, match="amount is required"):
        validated(SIGNATURE, {k: v for k, v in GOOD.items() if k != "amount"}, NOW, "event_time")


@pytest.mark.parametrize("body", [[], "x", 3, None, True])
def test_only_an_object_is_a_request(body: Any) -> None:
    with pytest.raises(InvalidField, match="must be a JSON object"):
        validated(SIGNATURE, body, NOW, "event_time")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([c["name"] for c in SIGNATURE]) | st.text(max_size=5), JSON))
def test_any_json_is_read_or_refused_by_name(body: dict[str, Any]) -> None:
    try:
        values = validated(SIGNATURE, body, NOW, "event_time")
    except InvalidField as refused:
        assert refused.detail
    else:
        assert set(values) == {c["name"] for c in SIGNATURE}
