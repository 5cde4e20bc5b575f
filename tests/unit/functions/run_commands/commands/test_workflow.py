"""/workflow: what is started is started once, by who may; what is shown of a run; what its buttons do."""

from dataclasses import replace
from typing import Any

import pytest

from functions.run_commands.commands.workflow import CANCELLED
from functions.run_commands.runs.answers import REDRIVE, REFRESH
from shared.control.runs.run import Run, Status
from shared.control.runs.shipped import workflows
from shared.discord.answers import Colour, Reply
from shared.runtime.auth import Role
from shared.runtime.errors import (
    ContradictionError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
)
from tests.support.builders import NOON, a_cause
from tests.support.ports import ANNA, MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands, button, labels
from tests.unit.functions.run_commands.desk import ODD, text_of
from tests.unit.shared.control.runs.samples import RUN_ID, in_status, with_failed

ID = "1290000000000000077"
WORKFLOW = "document-analysis"


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


@pytest.fixture
def hands(ports: MemoryPorts) -> Hands:
    return Hands(ports)


def put(ports: MemoryPorts, status: Status, **changes: Any) -> Run:
    """A run of a workflow that there is, as it came into a status."""
    run = in_status(status)
    known = replace(run, workflow=WORKFLOW, version=0, **changes)
    return ports.runs.save(known.told("created", at=NOON, scope={}, parameters={}, redrive_of=None), a_cause())


def start(hands: Hands, parameters: str | None = None, name: str = WORKFLOW, **more: Any) -> Reply:
    given = {} if parameters is None else {"parameters": parameters}
    return hands.type("workflow run", {"name": name, **given}, **more)


def all_runs(ports: MemoryPorts) -> list[Run]:
    return [run for _, run in ports.runs.begun()]


def happened(ports: MemoryPorts, run_id: str = RUN_ID) -> list[str]:
    return [event.type.removeprefix("saga.") for event in ports.runs.events(run_id)]


# the workflows there are


def test_all_workflows_are_listed_with_what_may_be_given_to_them(hands: Hands) -> None:
    told = text_of(hands.type("workflow list", {}, role=Role.VIEWER))
    for workflow in workflows().values():
        assert workflow.name in told
        assert f"For {workflow.role} and above" in told
        for parameter in workflow.parameters.values():
            assert f"`{parameter.name}`" in told
    assert "github,jira,confluence,swagger, if nothing is said" in told
    assert "true, if nothing is said" in told


def test_one_workflow_is_listed_alone(hands: Hands) -> None:
    reply = hands.type("workflow list", {"name": "replay"}, role=Role.VIEWER)
    assert [embed.title for embed in reply.embeds] == ["replay"]


# starting


def test_a_run_is_started_under_the_id_of_the_interaction(hands: Hands, ports: MemoryPorts) -> None:
    reply = start(hands, "check_links=no most_links=5", id=ID)
    (run,) = all_runs(ports)
    assert (run.workflow, run.status, run.correlation_id) == (WORKFLOW, Status.PENDING, ID)
    assert run.parameters == {"check_links": False, "most_links": 5}
    (event,) = ports.runs.events(run.id)
    assert (event.type, event.actor) == ("saga.created", f"discord:{ANNA}")
    told = text_of(reply)
    assert "has not begun yet" in told
    assert "0 of 2 steps done" in told
    assert "most\\_links: 5" in told
    assert run.id in told
    assert labels(reply) == ["Refresh", "Cancel"]


def test_the_same_use_carried_out_again_starts_nothing_more(hands: Hands, ports: MemoryPorts) -> None:
    first = start(hands, id=ID)
    ports.now = NOON.replace(minute=1)
    again = start(hands, id=ID, is_repeated=True)
    assert len(all_runs(ports)) == 1
    assert text_of(first) == text_of(again)
    start(hands)
    assert len(all_runs(ports)) == 2


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.SERVICE, Role.AGENT])
def test_who_may_not_start_a_workflow_starts_none(hands: Hands, ports: MemoryPorts, role: Role | None) -> None:
    with pytest.raises(ForbiddenError):
        start(hands, role=role)
    assert all_runs(ports) == []


