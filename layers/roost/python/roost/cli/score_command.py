"""``roost score``: a prediction over HTTP, as an application would ask for it."""

import json
import sys
from typing import Annotated, Any

import typer

from roost.adapters.signed_http import HttpAnswer, SignedHttp
from roost.cli.context import CHOICES, command
from roost.cli.display import err, out, print_json, table
from roost.errors import MalformedRequest


@command
def score(
    model: Annotated[str, typer.Argument(help="Model project.")],
    fields: Annotated[list[str] | None, typer.Option("--field", "-f", help="name=value, as often as needed.")] = None,
    body: Annotated[str, typer.Option(help="The request as JSON; - reads standard input.")] = "",
    curl: Annotated[bool, typer.Option("--curl", help="Print the curl command instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score one request. Example: `roost score fraud -f customer_id=5 -f terminal_id=7 -f amount=50.5`."""
    request = _request(fields or [], sys.stdin.read() if body == "-" else body)
    url = CHOICES.target().platform().predictions_url(model)
    if curl:
        print(_curl(url, request))
        return
    _show(SignedHttp().post(url, request), as_json)


def _request(fields: list[str], body: str) -> dict[str, Any]:
    try:
        request: dict[str, Any] = json.loads(body) if body else {}
    except ValueError as error:
        raise MalformedRequest(f"--body is not valid JSON: {error}") from None
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


def _curl(url: str, request: dict[str, Any]) -> str:
    return (
        'curl --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" '
        f"-H 'Content-Type: application/json' -d '{json.dumps(request)}' {url}"
    )


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
        field = f" (field {document['field']})" if "field" in document else ""
        err.print(f"[bold red]{answer.status} {document.get('title')}[/]: {document.get('detail')}{field}")
    if answer.status != 200:
        raise typer.Exit(1)
