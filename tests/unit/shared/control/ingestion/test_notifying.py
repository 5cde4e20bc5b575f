"""In the end it is told what was brought and found: in an event, and to the notification service where there is one."""

from typing import Any

import pytest

from shared.control.ingestion.notifying import MOST_TRIES, NotifyFindings, Recipient
from shared.runtime.http import ServiceError
from tests.support.builders import a_cause
from tests.unit.shared.control.ingestion.far import Far, service
from tests.unit.shared.control.ingestion.world import World

OUTPUTS: dict[str, Any] = {
    "github": {"status": "done", "source": "github", "by": "agent", "documents": 3, "removed": 1, "read": 9},
    "jira": {"status": "skipped", "source": "jira", "reason": "no address of jira is configured"},
    "analysis": {
        "by": "built-in",
        "count": 2,
        "new_count": 1,
        "severity_counts": {"low": 1, "med": 0, "high": 1},
        "worst": ["GET /x is documented", "a.md is stale"],
    },
}


def notify(world: World, far: Far | None = None) -> NotifyFindings:
    recipient = (
        Recipient(service=service(far, "notification-service"), channel="slack", target="#docs") if far else None
    )
    return NotifyFindings(lambda: recipient, ingestions=world.ingestions, clock=world.clock)


@pytest.fixture
def world() -> World:
    return World()


def test_what_came_of_it_is_an_event(world: World) -> None:
    done, _ = world.run(notify(world), outputs=OUTPUTS)
    assert done.output == {"sent": 0, "reason": "no notification service is configured"}
    (event,) = world.events("ingestion.completed")
    assert event.data == {
        "run_id": "run-1",
        "workflow": "ingestion",
        "sources": {
            "github": {"status": "done", "documents": 3, "removed": 1, "refused": 0, "reason": None},
            "jira": {
                "status": "skipped",
                "documents": 0,
                "removed": 0,
                "refused": 0,
                "reason": "no address of jira is configured",
            },
        },
        "count": 2,
        "new_count": 1,
        "severity_counts": {"low": 1, "med": 0, "high": 1},
        "worst": ["GET /x is documented", "a.md is stale"],
    }


def test_it_is_told_once_however_often_the_step_is_repeated(world: World) -> None:
    for _ in range(2):
        world.run(notify(world), outputs=OUTPUTS)
    assert len(world.events("ingestion.completed")) == 1


def test_the_notification_service_is_told_what_people_want_to_know(world: World) -> None:
    far = Far((200, {"status": "sent"}))
    done, _ = world.run(notify(world, far), outputs=OUTPUTS)
    assert done.output == {"sent": 1}
    (call,) = far.calls
    assert (call.method, call.path, call.headers["Idempotency-Key"]) == ("POST", "/notify", "run-1")
    assert call.json == {
        "channel": "slack",
        "target": "#docs",
        "title": "Documents were brought",
        "message": "github: 3 new or changed, 1 gone\njira: skipped, no address of jira is configured\n"
        "Findings: 2 (1 high, 0 med, 1 low), 1 of them new\n- GET /x is documented\n- a.md is stale",
        "metadata": {
            "run_id": "run-1",
            "correlation_id": a_cause().correlation_id,
            "count": 2,
            "severity_counts": {"low": 1, "med": 0, "high": 1},
        },
    }


def test_what_was_refused_is_told_with_the_reason(world: World) -> None:
    far = Far((200, {}))
    outputs = OUTPUTS | {"github": OUTPUTS["github"] | {"refused": 2, "reason": "github-1 is a document of saved"}}
    world.run(notify(world, far), outputs=outputs)
    assert "1 gone, 2 refused (github-1 is a document of saved)\n" in far.calls[0].json["message"]
    assert world.events("ingestion.completed")[0].data["sources"]["github"]["refused"] == 2


def test_where_only_was_looked_that_is_what_it_says(world: World) -> None:
    far = Far((200, {}))
    world.run(notify(world, far), outputs={"analysis": OUTPUTS["analysis"]}, workflow="document-analysis")
    assert far.calls[0].json["title"] == "Documents were looked at"
    assert world.events("ingestion.completed")[0].data["sources"] == {}


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_what_nobody_took_was_not_sent(world: World, status: int) -> None:
    far = Far((status, {}))
    with pytest.raises(ServiceError):
        notify(world, far)(world.call(outputs=OUTPUTS))
    done = notify(world, far)(world.call(outputs=OUTPUTS, attempt=MOST_TRIES))
    assert done.output["sent"] == 0
    assert str(status) in done.output["reason"]
