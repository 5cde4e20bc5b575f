"""Timers of listings: one machine of Step Functions for each entry into a state with a deadline."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from shared.ledger.envelope import to_text
from shared.runtime.aws import asking

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class Timers(Protocol):
    def start(self, listing_id: str, entered_version: int, *, until: datetime, trace: Mapping[str, Any]) -> None:
        """Let the timer of this entry run, if it has not been started before."""

    def stop(self, listing_id: str, entered_version: int) -> None:
        """Stop the timer of this entry, if it runs."""


class StepFunctionsTimers:
    """An execution's name is the listing's id and the version of its entry: a second one cannot be started."""

    def __init__(self, client: "SFNClient", machine: str) -> None:
        self._client = client
        self._machine = machine

    def start(self, listing_id: str, entered_version: int, *, until: datetime, trace: Mapping[str, Any]) -> None:
        wanted = {
            "listing_id": listing_id,
            "entered_version": entered_version,
            "until": moment(until),
            "trace": dict(trace),
        }
        try:
            with asking("Step Functions"):
                self._client.start_execution(
                    stateMachineArn=self._machine, name=f"{listing_id}-{entered_version}", input=json.dumps(wanted)
                )
        except self._client.exceptions.ExecutionAlreadyExists:
            pass  # it runs, or has run

    def stop(self, listing_id: str, entered_version: int) -> None:
        machine = self._machine.replace(":stateMachine:", ":execution:")
        try:
            with asking("Step Functions"):
                self._client.stop_execution(
                    executionArn=f"{machine}:{listing_id}-{entered_version}", cause="the listing has moved on"
                )
        except self._client.exceptions.ExecutionDoesNotExist:
            pass  # where its start comes later, it finds the listing gone from there and ends


def moment(time: datetime) -> str:
    """The first whole second that is not before: a timer must not go off early."""
    whole = time.replace(microsecond=0)
    return to_text(whole if whole == time else whole + timedelta(seconds=1)).replace(".000000Z", "Z")
