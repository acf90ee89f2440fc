"""PlanReproduction and CompareReproduction: from a version's lineage to the proof that it gives the same package."""

import json
from collections.abc import Mapping
from typing import Any

from roost.domain.differences import differences
from roost.errors import NotReproduced
from roost.object_keys import SEARCH_REPORT, run_key
from roost.ports import ObjectStore, PipelinePorts
from roost.workflows.package_manifests import read_manifest

RECORDED = ("candidate", "estimator", "parameters", "seed")
MADE_FROM = ("dataset", "datasets", "training_set", "code")
SHOWN = 8


def plan_reproduction(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """What the steps must be told to make ``event["request"]["version"]`` again, from the version's own package.

    ``other_code`` says whether ``event["code"]``, which is deployed, is other code than made the version.

    Raises:
        UnknownVersion: the model has no such version.
        NotReproduced: the request names none, or the version's package is gone, so that nothing can be compared.
        PackageCorrupted: the package is not what its digest says.
    """
    model, asked = event["model"], event["request"].get("version")
    if not isinstance(asked, int):
        raise NotReproduced(f'the request must name a version by its number, such as {{"version": 5}}, not {asked!r}')
    version = ports.registry.version(model, asked)
    package = version.package
    lineage = _manifest(package, ports.packages)["lineage"]
    chosen = {name: lineage[name] for name in ("cutoff",) if name in lineage}
    return {
        "version": asked,
        "package": package,
        **{name: lineage[name] for name in MADE_FROM},
        "recorded": {name: lineage[name] for name in RECORDED},
        "request": {**chosen, "datasets": lineage["datasets"], "use_cache": False},
        "search": {"report": run_key(model, version.run, SEARCH_REPORT)},
        "deployed_code": event["code"],
        "other_code": lineage["code"] != event["code"],
    }


def _manifest(package: str, packages: ObjectStore) -> dict[str, Any]:
    try:
        return read_manifest(packages, package)
    except KeyError as error:
        raise NotReproduced(f"package {package} is not in the packages bucket; restore it from its versions") from error


def compare_reproduction(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Compare what came out with ``event["plan"]``; ``training_set`` and ``package`` are the new digests.

    The new package was told the version's code, so that other code alone makes no difference; it is said.

    Raises:
        NotReproduced: a digest differs; the message names the parts of the manifest that do.
    """
    plan = event["plan"]
    if (plan["training_set"], plan["package"]) != (event["training_set"], event["package"]):
        raise NotReproduced(_told(event, plan, ports.packages))
    return {
        "reproduced": plan["package"],
        "version": plan["version"],
        "training_set": plan["training_set"],
        "code": f"other code ({plan['deployed_code']})" if plan["other_code"] else "the same code",
    }


def _told(event: Mapping[str, Any], plan: Mapping[str, Any], packages: ObjectStore) -> str:
    found = differences(_manifest(plan["package"], packages), _manifest(event["package"], packages))
    if plan["training_set"] != event["training_set"]:
        found = {"training set": (plan["training_set"], event["training_set"]), **found}
    parts = [f"{part} was {_short(before)}, is {_short(now)}" for part, (before, now) in list(found.items())[:SHOWN]]
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    code = f"; deployed is {plan['deployed_code']}, it was made by {plan['code']}" if plan["other_code"] else ""
    return (
        f"version {plan['version']} of {event['model']} has package {plan['package']}, training again gave "
        f"{event['package']}: {'; '.join(parts)}{more}{code}"
    )


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 48 else f"{text[:44]} ..."
