"""/dead-letters queues and retry-queue: what lies where, and having it tried again by a run that was confirmed."""

from typing import Any

import pytest

from scripts.discord.suggested import places
from shared.control.letters import step
from shared.control.runs.run import Run
from shared.control.runs.shipped import workflows
from shared.discord.answers import Colour, Reply
from shared.discord.flows import FlowDoneError, FlowOverError, NotYoursError
from shared.runtime.auth import Role
from shared.runtime.errors import DependencyError, ForbiddenError, InvalidInputError, NotFoundError
from tests.support.in_process import template
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands, button, labels
from tests.unit.functions.run_commands.desk import choices, text_of

ID = "1290000000000000077"
BEN = "91384788765712385"


def cannot_be_read() -> int:
    raise DependencyError("the queue cannot answer now")


@pytest.fixture
def ports() -> MemoryPorts:
    ports = MemoryPorts()
    ports.dead_letter_queues = {
        "CardDeadLetters": lambda: 0,
        "NotionDeadLetters": lambda: 3,
        "JobDeadLetters": cannot_be_read,
        "ShopifyDeadLetters": lambda: 1_200,
    }
    return ports


@pytest.fixture
def hands(ports: MemoryPorts) -> Hands:
    return Hands(ports)


def asked(hands: Hands, **options: Any) -> Reply:
    return hands.type("dead-letters retry-queue", options)


def all_runs(ports: MemoryPorts) -> list[Run]:
    return [run for _, run in ports.runs.begun()]


# what lies where


def test_every_queue_is_shown_with_what_lies_in_it_the_fullest_first(hands: Hands) -> None:
    reply = hands.type("dead-letters queues", {}, role=Role.VIEWER)
    told = text_of(reply)
    assert "About 1,203 dead letters" in told
    assert told.index("🔴 **ShopifyDeadLetters** 1,200") < told.index("🔴 **NotionDeadLetters** 3")
    assert "🟢 **CardDeadLetters** 0" in told
    assert "⚪ **JobDeadLetters** cannot be asked now" in told
    assert choices(reply) == ["ShopifyDeadLetters", "NotionDeadLetters"]
    assert reply.embeds[0].colour is Colour.BAD


@pytest.mark.parametrize(
    ("queues", "colour"),
    [({"A": lambda: 0}, Colour.GOOD), ({"A": lambda: 0, "B": cannot_be_read}, Colour.QUIET), ({}, Colour.QUIET)],
    ids=str,
)
def test_nothing_is_called_good_of_which_nothing_is_known(
    hands: Hands, ports: MemoryPorts, queues: dict[str, Any], colour: Colour
) -> None:
    ports.dead_letter_queues = queues
    reply = hands.type("dead-letters queues", {})
    assert reply.embeds[0].colour is colour
    assert reply.menu is None
    assert text_of(reply)


# trying again


def test_what_would_be_tried_again_is_shown_first(hands: Hands, ports: MemoryPorts) -> None:
    reply = asked(hands, queue=" NotionDeadLetters ")
    told = text_of(reply)
    assert "Try the dead letters of NotionDeadLetters again?" in told
    assert "**NotionDeadLetters** 3" in told
    assert "Shopify" not in told
    assert labels(reply) == ["Try them again", "Leave it"]
    assert all_runs(ports) == []


def test_who_presses_has_a_run_do_it_once(hands: Hands, ports: MemoryPorts) -> None:
    retry = button(asked(hands, queue="NotionDeadLetters"), "Try them again").custom_id
    reply = hands.press(retry, id=ID)
    hands.press(retry, id=ID, is_repeated=True)
    with pytest.raises(FlowDoneError):
        hands.press(retry)
    (run,) = all_runs(ports)
    assert (run.workflow, run.correlation_id) == (step.WORKFLOW, ID)
    assert run.parameters == {"queue": "NotionDeadLetters", "rate": 50}
    assert run.id in text_of(reply)


