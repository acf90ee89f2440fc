"""cdk-nag and cfn-lint have nothing to say."""

import json
from pathlib import Path

import aws_cdk
import pytest
from aws_cdk import aws_s3 as s3
from cfnlint import ManualArgs, lint

from tests.infrastructure.conftest import app_at

IGNORED = ["W3005"]  # the CDK states dependencies that references imply already


@pytest.mark.parametrize("streams", ["false", "true"])
def test_cdk_nag_finds_nothing_that_is_not_acknowledged(tmp_path: Path, streams: str) -> None:
    app_at(tmp_path, streams=streams).synth()
    report = json.loads((tmp_path / "out" / "validation-report.json").read_text())
    assert report["pluginReports"] == []


def test_a_synth_fails_on_what_cdk_nag_finds(tmp_path: Path) -> None:
    app = app_at(tmp_path)
    s3.Bucket(aws_cdk.Stack(app, "Careless"), "Open")
    with pytest.raises(RuntimeError, match="AwsSolutions-S10"):
        app.synth()


@pytest.mark.parametrize("stage", ["templates", "streaming"])
def test_cfn_lint_finds_nothing(stage: str, request: pytest.FixtureRequest) -> None:
    for template in request.getfixturevalue(stage).values():
        found = lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"], ignore_checks=IGNORED))
        assert [f"{match.rule.id} {match.message}" for match in found] == []
