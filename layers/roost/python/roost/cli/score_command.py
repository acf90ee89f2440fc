"""``roost score``: a prediction over HTTP, as an application would ask for it."""

import json
import sys
from typing import Annotated, Any

import typer

from roost.adapters.signed_http import HttpAnswer, SignedHttp, curl_command
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import complain, out, print_json, table
from roost.cli.options import Json, Model
from roost.errors import MalformedRequest


@stage_command
def score(
    model: Model,
    fields: Annotated[list[str] | None, typer.Option("--field", "-f", help="name=value, as often as needed.")] = None,
    body: Annotated[
        str, typer.Option("--body", "--json-body", help="The request as JSON; - reads standard input.")
    ] = "",
    curl: Annotated[bool, typer.Option("--curl", help="Print the curl command instead.")] = False,
    as_json: Json = False,
) -> None:
    """Score one request. Example: `roost score fraud -f customer_id=5 -f terminal_id=7 -f amount=50.5`."""
    request = _request(fields or [], sys.stdin.read() if body == "-" else body)
    url = CHOICES.target().platform().predictions_url(model)
    if curl:
        print(curl_command(url, request))
        return
    _show(SignedHttp().post(url, request), as_json)


def _request(fields: list[str], body: str) -> dict[str, Any]:
    try:
        request = json.loads(body) if body else {}
    except ValueError as error:
        raise MalformedRequest(f"--body is not valid JSON: {error}") from None
    if not isinstance(request, dict):
        raise MalformedRequest(f'--body is {body!r}; write an object such as {{"amount": 12.5}}')
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise MalformedRequest(f"--field {field!r}: write name=value")
        request[name] = _value(value)
    return request


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _show(answer: HttpAnswer, as_json: bool) -> None:
    document = answer.document
    if as_json:
        print_json({"status": answer.status, **document})
    elif answer.status == 200:
        rows = [
            (name, json.dumps(value) if isinstance(value, dict | list) else value) for name, value in document.items()
        ]
        out.print(table(f"{answer.status} in {answer.milliseconds:.0f} ms", ("field", "value"), rows))
    else:
        complain(f"{answer.status} {document.get('title', '')}".strip(), _detail(document))
    if answer.status != 200:
        raise typer.Exit(1)


def _detail(problem: dict[str, Any]) -> str:
    """What went wrong: of a problem document, or of API Gateway's own answer."""
    detail = str(problem.get("detail") or problem.get("message") or problem)
    return f"{detail} (field {problem['field']})" if problem.get("field") else detail
