"""A stack update calls nothing for a resource whose properties did not change, so a deployment moves no traffic."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


class Stack:
    """A function, its first version and an alias, made and changed by CloudFormation."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator, self.name = emulator, f"stack-{uuid.uuid4().hex[:8]}"
        self.cloudformation, self.functions = client(emulator, "cloudformation"), client(emulator, "lambda")
        self.cloudformation.create_stack(**self._request())
        self.settled()

    def _request(self, code: str = "one", setting: str = "a", topic: str = "first") -> dict[str, Any]:
        function = {
            "FunctionName": self.name,
            "Runtime": "python3.11",
            "Handler": "index.handle",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": f"def handle(event, context):\n    return '{code}'\n"},
            "Environment": {"Variables": {"SETTING": setting}},
        }
        ref = {"Ref": "Function"}
        alias = {"FunctionName": ref, "FunctionVersion": {"Fn::GetAtt": ["First", "Version"]}, "Name": "live"}
        resources: dict[str, Any] = {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "First": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": ref, "Description": "first"}},
            "Live": {"Type": "AWS::Lambda::Alias", "Properties": alias},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": topic}},
        }
        body = json.dumps({"Resources": resources})
        return {"StackName": self.name, "TemplateBody": body, "Capabilities": ["CAPABILITY_IAM"]}

    def settled(self) -> str:
        def status() -> str:
            return str(self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"])

        return eventually(status, lambda seen: not seen.endswith("PROGRESS"))

    def update(self, **changes: str) -> None:
        self.cloudformation.update_stack(**self._request(**changes))
        assert self.settled() == "UPDATE_COMPLETE"

    def release(self) -> None:
        self.functions.update_function_configuration(FunctionName=self.name, Description="a release")
        version = self.functions.publish_version(FunctionName=self.name)["Version"]
        routing = {"AdditionalVersionWeights": {version: 0.25}}
        self.functions.update_alias(FunctionName=self.name, Name="live", RoutingConfig=routing)

    def traffic(self) -> tuple[str, Any, str]:
        alias = self.functions.get_alias(FunctionName=self.name, Name="live")
        return alias["FunctionVersion"], alias.get("RoutingConfig"), alias["RevisionId"]

    def versions(self) -> list[str]:
        listed = self.functions.list_versions_by_function(FunctionName=self.name)["Versions"]
        return [version["Version"] for version in listed]


@pytest.mark.parametrize("change", [{"topic": "second"}, {"code": "two"}, {"setting": "b"}], ids=str)
def test_an_update_leaves_the_alias_and_the_first_version_alone(aws: Emulator, change: dict[str, str]) -> None:
    stack = Stack(aws)
    stack.release()
    traffic, versions = stack.traffic(), stack.versions()
    stack.update(**change)
    assert (stack.traffic(), stack.versions()) == (traffic, versions)


def test_an_update_of_nothing_is_refused_as_on_aws(aws: Emulator) -> None:
    stack = Stack(aws)
    with pytest.raises(stack.cloudformation.exceptions.ClientError, match="No updates are to be performed"):
        stack.update()
