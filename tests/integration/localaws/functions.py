"""Lambda functions made of a few lines of source, their versions and their aliases."""

from __future__ import annotations

import io
import json
import textwrap
import uuid
import zipfile
from typing import Any

from localaws import Emulator
from tests.integration.localaws.clients import client

ROLE = "arn:aws:iam::000000000000:role/any"


def archive(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(zipfile.ZipInfo(name), textwrap.dedent(content) if isinstance(content, str) else content)
    return buffer.getvalue()


def make_function(emulator: Emulator, name: str, source: str, **configuration: Any) -> str:
    """Create a function whose module is ``source`` and whose handler is ``handle``; return its ARN."""
    settings = {"Runtime": "python3.11", "Handler": "subject.handle", "Role": ROLE, "Timeout": 20} | configuration
    code = {"ZipFile": archive({"subject.py": source})}
    return str(client(emulator, "lambda").create_function(FunctionName=name, Code=code, **settings)["FunctionArn"])


def publish(emulator: Emulator, name: str, source: str | None = None) -> str:
    """Publish a version, of new code where given; return its number."""
    api = client(emulator, "lambda")
    if source is not None:
        api.update_function_code(FunctionName=name, ZipFile=archive({"subject.py": source}))
    return str(api.publish_version(FunctionName=name)["Version"])


VERSION_SOURCE = "def handle(event, context):\n    return {{'version': context.function_version, 'edition': '{}'}}\n"


def make_canary(emulator: Emulator, name: str, weight: float) -> str:
    """Create a function with versions 1 and 2 and an alias ``live`` on 1 with a weight on 2; return the alias ARN."""
    make_function(emulator, name, VERSION_SOURCE.format("one"))
    publish(emulator, name)
    publish(emulator, name, VERSION_SOURCE.format("two"))
    routing = {"AdditionalVersionWeights": {"2": weight}}
    made = client(emulator, "lambda").create_alias(
        FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=routing
    )
    return str(made["AliasArn"])


def invoke(emulator: Emulator, name: str, payload: Any = None, **options: Any) -> dict[str, Any]:
    """Invoke and return the answer with its payload read: a dict with ``Payload``, ``FunctionError`` and so on."""
    answer = client(emulator, "lambda").invoke(FunctionName=name, Payload=json.dumps(payload), **options)
    return {**answer, "Payload": json.loads(answer["Payload"].read() or "null")}


def answer_of(emulator: Emulator, source: str, payload: Any = None, **configuration: Any) -> dict[str, Any]:
    """Invoke a new function of this source once; the answer holds the end of its log."""
    name = f"once-{uuid.uuid4().hex[:8]}"
    make_function(emulator, name, source, **configuration)
    return invoke(emulator, name, payload, LogType="Tail")
