"""/deliveries: what became of events; a card for each; trying again and confirming, once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.run_commands.command import Run, Use
from functions.run_commands.commands.deliveries import Deliveries, open_card, press_confirm, press_retry
from functions.run_commands.recording import Account, Outcome, record
from shared.deliveries.asking import ASKED_AGAIN_AFTER
from shared.deliveries.delivery import Status
from shared.discord.answers import Reply
from shared.runtime.auth import Role
from shared.runtime.errors import ContradictionError, InvalidInputError, NotFoundError
from tests.support.builders import NOON, a_cause, a_listing
from tests.support.ports import MemoryPorts, press_of, use_of
from tests.unit.functions.run_commands.desk import (
    ODD,
    choices,
    keep,
    pressable,
    put,
    said,
    statuses,
    text_of,
    watching,
    when_paused,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def listed(ports: MemoryPorts, **options: Any) -> Reply:
    return Deliveries().run(use_of("deliveries", options, ports=ports))


def retry_of(event_id: str, sink: str = "notion") -> str:
    return f"deliveries.retry:{event_id}:{sink}"


# lists


def test_what_became_of_the_events_of_two_days_is_listed_newest_first(ports: MemoryPorts) -> None:
    keep(ports, "new", Status.DELIVERED)
    keep(ports, "before", Status.FAILED, at=NOON - timedelta(days=1))
    keep(ports, "old", Status.FAILED, at=NOON - timedelta(days=2))
    reply = listed(ports)
    assert choices(reply) == ["message:new:1", "message:before:1"]
    told = text_of(reply)
    assert "it is there" in told
    assert "given up" in told


def test_the_list_may_be_of_one_sink_or_status(ports: MemoryPorts) -> None:
    keep(ports, "a", Status.FAILED, sinks=("notion", "shopify"))
    keep(ports, "b", Status.DELIVERED, sink="shopify")
    assert choices(listed(ports, sink="shopify")) == ["message:b:1", "message:a:1"]
    assert choices(listed(ports, status="failed")) == ["message:a:1"]
    assert choices(listed(ports, status="failed", sink="shopify")) == []
    assert "There are none" in text_of(listed(ports, status="in_doubt"))


def test_what_is_open_is_listed_whatever_its_day(ports: MemoryPorts) -> None:
    keep(ports, "old", Status.FAILED, at=NOON - timedelta(days=90))
    assert choices(listed(ports, status="failed")) == ["message:old:1"]


def test_what_waits_for_a_paused_sink_is_said_to(ports: MemoryPorts) -> None:
    use = use_of("sinks pause", ports=ports)
    ports.sinks.decide(ports.sinks.get("notion"), paused=True, reason=None, cause=use.cause, at=NOON)
    keep(ports)
    assert "this sink is paused" in text_of(listed(ports))


@pytest.mark.parametrize(("limit", "number"), [(1, 1), (10, 10), (25, 25)])
def test_of_many_only_so_many_are_listed_and_that_is_said(ports: MemoryPorts, limit: int, number: int) -> None:
    for index in range(40):
        keep(ports, f"m-{index}", Status.FAILED, at=NOON + index * MINUTE, last_error="x" * 300)
    for status in (None, "failed"):
        reply = listed(ports, limit=limit, **({"status": status} if status else {}))
        assert len(choices(reply)) == number
        assert choices(reply)[0] == "message:m-39:1"
        assert "There may be more." in text_of(reply)


def test_where_all_is_shown_nothing_more_is_promised(ports: MemoryPorts) -> None:
    keep(ports)
    assert "There may be more." not in text_of(listed(ports))


def test_an_event_with_an_id_too_long_for_a_menu_is_listed_without(ports: MemoryPorts) -> None:
    keep(ports, "x" * 128, Status.FAILED)
    reply = listed(ports)
    assert choices(reply) == []
    event_id = f"message:{'x' * 128}:1"
    assert event_id in text_of(reply)
    card = listed(ports, event=event_id)
    assert pressable(card) == {}
    assert "given up" in text_of(card)


@pytest.mark.parametrize("options", [{"status": "lost"}], ids=str)
def test_what_is_not_offered_is_refused(ports: MemoryPorts, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        listed(ports, **options)


@pytest.mark.parametrize("options", [{"sink": "fax"}, {"event": "message:nobody:1"}, {"event": "hello"}], ids=str)
def test_what_is_not_there_is_not_found(ports: MemoryPorts, options: dict[str, Any]) -> None:
    with pytest.raises(NotFoundError):
        listed(ports, **options)


# cards


def test_one_event_is_shown_with_every_place_it_goes_to(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED, sinks=("discord", "notion"), last_error="400 no such page", attempts=2)
    told = text_of(listed(ports, event=f" {event.id} "))
    for words in ("Buy more tape", "Notion", "given up after 2 tries (400 no such page)", "Discord", "first try"):
        assert words in told


@pytest.mark.parametrize(
    ("status", "more", "words"),
    [
        (Status.PENDING, {"retry_at": NOON + MINUTE}, "tried again <t:"),
        (Status.SENDING, {}, "under way"),
        (Status.ACCEPTED, {}, "has taken it on"),
        (Status.DRY_RUN, {}, "nobody was asked"),
        (Status.SKIPPED, {"last_error": "it has no time"}, "nothing for it (it has no time)"),
        (Status.IN_DOUBT, {}, "look first"),
        (Status.IN_DOUBT, {"retry_at": NOON + MINUTE}, "looked for again <t:"),
    ],
)
def test_every_status_is_said_in_words(ports: MemoryPorts, status: Status, more: dict[str, Any], words: str) -> None:
    event = keep(ports, "m-1", status, **more)
    assert words in text_of(listed(ports, event=event.id))


def test_a_card_of_the_list_stands_beside_it(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    reply = open_card(press_of("deliveries.open", ports=ports, values=(event.id,)))
    assert reply.private
    assert pressable(reply) == {"Try Notion again": retry_of(event.id)}


@pytest.mark.parametrize("values", [(), ("message:nobody:1",), ("",)], ids=str)
def test_a_choice_that_is_none_is_not_found(ports: MemoryPorts, values: tuple[str, ...]) -> None:
    with pytest.raises(NotFoundError):
        open_card(press_of("deliveries.open", ports=ports, values=values))


def test_an_event_that_is_no_message_is_shown_too(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    press_retry(press_of(retry_of(event.id), ports=ports))
    asked = f"delivery:{event.id}:notion:1"
    assert "delivery.retry" in text_of(listed(ports, event=asked))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_who_used_what_is_for_admins_here_too(ports: MemoryPorts, role: Role) -> None:
    interaction = use_of("sinks list", ports=ports).interaction
    account = Account(interaction=interaction, role=Role.ADMIN, outcome=Outcome.DONE, began_at=NOON, ended_at=NOON)
    record(account, a_cause(), ledger=ports.ledger)
    event_id = f"command:{interaction.id}:1"
    uses: list[tuple[Run, Use]] = [
        (Deliveries().run, use_of("deliveries", {"event": event_id}, ports=ports, role=role)),
        (open_card, press_of("deliveries.open", values=(event_id,), ports=ports, role=role)),
        (press_retry, press_of(retry_of(event_id), ports=ports, role=role)),
        (press_confirm, press_of(f"deliveries.confirm:{event_id}:notion", ports=ports, role=role)),
    ]
    for run, use in uses:
        with pytest.raises(NotFoundError, match=f"there is no event {event_id}"):
            run(use)
    seen = Deliveries().run(use_of("deliveries", {"event": event_id}, ports=ports, role=Role.ADMIN))
    assert "sinks list" in text_of(seen)


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_reasons_are_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    event = keep(ports, "m-1", Status.FAILED, sinks=("notion", "discord", "shopify"), last_error=odd)
    for sink in ("discord", "shopify"):
        put(ports, event.id, sink, Status.IN_DOUBT, last_error=odd)
    told = text_of(listed(ports)) + text_of(listed(ports, event=event.id))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told


# trying again


def test_what_is_given_up_is_asked_for_and_followed(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    asked = f"delivery:{event.id}:notion:1"
    pauses = when_paused(ports, lambda: None, lambda: put(ports, event.id, "notion", Status.DELIVERED, trigger=asked))
    use, shown = watching(press_of(retry_of(event.id), ports=ports))
    reply = press_retry(use)
    assert said(ports, event.id) == ["delivery.retry_requested"]
    assert len(pauses) == 2
    assert ["on its way" in text for text in shown] == [True]
    assert "it is there" in text_of(reply)


def test_what_fails_once_more_can_be_asked_for_once_more(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    asked = f"delivery:{event.id}:notion:1"
    when_paused(ports, lambda: put(ports, event.id, "notion", Status.FAILED, trigger=asked))
    reply = press_retry(press_of(retry_of(event.id), ports=ports))
    assert pressable(reply) == {"Try Notion again": retry_of(event.id)}


def test_who_presses_twice_is_told_and_nothing_happens(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    reply = press_retry(press_of(retry_of(event.id), ports=ports))
    assert pressable(reply) == {"Look again": f"route.look:{event.id}"}
    with pytest.raises(ContradictionError, match="asked for it already"):
        press_retry(press_of(retry_of(event.id), ports=ports))
    assert said(ports, event.id) == ["delivery.retry_requested"]
    ports.now += ASKED_AGAIN_AFTER  # nothing was heard of it
    press_retry(press_of(retry_of(event.id), ports=ports))
    assert len(said(ports, event.id)) == 2


def test_carried_out_twice_it_is_asked_for_once(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    for is_repeated in (False, True):
        reply = press_retry(
            press_of(retry_of(event.id), ports=ports, id="1290000000000000009", is_repeated=is_repeated)
        )
        assert "on its way" in text_of(reply)
    assert said(ports, event.id) == ["delivery.retry_requested"]


def test_carried_out_twice_it_is_asked_for_once_whatever_came_of_it_meanwhile(ports: MemoryPorts) -> None:
    """It failed once more, that was said, and the index of traces has not heard of anything."""
    event = keep(ports, "m-1", Status.FAILED)
    press = press_of(retry_of(event.id), ports=ports, id="1290000000000000009")
    press_retry(press)
    put(ports, event.id, "notion", Status.FAILED, trigger=f"delivery:{event.id}:notion:1")
    press_retry(press_of(retry_of(event.id), ports=ports))  # somebody else
    put(ports, event.id, "notion", Status.FAILED, trigger=f"delivery:{event.id}:notion:2")
    ports.ledger.trace = lambda trace_id: iter(())  # type: ignore[method-assign]
    assert "given up" in text_of(press_retry(replace(press, is_repeated=True)))
    assert said(ports, event.id) == ["delivery.retry_requested"] * 2


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.ACCEPTED, Status.SENDING, Status.PENDING])
def test_what_is_there_or_under_way_is_not_asked_for(ports: MemoryPorts, status: Status) -> None:
    event = keep(ports, "m-1", status)
    with pytest.raises(ContradictionError):
        press_retry(press_of(retry_of(event.id), ports=ports))
    assert said(ports, event.id) == []


@pytest.mark.parametrize(
    "carried", ["", ":notion", ":message:m-9:1:notion", ":message:m-1:1:fax", ":message:m-1:1", ":x"]
)
@pytest.mark.parametrize("press", [press_retry, press_confirm])
def test_a_button_that_carries_nonsense_does_nothing(ports: MemoryPorts, press: Any, carried: str) -> None:
    event = keep(ports, "m-1", Status.IN_DOUBT)
    with pytest.raises(NotFoundError):
        press(press_of(f"deliveries.retry{carried}", ports=ports))
    assert said(ports, event.id) == []


# cards of listings


def test_a_card_that_was_given_up_is_found_named_asked_for_and_confirmed() -> None:
    ports = MemoryPorts(a_listing())
    event = ports.listings.history(a_listing().id)[0]
    put(ports, event.id, "cards", Status.IN_DOUBT)
    for reply in (listed(ports), listed(ports, status="in_doubt"), listed(ports, sink="cards")):
        assert choices(reply) == [event.id]
        assert "**Discord cards**: it may be there" in text_of(reply)
    buttons = pressable(listed(ports, event=event.id))
    assert list(buttons) == ["It is in Discord cards", "Try Discord cards again"]
    press_retry(press_of(buttons["Try Discord cards again"], ports=ports))
    assert said(ports, event.id, "cards") == ["delivery.retry_requested"]
    press_confirm(press_of(buttons["It is in Discord cards"], ports=ports))
    assert statuses(ports, event.id) == {"cards": Status.DELIVERED}


# confirming


def test_what_is_in_doubt_can_be_confirmed_once(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.IN_DOUBT)
    buttons = pressable(listed(ports, event=event.id))
    assert list(buttons) == ["It is in Notion", "Try Notion again"]
    reply = press_confirm(press_of(buttons["It is in Notion"], ports=ports))
    assert "it is there" in text_of(reply)
    assert statuses(ports, event.id) == {"notion": Status.DELIVERED}
    with pytest.raises(ContradictionError):
        press_confirm(press_of(buttons["It is in Notion"], ports=ports))
    assert said(ports, event.id) == ["delivery.confirmed"]


def test_carried_out_twice_it_is_confirmed_once(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.IN_DOUBT)
    custom_id = f"deliveries.confirm:{event.id}:notion"
    for is_repeated in (False, True):
        press_confirm(press_of(custom_id, ports=ports, id="1290000000000000009", is_repeated=is_repeated))
    assert said(ports, event.id) == ["delivery.confirmed"]


def test_what_surely_failed_cannot_be_confirmed(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    with pytest.raises(ContradictionError):
        press_confirm(press_of(f"deliveries.confirm:{event.id}:notion", ports=ports))
    assert statuses(ports, event.id) == {"notion": Status.FAILED}
