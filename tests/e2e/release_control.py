"""The releases of the deployed model, as a person with credentials steers them."""

import json
from datetime import UTC, datetime
from typing import Any

from roost import names
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.step_functions_releases import StepFunctionsReleases
from roost.domain.registry import Actor, Release
from roost.names import ReleaseStatus
from tests.e2e.deployment import MODEL, Deployment, wait_until


class Control:
    """The releases of the deployed model, as a person with credentials steers them."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.states = deployment, deployment.client("stepfunctions")
        self.registry = DynamoDBRegistryStore(deployment.outputs[names.Output.REGISTRY_TABLE])
        self.runs = StepFunctionsReleases(deployment.releasing, self.states)

    def start(self, **request: Any) -> str:
        """Start a release; answers its ARN."""
        asked = json.dumps({"requested_by": "e2e", **request})
        return str(self.states.start_execution(stateMachineArn=self.deployment.releasing, input=asked)["executionArn"])

    def shifted(self) -> dict[str, Any]:
        """Wait until a canary has its share; answers its weights."""

        def weights() -> dict[str, Any]:
            routing = self.deployment.alias().get("RoutingConfig") or {}
            return dict(routing.get("AdditionalVersionWeights") or {})

        return dict(wait_until(weights))

    def settled(self, run: str) -> Release:
        """Wait until a release has an end in the registry, and the model is free; answers its record."""
        wait_until(lambda: not self.registry.head(MODEL).active_release)
        return self.registry.release(MODEL, run.rpartition(":")[2])

    def succeeded(self, run: str) -> bool:
        """Wait until a release has ended; one that failed says here why."""
        ended = self.deployment.finished(run)
        assert ended.status == "SUCCEEDED", f"{ended.error}: {ended.cause}"
        return True

    def actor(self, name: str) -> Actor:
        return Actor(name, datetime.now(UTC))

    def in_agreement(self) -> None:
        """Alias and registry tell the same, and nothing is under way."""
        head = self.registry.head(MODEL)
        done = [release for release in self.registry.releases(MODEL) if release.status is ReleaseStatus.COMPLETED]
        last = max(done, key=lambda release: release.finished_at)
        alias = self.deployment.alias()
        assert (head.active_release, head.champion) == ("", last.version)
        assert alias["FunctionVersion"] == last.function_version
        assert not (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