def test_a_workflow_for_admins_is_for_no_operator(
    hands: Hands, ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for_admins = replace(workflows()[WORKFLOW], role=Role.ADMIN)
    monkeypatch.setattr("shared.control.runs.shipped.workflows", lambda: {WORKFLOW: for_admins})
    monkeypatch.setattr("shared.control.runs.steering.workflows", lambda: {WORKFLOW: for_admins})
    with pytest.raises(ForbiddenError, match="for role admin"):
        start(hands)
    assert labels(start(hands, role=Role.ADMIN)) == ["Refresh", "Cancel"]
    (run,) = all_runs(ports)
    shown = hands.type("workflow status", {"run": run.id}, role=Role.OPERATOR)
    assert labels(shown) == ["Refresh"]
    with pytest.raises(ForbiddenError):
        hands.type("workflow cancel", {"run": run.id, "reason": "x"}, role=Role.OPERATOR)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("most_links=-1", "most_links: a whole number from 0 to 2,000"),
        ("most_links=many", "most_links: a whole number"),
        ("check_links=perhaps", "check_links: true or false"),
        ("documents_of=github,fax", r"documents_of\[2\]: one of"),
        ("colour=red", "colour: there is no such parameter"),
        ("most_links=-1 colour=red", "most_links.*"),
        ("links", "not name=value"),
    ],
)
def test_what_a_workflow_does_not_take_is_said_and_nothing_is_started(
    hands: Hands, ports: MemoryPorts, parameters: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        start(hands, parameters)
    assert all_runs(ports) == []


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ("", "say what is to be replayed"),
        ("start_time=yesterday", "start_time: a time like"),
        ("subject=7 to=nobody", "to: one of"),
        ("event_types=listing.such", "no type of event like listing.such"),
    ],
)
def test_a_replay_of_what_there_is_not_is_not_started_here_either(
    hands: Hands, ports: MemoryPorts, parameters: str, told: str
) -> None:
    with pytest.raises(InvalidInputError, match=told):
        start(hands, parameters, "replay")
    assert all_runs(ports) == []


@pytest.mark.parametrize("name", ["", "dance", *ODD])
def test_a_workflow_there_is_not_is_not_found(hands: Hands, name: str) -> None:
    with pytest.raises(NotFoundError):
        start(hands, name=name)


# looking


def buttons_of(role: Role, status: Status) -> list[str]:
    if role is Role.VIEWER:
        return ["Refresh"]
    more = {Status.PENDING: "Cancel", Status.RUNNING: "Cancel", Status.FAILED: "Redrive", Status.COMPENSATED: "Redrive"}
    return ["Refresh", *([more[status]] if status in more else [])]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.ADMIN])
@pytest.mark.parametrize("status", Status)
def test_a_run_is_shown_in_every_status_with_what_one_may_do(
    hands: Hands, ports: MemoryPorts, status: Status, role: Role
) -> None:
    run = put(ports, status)
    reply = hands.type("workflow status", {"run": f" {run.id.upper()} "}, role=role)
    told = text_of(reply)
    for step in run.steps:
        assert f"**{step.name}** {step.status}" in told
    assert labels(reply) == buttons_of(role, status)
    again = hands.press(f"{REFRESH}:{run.id}", role=role)
    assert (text_of(again), labels(again)) == (told, labels(reply))


