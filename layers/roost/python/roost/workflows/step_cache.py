"""A step that has run before on the same inputs, by the same code, is not run again: its former results are copied.

A step's answer and the files it wrote under its run's prefix are remembered under a digest of all that decides them:
the step, the code that runs, the part of the definition that it reads, and its event. Nothing else needs to be
declared: files are seen as they are written, so a step that writes one more is cached with it. Failures are never
remembered. What cannot be read, or was changed or removed since, counts as not remembered.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from roost.domain.package import sha256
from roost.object_keys import run_key, step_cache_key
from roost.ports import ObjectStore, PipelinePorts
from roost.workflows.written_files import WrittenFiles

FROM = "cached_from"
NO_INPUT = (FROM, "seconds")  # they tell how an input came to be, not what it is
NOT_ASKED = ("model", "run", "request")
DECIDES = ("cutoff",)  # the parts of a run's request that change what its steps find

Answer = dict[str, Any]
Compute = Callable[[PipelinePorts], Answer]


@dataclass(frozen=True)
class StepRun:
    """A step within a run, and all that decides what it answers.

    ``code`` names the code that runs, ``definition`` is the part of the model that it reads.
    """

    step: str
    event: Mapping[str, Any]
    code: str
    definition: Mapping[str, Any]

    @property
    def model(self) -> str:
        """The model's name."""
        return str(self.event["model"])

    @property
    def run(self) -> str:
        """The run's name."""
        return str(self.event["run"])

    @property
    def wanted(self) -> bool:
        """Whether the run may take what is remembered; it is remembered in any case."""
        return bool(self.event.get("request", {}).get("use_cache", True))

    @property
    def key(self) -> str:
        """Where the step's results are remembered."""
        request = self.event.get("request", {})
        inputs = {name: value for name, value in self.event.items() if name not in NOT_ASKED}
        inputs["request"] = {name: request[name] for name in DECIDES if name in request}
        prefix = run_key(self.model, self.run, "")
        decisive = {
            "step": self.step, "code": self.code, "definition": self.definition, "inputs": _told(inputs, prefix, ""),
        }  # fmt: skip
        return step_cache_key(self.model, self.step, _digest(decisive))


def cached(
    step: StepRun, ports: PipelinePorts, compute: Compute, holds: Callable[[Answer], bool] = lambda _: True
) -> Answer:
    """The remembered answer with ``cached_from``, the run that gave it; else what ``compute`` answers, remembered.

    ``holds`` says whether an answer may be remembered, and whether a remembered one is still good.
    """
    found = _remembered(step, ports.lake, holds) if step.wanted else None
    if found is not None:
        return found
    written = WrittenFiles(ports.lake)
    answer = compute(replace(ports, lake=written))
    if holds(answer):
        _remember(step, answer, written, ports.lake)
    return answer


def _remember(step: StepRun, answer: Answer, written: WrittenFiles, lake: ObjectStore) -> None:
    prefix = run_key(step.model, step.run, "")
    stored = {found.key.removeprefix(prefix): found.version for found in lake.list(prefix) if found.key in written.keys}
    entry = {"run": step.run, "answer": answer, "files": stored}
    body = json.dumps({**entry, "digest": _digest(entry)}, indent=2)
    lake.put(step.key, body.encode(), "application/json")


def _remembered(step: StepRun, lake: ObjectStore, holds: Callable[[Answer], bool]) -> Answer | None:
    try:
        entry = json.loads(lake.get(step.key)) if lake.exists(step.key) else None
        if entry is None or entry.pop("digest") != _digest(entry) or not holds(entry["answer"]):
            return None
        _copy(step, entry["run"], entry["files"], lake)
        mine, theirs = run_key(step.model, step.run, ""), run_key(step.model, entry["run"], "")
        return {**_told(entry["answer"], theirs, mine), FROM: entry["run"]}
    except (KeyError, TypeError, ValueError, AttributeError):  # damaged, or gone meanwhile
        return None


def _digest(document: Mapping[str, Any]) -> str:
    return sha256(json.dumps(document, sort_keys=True).encode())


def _copy(step: StepRun, former: str, files: Mapping[str, str], lake: ObjectStore) -> None:
    """Copy the files of the former run to this one; raises ``KeyError`` if one is not what it was."""
    theirs = run_key(step.model, former, "")
    stored = {found.key: found.version for found in lake.list(theirs)}
    for name, version in files.items():
        if stored[theirs + name] != version:
            raise KeyError(theirs + name)
    for name, version in files.items():
        if former != step.run:
            lake.copy(theirs + name, run_key(step.model, step.run, name), version)


def _told(value: Any, prefix: str, instead: str) -> Any:
    """A value without what is no input, with one run's prefix of keys in place of another's."""
    if isinstance(value, Mapping):
        return {name: _told(inner, prefix, instead) for name, inner in value.items() if name not in NO_INPUT}
    if isinstance(value, list | tuple):
        return [_told(inner, prefix, instead) for inner in value]
    return instead + value.removeprefix(prefix) if isinstance(value, str) and value.startswith(prefix) else value
