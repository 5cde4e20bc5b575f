"""/route: what is written into the form is one message, sorted and followed to its sinks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from functions.run_commands.command import Use
from functions.run_commands.commands.route import FORM, fill_in, look_again, read_details
from functions.run_commands.messages.looking import MOST_SHOWN, PAUSES
from shared.deliveries.delivery import Status
from shared.discord.answers import Reply
from shared.ledger.envelope import Event
from shared.runtime.errors import InvalidInputError, NotFoundError
from tests.support.builders import NOON
from tests.support.ports import ANNA, MemoryPorts, form_of, press_of
from tests.unit.functions.run_commands.desk import ODD, pressable, put, text_of, watching, when_paused

ID = "1290000000000000000"
EVENT_ID = f"message:discord-{ID}:1"


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def fill(ports: MemoryPorts, content: str = "Buy tape", *, again: bool = False, **fields: Any) -> str:
    use = form_of(FORM.prefix, {"content": content, **fields}, ports=ports, id=ID, is_repeated=again)
    return text_of(fill_in(use))


def posted(ports: MemoryPorts) -> Event:
    (event,) = ports.ledger.history("MESSAGE", f"discord-{ID}")
    return event


def test_what_is_written_becomes_a_message_of_who_wrote_it_where_they_wrote_it(ports: MemoryPorts) -> None:
    fill(ports)
    event = posted(ports)
    assert (event.id, event.type, event.actor) == (EVENT_ID, "message.created", f"discord:{ANNA}")
    assert {name: event.data[name] for name in ("content", "author", "channel", "url")} == {
        "content": "Buy tape",
        "author": "Anna",
        "channel": "772908445358620702",
        "url": "https://discord.com/channels/290926798626357260/772908445358620702",
    }


@pytest.mark.parametrize(
    ("written", "is_type"),
    [
        ("task", "task.created"),
        (" Meeting ", "meeting.created"),
        ("sale", "sale.recorded"),
        ("message", "message.created"),
        ("parcel.arrived", "parcel.arrived"),
        (" ", "message.created"),
    ],
)
def test_a_type_may_be_one_word(ports: MemoryPorts, written: str, is_type: str) -> None:
    fill(ports, event_type=written)
    assert posted(ports).type == is_type


def test_the_other_lines_of_the_form_say_when_how_urgent_and_the_rest(ports: MemoryPorts) -> None:
    details = "Item: Sony A6400\nprice: 420.50\n\nduration minutes: 30\nauthor: Bert\nshelf: B: 7"
    fill(ports, event_type="sale", scheduled_for="2026-12-01 15:00", priority="high", details=details)
    said = posted(ports).data
    assert said["scheduled_for"] == datetime(2026, 12, 1, 15, tzinfo=UTC).isoformat().replace("+00:00", "Z")
    assert (said["item"], said["price"], said["currency"]) == ("Sony A6400", "420.5", "GBP")
    assert (said["duration_minutes"], said["author"], said["metadata"]) == (30, "Bert", {"shelf": "B: 7"})
    assert "urgent" in posted(ports).tags


@pytest.mark.parametrize(
    "fields",
    [
        {"content": "  "},
        {"scheduled_for": "tomorrow"},
        {"scheduled_for": "2026-12-01"},
        {"event_type": "no type"},
        {"event_type": "listing.created"},
        {"details": "price"},
        {"details": "price:"},
        {"details": ": 12"},
        {"details": "price: much"},
        {"details": "id: 7"},
        {"details": "content: other"},
        {"details": "item: a\nItem: b"},
        {"details": f"{'x' * 200}: 1"},
        {"content": "\ud800"},
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_and_nothing_is_recorded(ports: MemoryPorts, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        fill(ports, **fields)
    assert ": " in str(refusal.value)
    assert list(ports.ledger.history("MESSAGE", f"discord-{ID}")) == []


def test_details_are_lines_of_a_name_and_a_value() -> None:
    assert read_details(" Item : Tape \n\n price:2") == {"item": "Tape", "price": "2"}
    assert read_details("") == {}


def test_the_answer_shows_tags_rules_and_where_it_goes(ports: MemoryPorts) -> None:
    shown = fill(ports, event_type="task", priority="urgent")
    for words in ("task, urgent", "tag what is urgent", "priority is urgent", "tasks and messages to Notion", "Notion"):
        assert words in shown


def test_what_no_rule_wants_is_recorded_and_said_to_go_nowhere(ports: MemoryPorts) -> None:
    shown = fill(ports, event_type="parcel.arrived")
    assert "Routed nowhere" in shown
    assert posted(ports).data["sinks"] == []


def test_the_answer_follows_it_until_it_is_there(ports: MemoryPorts) -> None:
    url = "https://notion.example/1"
    pauses = when_paused(
        ports,
        lambda: None,
        lambda: put(ports, EVENT_ID, "notion", Status.SENDING),
        lambda: put(ports, EVENT_ID, "notion", Status.DELIVERED, url=url),
    )
    use, shown = watching(form_of(FORM.prefix, {"content": "Buy tape"}, ports=ports, id=ID))
    last = fill_in(use)
    assert len(pauses) == 3
    assert ["first try" in text for text in shown] == [True, False]  # what has not changed is not shown again
    assert f"[open]({url})" in text_of(last)
    assert pressable(last) == {}


def test_who_has_waited_long_enough_looks_again_later(ports: MemoryPorts) -> None:
    pauses = when_paused(ports)
    last = fill_in(form_of(FORM.prefix, {"content": "Buy tape"}, ports=ports, id=ID))
    assert (len(pauses), sum(pauses)) == (len(PAUSES), 20)
    button = pressable(last)["Look again"]
    put(ports, EVENT_ID, "notion", Status.DELIVERED)
    later = look_again(press_of(button, ports=ports))
    assert "it is there" in text_of(later)
    assert pressable(later) == {}


def restless(ports: MemoryPorts) -> tuple[Use, list[Reply], list[float]]:
    """Something new happens in every pause; what was shown, and the pauses."""
    steps = [
        partial(put, ports, EVENT_ID, "notion", Status.PENDING, retry_at=NOON + timedelta(minutes=number))
        for number in range(20)
    ]
    shown: list[Reply] = []
    use = form_of(FORM.prefix, {"content": "Buy tape"}, ports=ports, id=ID)
    return replace(use, show=shown.append), shown, when_paused(ports, *steps)


def test_where_discord_is_slow_nobody_is_kept_waiting_for_longer(ports: MemoryPorts) -> None:
    use, shown, _ = restless(ports)

    def show(reply: Reply) -> None:
        shown.append(reply)
        ports.now += timedelta(seconds=9)

    assert pressable(fill_in(replace(use, show=show)))["Look again"]
    assert len(shown) == 3
    assert ports.now - NOON < timedelta(seconds=30)


def test_what_changes_all_the_time_is_shown_a_few_times(ports: MemoryPorts) -> None:
    use, shown, pauses = restless(ports)
    last = fill_in(use)
    assert (len(shown), len(pauses)) == (MOST_SHOWN, len(PAUSES))
    assert last not in shown


def test_nobody_waits_for_a_sink_that_is_paused(ports: MemoryPorts) -> None:
    sinks = ports.sinks
    use = form_of(FORM.prefix, {"content": "Buy tape"}, ports=ports, id=ID)
    sinks.decide(sinks.get("notion"), paused=True, reason=None, cause=use.cause, at=ports.now)
    pauses = when_paused(ports)
    assert "this sink is paused" in text_of(fill_in(use))
    assert pauses == []


def test_carried_out_twice_it_is_one_message_and_no_old_one(ports: MemoryPorts) -> None:
    fill(ports)
    assert "sent before" not in fill(ports, again=True)
    assert len(list(ports.ledger.history("MESSAGE", f"discord-{ID}"))) == 1


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_text_is_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    shown = fill(ports, odd[:4_000])
    put(ports, EVENT_ID, "notion", Status.FAILED, last_error=odd)
    shown += text_of(look_again(press_of(f"route.look:{EVENT_ID}", ports=ports)))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in shown


@pytest.mark.parametrize("carried", ["", ":", ":message:nobody:1", ":x:y:z:1", ":" + "x" * 89])
def test_what_is_not_there_is_not_found(ports: MemoryPorts, carried: str) -> None:
    with pytest.raises(NotFoundError):
        look_again(press_of(f"route.look{carried}", ports=ports))


def test_a_failed_sink_can_be_tried_again_from_the_answer(ports: MemoryPorts) -> None:
    when_paused(ports, lambda: put(ports, EVENT_ID, "notion", Status.FAILED, attempts=3, last_error="400 no"))
    last = fill_in(form_of(FORM.prefix, {"content": "Buy tape"}, ports=ports, id=ID))
    assert pressable(last) == {"Try Notion again": f"deliveries.retry:{EVENT_ID}:notion"}
    assert "given up after 3 tries (400 no)" in text_of(last)
