"""Walks a state machine's definition in one process, state by state: the part of the language that releases use.

Amazon States Language specification, https://states-language.net. A Wait takes no time, a retry no pause. A task's
function can be killed before it does anything, or after it has done all but answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

State = dict[str, Any]
Function = Callable[[State], Any]
CALLBACK = ".waitForTaskToken"


class Killed(Exception):  # noqa: N818
    """A function was killed: Lambda's fault, which no rule but States.ALL names."""


class States(Exception):  # noqa: N818
    """An error of Step Functions itself, by name."""


@dataclass
class Fault:
    """What befalls the next ``times`` calls of a state's function."""

    late: bool = False
    times: int = 1
    error: Exception = field(default_factory=Killed)


@dataclass
class Walk:
    """One execution."""

    definition: State
    functions: dict[str, Function]
    name: str
    request: State
    answer_of: Callable[[str], tuple[str, Any] | None] = lambda _token: None
    faults: dict[str, Fault] = field(default_factory=dict)
    status: str = "RUNNING"
    error: str = ""
    cause: str = ""
    path: list[str] = field(default_factory=list)
    token: str = ""

    def __post_init__(self) -> None:
        self.data: State = dict(self.request)
        self.at = self.definition["StartAt"]

    def run(self, most: int = 200, until: str = "") -> "Walk":
        """Go on until the end, before a state, or until it waits for an answer."""
        for _ in range(most):
            if self.status != "RUNNING" or self.at == until or (self.waits and self._answer() is None):
                return self
            self.step()
        raise AssertionError(f"no end after {most} states: {self.path[-12:]}")

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer to its token."""
        return bool(self.token)

    def _answer(self) -> tuple[str, Any] | None:
        return self.answer_of(self.token)

    def step(self) -> None:
        """Enter one state and leave it."""
        state = self.definition["States"][self.at]
        if not self.waits:
            self.path.append(self.at)
        getattr(self, f"_{state['Type'].lower()}")(state)

    def _wait(self, state: State) -> None:
        self.at = state["Next"]

    def _succeed(self, _state: State) -> None:
        self.status = "SUCCEEDED"

    def _fail(self, state: State) -> None:
        self.status = "FAILED"
        self.error = state.get("Error") or self._read(state["ErrorPath"])
        self.cause = state.get("Cause") or self._read(state["CausePath"])

    def _pass(self, state: State) -> None:
        if self.at == "ExplainFailure":  # its intrinsic function reads Lambda's JSON, which errors here are without
            self.data["failure"]["Cause"] = {"errorMessage": self.data["failure"]["Cause"]}
        else:
            self._keep(state, state["Result"] if "Result" in state else self._filled(state["Parameters"]))
        self.at = state["Next"]

    def _choice(self, state: State) -> None:
        chosen = next((choice["Next"] for choice in state["Choices"] if self._true(choice)), state["Default"])
        self.at = chosen

    def _true(self, choice: State) -> bool:
        if "And" in choice:
            return all(self._true(each) for each in choice["And"])
        if "IsPresent" in choice:
            return self._found(choice["Variable"])[0] is choice["IsPresent"]
        value = self._read(choice["Variable"])
        return any(choice.get(kind) == value for kind in ("StringEquals", "BooleanEquals", "NumericEquals"))

    def _task(self, state: State) -> None:
        try:
            answer = self._callback(state) if state["Resource"].endswith(CALLBACK) else self._called(state)
        except Exception as error:
            self.token = ""
            self._caught(state, error)
            return
        if not self.waits:
            self._keep(state, answer)
            self.at = state.get("Next") or self.at

    def _callback(self, state: State) -> Any:
        if not self.waits:
            self.token = f"{self.name}/{len(self.path)}"
            self._called(state)
            return None
        answer = self._answer()
        if answer is None:
            return None
        self.token = ""
        if answer[0] == "failure":
            raise States(*answer[1])
        return answer[1]

    def _called(self, state: State) -> Any:
        event = self._filled(state["Parameters"])
        arn = event["FunctionName"] if state["Resource"].endswith(CALLBACK) else state["Resource"]
        event = event["Payload"] if state["Resource"].endswith(CALLBACK) else event
        attempts = 1 + max((rule["MaxAttempts"] for rule in state["Retry"]), default=0)
        for attempt in range(attempts):
            try:
                return self._once(arn, event)
            except Exception as error:
                if attempt + 1 == attempts or not self._retried(state, error):
                    raise
        raise AssertionError("unreachable")

    def _once(self, arn: str, event: State) -> Any:
        fault = self.faults.get(self.at)
        if fault is None or fault.times == 0:
            return self.functions[arn](event)
        fault.times -= 1
        if fault.late:
            self.functions[arn](event)
        raise fault.error

    def _retried(self, state: State, error: Exception) -> bool:
        return any({_name(error), "States.ALL"} & set(rule["ErrorEquals"]) for rule in state["Retry"])

    def _caught(self, state: State, error: Exception) -> None:
        for rule in state.get("Catch", []):
            if {_name(error), "States.ALL"} & set(rule["ErrorEquals"]):
                self._keep(rule, {"Error": _name(error), "Cause": str(error.args[-1]) if error.args else ""})
                self.at = rule["Next"]
                return
        self.status, self.error, self.cause = "FAILED", _name(error), str(error)

    def _keep(self, state: State, value: Any) -> None:
        *folders, last = state["ResultPath"].removeprefix("$.").split(".")
        assert not folders
        self.data = {**self.data, last: value}

    def _filled(self, template: Any) -> Any:
        if not isinstance(template, dict):
            return template
        return {
            key.removesuffix(".$"): self._read(value) if key.endswith(".$") else self._filled(value)
            for key, value in template.items()
        }

    def _read(self, path: str) -> Any:
        found, value = self._found(path)
        assert found, f"{path} is not there at {self.at}: {sorted(self.data)}"
        return value

    def _found(self, path: str) -> tuple[bool, Any]:
        context = {"Execution": {"Name": self.name, "Input": self.request}, "Task": {"Token": self.token}}
        value: Any = context if path.startswith("$$.") else self.data
        for part in path.lstrip("$").strip(".").split(".") if path != "$" else []:
            if not isinstance(value, dict) or part not in value:
                return False, None
            value = value[part]
        return True, value


def _name(error: Exception) -> str:
    return str(error.args[0]) if isinstance(error, States) else type(error).__name__