def test_what_has_gone_wrong_is_shown(hands: Hands, ports: MemoryPorts) -> None:
    run = with_failed(in_status(Status.COMPENSATING), "first", "403 not yours")
    steps = tuple(replace(step, progress={"documents": 7}, output={}) for step in run.steps)
    ports.runs.save(replace(run, workflow=WORKFLOW, version=0, steps=steps), a_cause())
    reply = hands.type("workflow status", {"run": run.id})
    told = text_of(reply)
    assert "403 not yours" in told
    assert "documents: 7" in told
    assert "could not be taken back: somebody has to look" in told
    assert "cancelled: not wanted" in told
    assert reply.embeds[0].colour is Colour.BAD


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_others_wrote_is_shown_as_text(hands: Hands, ports: MemoryPorts, odd: str) -> None:
    run = in_status(Status.COMPENSATING)
    steps = tuple(replace(step, error=odd, output={odd[:80]: odd, "more": [odd]}) for step in run.steps)
    put(ports, Status.COMPENSATING, steps=steps, error=odd, cancel_reason=odd, cancelled_by=odd, parameters={"a": odd})
    told = text_of(hands.type("workflow status", {"run": run.id}))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told


@pytest.mark.parametrize("run", ["", "1", "x" * 32, RUN_ID + "0", "٣" * 32, "../" + RUN_ID])
def test_what_is_no_id_of_a_run_is_refused(hands: Hands, run: str) -> None:
    with pytest.raises(InvalidInputError, match="no id of a run"):
        hands.type("workflow status", {"run": run})


def test_a_run_there_is_not_is_not_found(hands: Hands) -> None:
    for ask in ("workflow status", "workflow cancel", "workflow redrive"):
        with pytest.raises(NotFoundError):
            hands.type(ask, {"run": RUN_ID, "reason": "x"})


# cancelling


def test_a_run_is_cancelled_with_a_reason_and_once(hands: Hands, ports: MemoryPorts) -> None:
    shown = start(hands)
    (run,) = all_runs(ports)
    reply = hands.fill_in(button(shown, "Cancel").custom_id, {"reason": " the wrong one "}, id=ID)
    known = ports.runs.get(run.id)
    assert (known.status, known.cancel_reason) == (Status.COMPENSATED, "the wrong one")
    assert known.cancelled_by == f"discord:{ANNA}"
    assert f"by <@{ANNA}>: the wrong one" in text_of(reply)
    assert labels(reply) == ["Refresh", "Redrive"]
    before = happened(ports, run.id)
    hands.fill_in(button(shown, "Cancel").custom_id, {"reason": "the wrong one"}, id=ID, is_repeated=True)
    hands.type("workflow cancel", {"run": run.id, "reason": "once more"})
    assert happened(ports, run.id) == before


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "two\nlines"])
def test_a_reason_has_to_be_one(hands: Hands, ports: MemoryPorts, reason: str) -> None:
    put(ports, Status.RUNNING)
    with pytest.raises(InvalidInputError, match="reason"):
        hands.fill_in(f"workflow.cancel:{RUN_ID}", {"reason": reason})
    assert ports.runs.get(RUN_ID).status is Status.RUNNING


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_what_has_ended_cannot_be_cancelled(hands: Hands, ports: MemoryPorts, status: Status) -> None:
    put(ports, status, cancelled_by=None)
    with pytest.raises(IllegalTransitionError):
        hands.type("workflow cancel", {"run": RUN_ID, "reason": "x"})


def test_a_viewer_cancels_and_redrives_nothing_whatever_they_press(hands: Hands, ports: MemoryPorts) -> None:
    put(ports, Status.FAILED)
    before = happened(ports)
    with pytest.raises(ForbiddenError):
        hands.press(f"{REDRIVE}:{RUN_ID}:1", role=Role.VIEWER)
    with pytest.raises(ForbiddenError):
        hands.press(f"{CANCELLED}:{RUN_ID}", role=Role.VIEWER, fields={"reason": "x"})
    assert happened(ports) == before


# driving on


def test_what_is_parked_is_tried_again_once_for_each_press(hands: Hands, ports: MemoryPorts) -> None:
    put(ports, Status.FAILED)
    shown = hands.type("workflow status", {"run": RUN_ID})
    redrive = button(shown, "Redrive").custom_id
    reply = hands.press(redrive, id=ID)
    assert ports.runs.get(RUN_ID).status is Status.COMPENSATING
    assert "is taken back" in text_of(reply)
    assert labels(reply) == ["Refresh"]
    hands.press(redrive, id=ID, is_repeated=True)
    hands.press(redrive)  # of a message that shows it as it was
    assert happened(ports).count("redriven") == 1


