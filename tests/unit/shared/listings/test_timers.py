"""Timers in Step Functions: a name for each entry, whole seconds that are never early, and no harm in asking twice."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.ledger.envelope import from_text
from shared.listings.timers import StepFunctionsTimers, moment
from tests.support.builders import NOON

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:timer"


class Exceptions:
    class ExecutionAlreadyExists(Exception):  # noqa: N818 - AWS's name for it
        pass

    class ExecutionDoesNotExist(Exception):  # noqa: N818
        pass


class SfnClient:
    """Keeps what it is asked, and raises what it is told to."""

    exceptions = Exceptions

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error
        self.asked: list[dict[str, Any]] = []

    def start_execution(self, **asked: Any) -> None:
        self._take(asked)

    def stop_execution(self, **asked: Any) -> None:
        self._take(asked)

    def _take(self, asked: dict[str, Any]) -> None:
        self.asked.append(asked)
        if self._error:
            raise self._error


def start(client: SfnClient, until: datetime = NOON) -> None:
    timers = StepFunctionsTimers(client, MACHINE)  # type: ignore[arg-type]
    timers.start("7", 3, until=until, trace={"id": "listing:7:3", "trace_id": "t", "correlation_id": "c"})


def test_a_timer_is_named_for_its_entry_and_told_all_it_needs() -> None:
    client = SfnClient()
    start(client)
    (asked,) = client.asked
    assert (asked["stateMachineArn"], asked["name"]) == (MACHINE, "7-3")
    assert json.loads(asked["input"]) == {
        "listing_id": "7",
        "entered_version": 3,
        "until": "2026-03-01T12:00:00Z",
        "trace": {"id": "listing:7:3", "trace_id": "t", "correlation_id": "c"},
    }


def test_a_timer_that_runs_or_has_run_is_not_started_again() -> None:
    start(SfnClient(Exceptions.ExecutionAlreadyExists()))


def test_a_timer_is_stopped_by_the_same_name_and_where_there_is_none_nothing_happens() -> None:
    for client in (SfnClient(), SfnClient(Exceptions.ExecutionDoesNotExist())):
        StepFunctionsTimers(client, MACHINE).stop("7", 3)  # type: ignore[arg-type]
        (asked,) = client.asked
        assert asked["executionArn"] == "arn:aws:states:us-east-1:123456789012:execution:timer:7-3"


def test_whatever_else_goes_wrong_is_not_passed_over() -> None:
    with pytest.raises(ZeroDivisionError):
        start(SfnClient(ZeroDivisionError()))


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "2026-03-01T12:00:00Z"),
        (1, "2026-03-01T12:00:01Z"),
        (999_999, "2026-03-01T12:00:01Z"),
        (-1, "2026-03-01T12:00:00Z"),
        (59_000_001, "2026-03-01T12:01:00Z"),
    ],
)
def test_a_timer_never_goes_off_early_and_less_than_a_second_late(micros: int, text: str) -> None:
    wanted = NOON + timedelta(microseconds=micros)
    assert moment(wanted) == text
    assert timedelta(0) <= from_text(text) - wanted < timedelta(seconds=1)
