"""A deployment never moves traffic: version and alias are the same in every template."""

from pathlib import Path
from typing import Any

from roost import names
from roost.spec import model_names
from tests.infrastructure.conftest import STAGE, of_type, synthesized

OWNED = ("AWS::Lambda::Version", "AWS::Lambda::Alias")


def owned(resources: dict[str, Any]) -> dict[str, Any]:
    return {name: item for kind in OWNED for name, item in of_type(resources, kind).items()}


def scoring(resources: dict[str, Any]) -> dict[str, Any]:
    functions = of_type(resources, "AWS::Lambda::Function").values()
    wanted = names.scoring_function(STAGE, "fraud")
    return next(f["Properties"] for f in functions if f["Properties"]["FunctionName"] == wanted)


def test_other_code_changes_the_function_but_not_its_version_or_alias(platform: dict[str, Any], tmp_path: Path) -> None:
    other = synthesized(tmp_path, python_version="3.12")[names.stack(STAGE, "platform")]["Resources"]
    assert scoring(other) != scoring(platform)
    assert owned(other) == owned(platform)
    assert len(owned(platform)) == 2 * len(model_names())


def test_the_alias_starts_at_the_version_that_serves_no_model(platform: dict[str, Any]) -> None:
    aliases, versions = of_type(platform, "AWS::Lambda::Alias").values(), of_type(platform, "AWS::Lambda::Version")
    first = [alias["Properties"]["FunctionVersion"]["Fn::GetAtt"] for alias in aliases]
    assert sorted(first) == sorted([version, "Version"] for version in versions)
    assert {alias["Properties"]["Name"] for alias in aliases} == {names.LIVE_ALIAS}
    assert scoring(platform)["Environment"]["Variables"]["ROOST_PACKAGE"] == ""


def test_newer_runtimes_get_a_snapshot(tmp_path: Path) -> None:
    newer = synthesized(tmp_path, python_version="3.13")[names.stack(STAGE, "platform")]["Resources"]
    assert scoring(newer)["SnapStart"] == {"ApplyOn": "PublishedVersions"}