def test_an_old_button_drives_nothing_on_that_failed_again(hands: Hands, ports: MemoryPorts) -> None:
    put(ports, Status.FAILED)
    redrive = button(hands.type("workflow status", {"run": RUN_ID}), "Redrive").custom_id
    hands.press(redrive)
    fail_again(ports)
    reply = hands.press(redrive)
    assert happened(ports).count("redriven") == 1
    hands.press(button(reply, "Redrive").custom_id)
    assert happened(ports).count("redriven") == 2


def test_a_command_that_was_cut_off_drives_nothing_on_twice(hands: Hands, ports: MemoryPorts) -> None:
    put(ports, Status.FAILED)
    hands.type("workflow redrive", {"run": RUN_ID}, id=ID)
    fail_again(ports)
    hands.type("workflow redrive", {"run": RUN_ID}, id=ID, is_repeated=True)
    assert happened(ports).count("redriven") == 1
    hands.type("workflow redrive", {"run": RUN_ID})
    assert happened(ports).count("redriven") == 2


def fail_again(ports: MemoryPorts) -> None:
    ports.runs.save(with_failed(ports.runs.get(RUN_ID), "first"), a_cause())


def test_a_run_that_was_taken_back_begins_anew_as_one_other(hands: Hands, ports: MemoryPorts) -> None:
    put(ports, Status.COMPENSATED, parameters={})
    shown = hands.type("workflow status", {"run": RUN_ID})
    reply = hands.press(button(shown, "Redrive").custom_id)
    (new,) = [run for run in all_runs(ports) if run.id != RUN_ID]
    assert (new.redrive_of, new.status) == (RUN_ID, Status.PENDING)
    assert f"of the run `{RUN_ID}`" in text_of(reply)
    assert new.id in text_of(hands.press(button(shown, "Redrive").custom_id))
    assert len(all_runs(ports)) == 2


@pytest.mark.parametrize("status", [Status.PENDING, Status.RUNNING, Status.COMPLETED, Status.COMPENSATING])
def test_what_has_not_failed_is_not_driven_on(hands: Hands, ports: MemoryPorts, status: Status) -> None:
    put(ports, status)
    with pytest.raises(IllegalTransitionError):
        hands.type("workflow redrive", {"run": RUN_ID})


def test_a_run_of_a_workflow_that_is_gone_is_for_admins(hands: Hands, ports: MemoryPorts) -> None:
    run = replace(in_status(Status.COMPENSATED), workflow="gone", version=0)
    ports.runs.save(run, a_cause())
    assert labels(hands.type("workflow status", {"run": RUN_ID}, role=Role.OPERATOR)) == ["Refresh"]
    assert labels(hands.type("workflow status", {"run": RUN_ID}, role=Role.ADMIN)) == ["Refresh", "Redrive"]
    with pytest.raises(ContradictionError, match="not there any more"):
        hands.type("workflow redrive", {"run": RUN_ID}, role=Role.ADMIN)


@pytest.mark.parametrize(
    "custom_id", [REFRESH, f"{REFRESH}:", REDRIVE, f"{REDRIVE}:x", "workflow.confirm", "workflow.leave:x"]
)
def test_forged_buttons_do_nothing(hands: Hands, ports: MemoryPorts, custom_id: str) -> None:
    with pytest.raises((InvalidInputError, NotFoundError)):
        hands.press(custom_id)
    assert all_runs(ports) == []


def test_a_button_without_a_number_drives_nothing_on(hands: Hands, ports: MemoryPorts) -> None:
    put(ports, Status.FAILED)
    hands.press(f"{REDRIVE}:{RUN_ID}")
    assert "redriven" not in happened(ports)
