"""A state machine as Step Functions runs it, as far as ours need it: one step after the other, and nobody waits."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.in_process import TEMPLATE

FOLDER: Final = TEMPLATE.parent / "statemachines"
MOST_STATES: Final = 2_000

Call = Callable[[dict[str, Any]], Any]


class FailedError(Exception):
    """The execution, or a part of it, has failed under this name."""


class Machine:
    """`call` is the function behind every task; `wait` is told for how many seconds a machine would wait."""

    def __init__(self, file: Path, *, call: Call, wait: Callable[[float], None]) -> None:
        self._definition: Mapping[str, Any] = json.loads(file.read_text())
        self._call = call
        self._wait = wait

    def run(self, given: Any) -> Any:
        """What it ends with. Raises FailedError."""
        return self._run(self._definition, given)

    def _run(self, machine: Mapping[str, Any], given: Any) -> Any:
        name = machine["StartAt"]
        for _ in range(MOST_STATES):
            state = machine["States"][name]
            given, following = self._through(state, given)
            if following is None:
                return given
            name = following
        raise AssertionError(f"it goes on and on: {name} {given}")

    def _through(self, state: Mapping[str, Any], given: Any) -> tuple[Any, str | None]:
        match state["Type"]:
            case "Task" | "Map":
                return self._work(state, given)
            case "Choice":
                return given, _chosen(state, given)
            case "Wait":
                self._wait(given[state["SecondsPath"].removeprefix("$.")])
            case "Fail":
                raise FailedError(state["Error"])
        return given, state.get("Next")

    def _work(self, state: Mapping[str, Any], given: Any) -> tuple[Any, str | None]:
        """Errors are those of Lambda: none of ours has a name that a machine knows."""
        retry = state.get("Retry", [{"MaxAttempts": 0, "IntervalSeconds": 0}])[-1]
        for attempt in range(retry["MaxAttempts"] + 1):
            try:
                result = self._result(state, given)
            except Exception as error:
                if attempt < retry["MaxAttempts"]:
                    self._wait(retry["IntervalSeconds"])
                    continue
                for catch in state.get("Catch", []):
                    return given, catch["Next"]
                raise FailedError(type(error).__name__) from error
            keeps_input = "ResultPath" in state and state["ResultPath"] is None
            return given if keeps_input else result, state.get("Next")
        raise AssertionError("there is at least one attempt")

    def _result(self, state: Mapping[str, Any], given: Any) -> Any:
        if state["Type"] == "Task":
            return json.loads(json.dumps(self._call(given)))
        items = given[state["ItemsPath"].removeprefix("$.")]
        return [self._run(state["ItemProcessor"], _selected(state["ItemSelector"], given, item)) for item in items]


def _chosen(state: Mapping[str, Any], given: Any) -> str:
    for choice in state["Choices"]:
        if given[choice["Variable"].removeprefix("$.")] == choice["StringEquals"]:
            return str(choice["Next"])
    return str(state["Default"])


def _selected(selector: Mapping[str, str], given: Any, item: Any) -> dict[str, Any]:
    return {
        name.removesuffix(".$"): item if path == "$$.Map.Item.Value" else given[path.removeprefix("$.")]
        for name, path in selector.items()
    }
