"""What drives runs: machines of Step Functions, each under the id of its run and a number."""

import json
from typing import TYPE_CHECKING, Protocol

from shared.control.runs.run import Run
from shared.runtime.aws import asking

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class Machines(Protocol):
    def start(self, run: Run) -> None:
        """Let the machine of the run's number drive it, if it has not been started before. Raises DependencyError."""


class StepFunctionsMachines:
    """An execution's name is taken for good, or for 90 days: a second one cannot be started under it."""

    def __init__(self, client: "SFNClient", machine: str) -> None:
        self._client = client
        self._machine = machine

    def start(self, run: Run) -> None:
        given = json.dumps({"run_id": run.id, "round": 0})
        try:
            with asking("Step Functions"):
                self._client.start_execution(stateMachineArn=self._machine, name=f"{run.id}-{run.machine}", input=given)
        except self._client.exceptions.ExecutionAlreadyExists:
            pass  # it drives the run, or did


class MemoryMachines:
    """For tests and for work without AWS: it keeps the names, and drives nothing."""

    def __init__(self) -> None:
        self.started: list[str] = []

    def start(self, run: Run) -> None:
        name = f"{run.id}-{run.machine}"
        if name not in self.started:
            self.started.append(name)
