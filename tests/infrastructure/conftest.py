"""One synth for all tests, with stand-ins for the third-party layers."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk.assertions import Template

from infra.app import build_app
from infra.constructs.code_staging import REPOSITORY
from infra.layer_build import LayerAsset
from roost import names

STAGE = "test"
FEATURE_FLAGS = json.loads((REPOSITORY / "cdk.json").read_text())["context"]


def app_at(folder: Path, **context: str) -> aws_cdk.App:
    """The app of one stage, with the feature flags of a real deployment."""
    app = aws_cdk.App(outdir=str(folder / "out"), context={**FEATURE_FLAGS, "stage": STAGE, "code": "abc", **context})
    return build_app(app, stand_in_layers(folder))


def stand_in_layers(folder: Path) -> Any:
    def build(layers: tuple[str, ...], _python: str, _architecture: str) -> dict[str, LayerAsset]:
        return {name: LayerAsset(_archive(folder, name), f"{name:0<64}") for name in layers}

    return build


def _archive(folder: Path, name: str) -> Path:
    path = folder / f"{name}.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"python/{name}.py", "")
    path.write_bytes(buffer.getvalue())
    return path


def synthesized(folder: Path, **context: str) -> dict[str, Any]:
    """Templates by stack name."""
    app = app_at(folder, **context)
    return {stack.node.id: Template.from_stack(stack).to_json() for stack in app.node.children if _is_stack(stack)}


def _is_stack(construct: Any) -> bool:
    return isinstance(construct, aws_cdk.Stack)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return synthesized(tmp_path_factory.mktemp("synth"))


@pytest.fixture(scope="session")
def platform(templates: dict[str, Any]) -> dict[str, Any]:
    resources: dict[str, Any] = templates[names.stack(STAGE, "platform")]["Resources"]
    return resources


@pytest.fixture(scope="session")
def storage(templates: dict[str, Any]) -> dict[str, Any]:
    resources: dict[str, Any] = templates[names.stack(STAGE, "storage")]["Resources"]
    return resources


@pytest.fixture(scope="session")
def streaming(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Templates of a stage with streams."""
    return synthesized(tmp_path_factory.mktemp("streaming"), streams="true")


@pytest.fixture(scope="session")
def streaming_platform(streaming: dict[str, Any]) -> dict[str, Any]:
    resources: dict[str, Any] = streaming[names.stack(STAGE, "platform")]["Resources"]
    return resources


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: item for name, item in resources.items() if item["Type"] == kind}


def flat(value: Any) -> str:
    """A template value as text, references in angle brackets."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(flat(part) for part in value["Fn::Join"][1])
    if "Fn::GetAtt" in value:
        return f"<{value['Fn::GetAtt'][0]}>"
    return f"<{value['Ref']}>" if "Ref" in value else json.dumps(value)
