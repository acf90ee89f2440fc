"""The checker of imports sees a violation however it is written, and leaves honest code alone."""

from pathlib import Path

import pytest

from tests.unit.tooling.conftest import Plant
from tests.unit.tooling.import_rules import violations

ROOST = "layers/roost/python/roost"


@pytest.mark.parametrize(
    ("file", "code", "rule"),
    [
        (f"{ROOST}/domain/windows.py", "import boto3", "domain imports boto3"),
        (f"{ROOST}/domain/windows.py", "import pandas as pd", "domain imports pandas"),
        (f"{ROOST}/domain/windows.py", "from roost.adapters.s3_objects import X", "domain imports adapters"),
        (f"{ROOST}/domain/windows.py", "from roost import ports", "domain imports ports"),
        (f"{ROOST}/domain/windows.py", "from ..workflows import training", "domain imports workflows"),
        (f"{ROOST}/domain/deep/er.py", "from ...spec import X", "domain imports spec"),
        (f"{ROOST}/domain/windows.py", "def f():\n    import pydantic", "domain imports pydantic"),
        (f"{ROOST}/domain/windows.py", "import pathlib", "domain imports pathlib"),
        (f"{ROOST}/domain/windows.py", "import time", "domain imports time"),
        (f"{ROOST}/domain/windows.py", "open('x')", "opens a file"),
        (f"{ROOST}/domain/windows.py", "from datetime import datetime\ndatetime.now()", "reads the clock"),
        (f"{ROOST}/workflows/x.py", "import datetime\ndatetime.date.today()", "reads the clock"),
        (f"{ROOST}/workflows/x.py", "from datetime import datetime\nclock = datetime.utcnow", "reads the clock"),
        (f"{ROOST}/workflows/x.py", "import time\ntime.time()", "reads the clock"),
        (f"{ROOST}/workflows/x.py", "from time import time", "workflows imports time.time"),
        (f"{ROOST}/workflows/x.py", "from datetime import datetime as dt\ndt.now()", "reads the clock"),
        (f"{ROOST}/workflows/x.py", "from roost.adapters import s3_objects", "workflows imports adapters"),
        (f"{ROOST}/workflows/x.py", "import botocore.exceptions", "workflows imports botocore"),
        (f"{ROOST}/workflows/x.py", "from mypy_boto3_s3 import S3Client", "workflows imports mypy_boto3_s3"),
        (f"{ROOST}/workflows/x.py", "__import__('boto3')", "workflows imports boto3"),
        (
            f"{ROOST}/workflows/x.py",
            "import importlib\nimportlib.import_module('sklearn')",
            "workflows imports sklearn",
        ),
        (f"{ROOST}/adapters/s3.py", "from roost.workflows import x", "adapters imports workflows"),
        (f"{ROOST}/adapters/s3.py", "from functions.training import x", "adapters imports functions"),
        (f"{ROOST}/serving_wiring.py", "import boto3", "wiring imports boto3"),
        (f"{ROOST}/newcomer.py", "", "newcomer has no place in tests/unit/tooling/import_rules.py"),
        ("functions/serving/score.py", "from roost.domain import x", "functions imports domain"),
        ("functions/serving/score.py", "from roost.adapters import x", "functions imports adapters"),
        ("infra/platform_stack.py", "import boto3", "infra imports boto3"),
        ("infra/platform_stack.py", "from roost.workflows import x", "infra imports workflows"),
        ("models/fraud/features.py", "import sklearn", "models imports sklearn"),
        ("localaws/x.py", "from roost.adapters import x", "localaws imports adapters"),
        (f"{ROOST}/adapters/s3.py", "import os\nos.environ['X']", "reads the environment"),
        (f"{ROOST}/adapters/s3.py", "import os as o\no.getenv('X')", "reads the environment"),
        (f"{ROOST}/adapters/s3.py", "from os import environ as e", "reads the environment"),
        (f"{ROOST}/adapters/s3.py", "from os import *", "reads the environment"),
        (f"{ROOST}/adapters/settings.py", "import os\nos.environ", "reads the environment"),
        ("infra/config.py", "import os\nos.environ", "reads the environment"),
    ],
)
def test_a_violation_is_found(plant: Plant, file: str, code: str, rule: str) -> None:
    root = plant({file: code})
    assert [(found.file, found.rule) for found in violations(root)] == [(file, rule)]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (f"{ROOST}/domain/windows.py", "import numpy as np\nfrom roost.errors import X\nfrom .registry import Y"),
        (f"{ROOST}/domain/windows.py", "from datetime import datetime\ndatetime.fromisoformat('2026-01-01')"),
        (f"{ROOST}/workflows/x.py", "from roost.ports import Clock\ndef f(clock: Clock):\n    return clock.now()"),
        (f"{ROOST}/workflows/x.py", "import time\nstarted = time.perf_counter()"),
        (f"{ROOST}/workflows/x.py", "def f(store):\n    return store.open()"),
        (f"{ROOST}/adapters/s3.py", "import boto3\nfrom mypy_boto3_s3 import S3Client\nfrom roost.domain import x"),
        (f"{ROOST}/settings.py", "import os\nos.environ.get('X')"),
        (f"{ROOST}/cli/app.py", "import typer\nimport localaws\nfrom roost import __version__, names"),
        ("functions/serving/score.py", "from roost.serving_wiring import x\nfrom roost.entrypoint import y"),
        ("infra/app.py", "import aws_cdk\nfrom infra.config import x\nfrom roost.settings import y"),
        ("models/fraud/features.py", "import numpy\nfrom roost.spec import Entity\nfrom .population import x"),
        ("localaws/x.py", "import os\nimport botocore\nos.environ"),
    ],
)
def test_honest_code_passes(plant: Plant, file: str, code: str) -> None:
    assert violations(plant({file: code})) == []


def test_an_empty_tree_passes(tmp_path: Path) -> None:
    assert violations(tmp_path) == []


def test_a_violation_reads_as_a_place_and_a_rule(plant: Plant) -> None:
    root = plant({"infra/app.py": "import aws_cdk\nimport boto3"})
    assert [str(found) for found in violations(root)] == ["infra/app.py:2 infra imports boto3"]
