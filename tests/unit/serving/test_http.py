"""Bodies in, problem documents out."""

import base64
import json
from typing import Any

import pytest

from roost.domain.http import MAX_BODY, answer, parsed_body, problem
from roost.errors import InvalidField, MalformedRequest, NoModelReleased, RequestTooLarge


def test_a_json_body_is_parsed_plain_or_base64() -> None:
    assert parsed_body({"body": '{"a": 1}'}) == {"a": 1}
    encoded = base64.b64encode(b'{"a": 1}').decode()
    assert parsed_body({"body": encoded, "isBase64Encoded": True}) == {"a": 1}


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"body": None},
        {"body": "  "},
        {"body": "{"},
        {"body": "[" * 30_000},
        {"body": "???", "isBase64Encoded": True},
        {"body": base64.b64encode(b"\xff\xfe").decode(), "isBase64Encoded": True},
    ],
)
def test_anything_else_is_malformed(event: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        parsed_body(event)


def test_a_large_body_is_refused_by_its_bytes() -> None:
    with pytest.raises(RequestTooLarge, match=str(MAX_BODY)):
        parsed_body({"body": json.dumps("é" * (MAX_BODY // 2), ensure_ascii=False)})


def test_a_problem_names_status_detail_and_field() -> None:
    assert problem(InvalidField("amount must be a number", "amount"), "r-1") == {
        "type": "urn:roost:problem:invalid-field", "title": "Invalid field", "status": 422,
        "detail": "amount must be a number", "field": "amount", "instance": "r-1",
    }  # fmt: skip


def test_a_problem_without_a_field_has_none() -> None:
    document = problem(NoModelReleased("nothing yet"))
    assert document["type"] == "urn:roost:problem:no-model-released"
    assert not {"field", "instance"} & set(document)


def test_an_answer_is_what_api_gateway_expects_of_a_proxy() -> None:
    assert answer(422, "{}", "application/problem+json") == {
        "statusCode": 422, "headers": {"Content-Type": "application/problem+json"}, "body": "{}",
    }  # fmt: skip
