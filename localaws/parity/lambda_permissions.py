"""Calls to Lambda are authorised by their own action, on the version or alias that they name.

On AWS reading an alias asks for ``lambda:GetAlias``, moving it for ``lambda:UpdateAlias``, deleting it for
``lambda:DeleteAlias``; and a call with a qualifier is made on the qualified function. The emulator asks for
``lambda:ListAliases`` for the first three, and leaves the qualifier out.

AWS: "Actions, resources, and condition keys for AWS Lambda",
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html, and "Resources and conditions
for Lambda actions", https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions

from localaws.parity.patching import Function, wrap

ALIAS_ACTIONS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}


def close() -> None:
    """Correct the action and the resource that are asked for."""
    wrap(iam_actions, "_lambda_action", _action)
    wrap(iam_actions, "extract_resource_arn", _resource)


def _action(original: Function, method: str, path: str) -> Any:
    _, _, rest = path.partition("/aliases/")
    return ALIAS_ACTIONS.get(method) if rest.strip("/") else original(method, path)


def _resource(original: Function, service: str, method: str, path: str, *more: Any) -> Any:
    arn = original(service, method, path, *more)
    _headers, _body, query = more[:3]
    qualifier = query.get("Qualifier") if service == "lambda" and query else None
    if not qualifier or arn.partition(":function:")[2].count(":"):
        return arn
    return f"{arn}:{qualifier[0] if isinstance(qualifier, list) else qualifier}"