def test_all_of_them_may_be_tried_again(hands: Hands, ports: MemoryPorts) -> None:
    reply = asked(hands, all=True)
    told = text_of(reply)
    assert "of all queues" in told
    assert "**ShopifyDeadLetters** 1,200" in told
    assert "CardDeadLetters" not in told
    hands.press(button(reply, "Try them again").custom_id)
    assert all_runs(ports)[0].parameters == {"rate": 50}


def test_a_queue_of_the_menu_is_asked_about_in_a_message_of_its_own(hands: Hands, ports: MemoryPorts) -> None:
    reply = hands.press("dead-letters.queue", values=("NotionDeadLetters",))
    hands.press(button(reply, "Try them again").custom_id)
    assert all_runs(ports)[0].parameters == {"queue": "NotionDeadLetters", "rate": 50}


@pytest.mark.parametrize(("values", "error"), [((), InvalidInputError), (("FaxDeadLetters",), NotFoundError)])
def test_forged_choices_begin_nothing(hands: Hands, values: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        hands.press("dead-letters.queue", values=values)


@pytest.mark.parametrize("options", [{}, {"all": False}, {"queue": "NotionDeadLetters", "all": True}, {"queue": " "}])
def test_it_has_to_be_said_which(hands: Hands, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="say which queue, or all"):
        asked(hands, **options)


def test_a_queue_there_is_not_is_not_found(hands: Hands) -> None:
    with pytest.raises(NotFoundError, match="there are CardDeadLetters"):
        asked(hands, queue="NotionQueue")


@pytest.mark.parametrize("options", [{"queue": "CardDeadLetters"}, {"all": True}])
def test_where_nothing_lies_nothing_is_asked(hands: Hands, ports: MemoryPorts, options: dict[str, Any]) -> None:
    ports.dead_letter_queues = {"CardDeadLetters": lambda: 0}
    reply = asked(hands, **options)
    assert reply.content == "There is nothing to be tried again."
    assert not reply.buttons


def test_a_queue_that_cannot_be_asked_may_be_tried_all_the_same(hands: Hands) -> None:
    assert labels(asked(hands, queue="JobDeadLetters")) == ["Try them again", "Leave it"]


def test_only_who_asked_may_press_in_time(hands: Hands, ports: MemoryPorts) -> None:
    retry = button(asked(hands, all=True), "Try them again").custom_id
    with pytest.raises(NotYoursError):
        hands.press(retry, user_id=BEN)
    ports.now = ports.now.replace(hour=ports.now.hour + 1)
    with pytest.raises(FlowOverError):
        hands.press(retry)
    assert all_runs(ports) == []


def test_a_viewer_has_nothing_tried_again(hands: Hands) -> None:
    with pytest.raises(ForbiddenError):
        hands.type("dead-letters retry-queue", {"all": True}, role=Role.VIEWER)


# what is offered while somebody types


def test_every_queue_of_dead_letters_is_offered() -> None:
    named = [one["value"] for one in places("dead-letter-queues", ())["names"]]
    said = template()["Resources"]["QueueMap"]["Properties"]["Value"]["Sub"]
    assert named
    assert all(f'"${{{name}.QueueName}}": ' in said for name in named)
    assert said.count('.QueueName}":') == len(named)


def test_every_workflow_is_offered_with_what_it_does() -> None:
    offered = {one["value"]: one["name"] for one in places("workflows", ())["names"]}
    assert list(offered) == list(workflows())
    assert all(name.startswith(f"{value}: ") and len(name) <= 100 for value, name in offered.items())


def test_runs_are_offered_of_the_statuses_that_are_asked_for() -> None:
    assert places("runs", ("failed",)) == {"columns": ["SAGA#failed"]}
    assert len(places("runs", ())["columns"]) == 6
    with pytest.raises(ValueError, match="no suggestions from fax"):
        places("fax", ())
