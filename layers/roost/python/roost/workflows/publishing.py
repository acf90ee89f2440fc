"""PublishVersion: freeze the present code with the package of the version under release."""

from dataclasses import replace
from typing import Any

from roost.domain.registry import Actor, Change, ModelHead
from roost.domain.release_moves import release_progress, running
from roost.ports import PipelinePorts
from roost.settings import ScoringSettings
from roost.workflows.registry_moves import move

ACTOR = "release pipeline"


def publish_version(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Publish a function version that serves the planned package; returns its number.

    Raises:
        ReleaseNotRunning: the release was ended meanwhile.
    """
    model, plan, identifier = event["model"], event["plan"], event["release"]
    frozen = {
        ScoringSettings.variable("package"): plan["package"],
        ScoringSettings.variable("model_version"): str(plan["version"]),
        ScoringSettings.variable("arms"): "",
    }
    function_version = ports.endpoint(model).publish(frozen, f"{model} version {plan['version']}")
    actor, detail = Actor(ACTOR, ports.clock.now()), {"function_version": function_version}

    def published(head: ModelHead) -> Change | None:
        release = running(head, ports.registry.release(model, identifier))
        if release.function_version == function_version:
            return None
        return release_progress(head, replace(release, function_version=function_version), actor, detail)

    move(ports.registry, model, published)
    return {"function_version": function_version}
