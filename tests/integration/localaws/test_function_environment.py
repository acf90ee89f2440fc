"""What a Python function finds around itself: variables, libraries, code and layers, as on AWS and no more."""

from __future__ import annotations

import uuid

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.functions import answer_of, archive, invoke, make_function
from tests.integration.localaws.gap import still_open

ENVIRONMENT = "import os\ndef handle(event, context):\n    return dict(os.environ)\n"
OF_AWS = {
    "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_DISABLE_HOST_PREFIX_INJECTION", "AWS_ENDPOINT_URL",
    "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_TASK_ROOT", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH",
    "PYTHONDONTWRITEBYTECODE", "TMPDIR", "TZ", "_HANDLER",
}  # fmt: skip


def test_the_environment_is_the_functions_own_and_awss(aws: Emulator) -> None:
    seen = answer_of(aws, ENVIRONMENT, Environment={"Variables": {"MODEL": "fraud", "AWS_REGION": "nowhere"}})[
        "Payload"
    ]
    assert set(seen) - OF_AWS == {"MODEL"}
    assert seen["AWS_REGION"] == "us-east-1"


@pytest.mark.parametrize("library", ["ministack", "hypercorn", "yaml", "localaws", "pip"])
def test_what_no_layer_holds_cannot_be_imported(aws: Emulator, library: str) -> None:
    payload = answer_of(aws, f"import {library}\ndef handle(event, context): pass\n")["Payload"]
    assert payload["errorMessage"].endswith(f"No module named '{library}'")


def test_boto3_is_there_and_finds_the_emulator(aws: Emulator) -> None:
    source = (
        "import boto3\ndef handle(event, context):\n    return boto3.client('sts').get_caller_identity()['Account']\n"
    )
    assert answer_of(aws, source)["Payload"] == "000000000000"


CONTEXT = """
def handle(event, context):
    left = context.get_remaining_time_in_millis()
    return [context.function_name, context.function_version, context.memory_limit_in_mb, 0 < left <= 20_000]
"""


def test_the_context_says_what_runs(aws: Emulator) -> None:
    make_function(aws, "contextual", CONTEXT, MemorySize=512)
    assert invoke(aws, "contextual")["Payload"] == ["contextual", "$LATEST", "512", True]


def layer(emulator: Emulator, files: dict[str, str | bytes]) -> str:
    content = {"ZipFile": archive(files)}
    made = client(emulator, "lambda").publish_layer_version(LayerName=f"layer-{uuid.uuid4().hex[:8]}", Content=content)
    return str(made["LayerVersionArn"])


def test_code_comes_before_layers_and_layers_in_their_order(aws: Emulator) -> None:
    first = layer(aws, {"python/one.py": "x = 'first'", "python/two.py": "x = 'first'", "python/subject.py": "x = 1"})
    second = layer(aws, {"python/two.py": "x = 'second'", "python/lib/python3.11/site-packages/three.py": "x = 'deep'"})
    source = "import one, two\ndef handle(event, context):\n    return [one.x, two.x]\n"
    assert answer_of(aws, source, Layers=[first, second])["Payload"] == ["first", "first"]


WHERE = """
import inside, os
def handle(event, context):
    folder = os.path.dirname(inside.__file__)
    return [folder, os.listdir(folder), os.environ["LAMBDA_TASK_ROOT"]]
"""


def test_a_layer_is_unpacked_once_for_all_and_never_written_to(aws: Emulator) -> None:
    arn = layer(aws, {"python/inside.py": "x = 1"})
    seen = [answer_of(aws, WHERE, Layers=[arn])["Payload"] for _ in range(2)]
    assert seen[0] == seen[1]
    assert seen[0][1] == ["inside.py"]


def test_upstream_lends_its_libraries(upstream: Emulator) -> None:
    source = "import ministack\ndef handle(event, context):\n    return 'lent'\n"
    still_open("function_environment", answer_of(upstream, source)["Payload"] != "lent")


def test_upstream_unpacks_a_layer_for_each_worker(upstream: Emulator) -> None:
    arn = layer(upstream, {"python/inside.py": "x = 1"})
    seen = [answer_of(upstream, WHERE, Layers=[arn])["Payload"][0] for _ in range(2)]
    still_open("package_cache", seen[0] == seen[1])
