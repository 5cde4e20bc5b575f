"""Why a deployment failed, from what CloudFormation tells."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scripts.deploy import first_failure

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_event(seconds: int, status: Any, resource: str = "Bus", **more: str) -> "StackEventTypeDef":
    return {
        "StackId": "stack",
        "EventId": str(seconds),
        "StackName": "switchyard",
        "Timestamp": BEGAN + timedelta(seconds=seconds),
        "ResourceStatus": status,
        "LogicalResourceId": resource,
        "ResourceStatusReason": more.get("reason", "it is full"),
    }


def test_the_first_failure_is_told_and_not_its_consequences() -> None:
    events = [
        an_event(9, "UPDATE_FAILED", "Stack", reason="The following resources failed: Table"),
        an_event(5, "CREATE_FAILED", "Queue", reason="Resource creation cancelled"),
        an_event(4, "CREATE_FAILED", "Table", reason="no such key"),
        an_event(1, "CREATE_COMPLETE", "Bus"),
    ]
    assert first_failure(events, since=BEGAN) == "Table: no such key"


def test_failures_of_earlier_deployments_do_not_count() -> None:
    assert first_failure([an_event(-1, "CREATE_FAILED")], since=BEGAN) is None


def test_without_a_failure_there_is_nothing_to_tell() -> None:
    assert first_failure([an_event(1, "CREATE_COMPLETE")], since=BEGAN) is None
