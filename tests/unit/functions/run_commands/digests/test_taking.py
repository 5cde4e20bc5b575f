"""A digest as it is shown: all is unknown until something is watched, and changes are said once there are any."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.run_commands.digests.taking import MOST_LISTINGS, places_of, take_digest
from shared.deliveries.delivery import Status, first_try
from shared.discord.answers import Colour, Reply, body_of
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.store import LedgerListings
from shared.messages.contracts import read_message
from shared.messages.message import Recording
from shared.messages.routing import decide
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.http import Answer, Call, NotSentError
from shared.status.period import Period
from shared.status.taking import Watched
from shared.status.targets import read_targets
from tests.support.builders import NOON, a_cause, a_listing
from tests.support.digests import a_service, happen, raw_page, raw_run
from tests.support.ports import MemoryPorts
from tests.support.posted import keep_message

HOUR = timedelta(hours=1)


class World:
    """A web server and GitHub, as they are set."""

    def __init__(self) -> None:
        self.statuses: list[int] = [200]
        self.runs: list[dict[str, Any]] = []
        self.asked = 0

    def serve(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        if not url:
            raise NotSentError("cannot be reached")
        self.asked += 1
        return Answer(status=self.statuses[self.asked % len(self.statuses)], headers={}, body=b"")

    def github(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        body = Call(method="", path="", json=raw_page(self.runs), repeatable=True).body() or b""
        return Answer(status=200, headers={}, body=body)

    def watched(self, urls: str = "api=https://api.example") -> Watched:
        return Watched(
            targets=read_targets(urls), send=self.serve, github=lambda: a_service(self.github), repository="acme/shop"
        )


def taken(ports: MemoryPorts, period: Period = Period.DAILY, *, trace: int = 1) -> Reply:
    return take_digest(period, ports.now, a_cause("timer", f"{trace:032x}"), ports=ports)


def told(reply: Reply) -> dict[str, str]:
    return {field.name: field.value for field in reply.embeds[0].fields}


def post(ports: MemoryPorts, number: int, content: str = "Buy milk") -> str:
    """A message, as the rules that are shipped send it on; its event's id."""
    raw = {"id": str(number), "content": content, "author": "Anna", "channel": "todo"}
    message = read_message(raw, now=ports.now - HOUR, default_currency="GBP")
    recording = Recording(message=message, decision=decide(message, ports.rules()), raw=raw)
    ports.messages.save_all([recording], a_cause(), at=ports.now - HOUR)
    return message.event_id


def test_where_nothing_is_configured_nothing_is_said_to_be_well() -> None:
    reply = taken(MemoryPorts())
    (embed,) = reply.embeds
    assert embed.title == "⚪ Daily digest: unknown"
    assert (embed.colour, embed.description) == (Colour.QUIET, "• no address to ask is configured")
    assert told(reply) == {
        "Queues": "unknown: none are configured",
        "Deliveries": "none",
        "Listings now": "none",
        "Events": "0",
        "Workflow runs": "unknown: no GitHub is configured",
    }
    assert (reply.files, embed.image) == ([], "")


def test_all_is_well_where_everything_was_looked_at() -> None:
    ports, world = MemoryPorts(), World()
    ports.watched = world.watched()
    ports.waiting_queues, ports.dead_letter_queues = {"Notion": lambda: 0}, {"NotionDeadLetters": lambda: 0}
    world.runs = [raw_run(at=NOON - HOUR)]
    reply = taken(ports)
    (embed,) = reply.embeds
    assert (embed.title, embed.colour, embed.description) == ("🟢 Daily digest: healthy", Colour.GOOD, "")
    assert embed.footer == "28 Feb 12:00 to 1 Mar 12:00 UTC"
    parts = told(reply)
    assert parts["🟢 api"].startswith("100 % of 20 · p50 ")
    assert parts["Queues"] == "0 waiting · 0 given up"
    assert parts["Workflow runs"] == "1 · 0 failed\n1 succeeded\nmedian 1 min 30 s"


def test_what_is_wrong_comes_first_and_the_worst_before_the_rest() -> None:
    ports, world = MemoryPorts(), World()

    def away() -> int:
        raise DependencyError("the queue cannot be reached")

    ports.watched, ports.waiting_queues = world.watched(), {"Notion": away}
    ports.dead_letter_queues = {"NotionDeadLetters": lambda: 2}
    world.statuses, world.runs = [500], [raw_run(3, conclusion="failure"), raw_run(2)]
    reply = taken(ports)
    (embed,) = reply.embeds
    assert (embed.title, embed.colour) == ("🔴 Daily digest: critical", Colour.BAD)
    assert embed.description.splitlines() == [
        "• api failed 20 of 20 times (answers 500)",
        "• 2 given up in NotionDeadLetters",
        "• failing on GitHub: Deploy",
        "• the queue Notion could not be read",
    ]
    parts = told(reply)
    assert parts["🔴 api"].endswith("\n20 times: answers 500")
    assert parts["Queues"] == "? waiting · 2 given up\nNotionDeadLetters: 2 given up\nNotion: unknown"
    assert "latest failure: [Deploy](https://github.com/acme/shop/actions/runs/3)" in parts["Workflow runs"]


def test_it_is_compared_with_the_one_before_of_its_period() -> None:
    ports, world = MemoryPorts(a_listing(State.FOUND)), World()
    ports.watched, ports.dead_letter_queues = world.watched(), {"Notion": lambda: 3}
    first = taken(ports)
    assert not {"▲", "▼"} & set(str(first))
    world.statuses, ports.dead_letter_queues = [200, 200, 200, 500], {"Notion": lambda: 1}
    ports.now += timedelta(days=1)
    other_period = taken(ports, Period.WEEKLY, trace=2)
    assert "▲" not in str(other_period)
    reply = taken(ports, trace=3)
    parts = told(reply)
    assert "75 % of 20 ▼ 25 · " in parts["🟡 api"]
    assert parts["Queues"].splitlines()[0] == "? waiting · 1 given up ▼ 2"
    assert parts["Listings now"] == "FOUND 1 ="
    assert "▲▼ since <t:1772366400:R>, when it was degraded" in reply.embeds[0].description


def test_carried_out_again_it_is_recorded_once_and_compared_with_the_same() -> None:
    ports, world = MemoryPorts(), World()
    ports.watched, ports.dead_letter_queues = world.watched(), {"Notion": lambda: 3}
    taken(ports, trace=1)
    ports.dead_letter_queues = {"Notion": lambda: 5}
    once, again = taken(ports, trace=2), taken(ports, trace=2)
    assert told(once)["Queues"] == told(again)["Queues"] == "? waiting · 5 given up ▲ 2\nNotion: 5 given up"
    assert [event.data["figures"]["dead"] for event in ports.ledger.history("DIGEST", "daily")] == [3, 5]


def test_the_event_says_what_was_found() -> None:
    ports = MemoryPorts()
    taken(ports, Period.WEEKLY)
    (event,) = ports.ledger.history("DIGEST", "weekly")
    assert (event.type, event.source, event.actor) == ("digest.taken", "switchyard.status", "timer")
    assert event.data == {
        "period": "weekly",
        "since": "2026-02-22T12:00:00Z",
        "until": "2026-03-01T12:00:00Z",
        "level": "unknown",
        "reasons": ["no address to ask is configured"],
        "figures": {"events": 0, "deliveries": 0, "deliveries failed": 0} | {f"listings {state}": 0 for state in State},
    }


@pytest.mark.parametrize("error", [DependencyError("the ledger cannot be reached"), ConflictError("others are faster")])
def test_a_digest_that_cannot_be_kept_is_shown_all_the_same(error: Exception) -> None:
    class Stuck(MemoryLedger):
        def commit(self, change: Change) -> None:
            raise error

    ports, world = MemoryPorts(), World()
    ports.watched, ports.ledger = world.watched(), Stuck()
    (embed,) = taken(ports).embeds
    assert embed.title == "⚪ Daily digest: unknown"
    assert embed.description == "• this digest could not be kept, nor be compared with another"


def test_deliveries_of_the_period_are_counted_by_sink() -> None:
    ports = MemoryPorts()
    delivered, failed, waiting = (post(ports, number) for number in (1, 2, 3))
    for event_id, status in ((delivered, Status.DELIVERED), (failed, Status.FAILED)):
        ports.deliveries.save(first_try(event_id, "notion", at=NOON).ended(status, at=NOON))
    assert ports.deliveries.get(waiting, "notion") is None
    reply = taken(ports)
    assert told(reply)["Deliveries"] == "3 · 1 failed or in doubt\nNotion: 1 delivered, 1 failed, 1 pending"
    assert "• 1 of 3 deliveries failed or are in doubt" in reply.embeds[0].description


def test_a_day_and_a_week_come_with_a_chart_and_an_hour_without() -> None:
    ports = MemoryPorts()
    happen(ports.ledger, NOON - timedelta(minutes=5))
    for period in (Period.DAILY, Period.WEEKLY):
        reply = taken(ports, period)
        (file,) = reply.files
        assert (file.name, file.content_type, file.content[:8]) == ("events.png", "image/png", b"\x89PNG\r\n\x1a\n")
        assert body_of(reply)["embeds"][0]["image"] == {"url": "attachment://events.png"}
    assert taken(ports, Period.NOW).files == []


def test_names_that_strangers_chose_do_nothing() -> None:
    ports, world = MemoryPorts(), World()
    world.statuses, odd = [500], "**@everyone** [x](https://evil.example) <@1>"
    ports.watched = world.watched(f"{odd}=https://api.example")
    world.runs = [raw_run(name=f"`{odd}", conclusion="failure", html_url="javascript:alert(1)")]
    (embed,) = body_of(taken(ports))["embeds"]
    fields = embed["fields"]
    inert = r"\*\*@\u200beveryone\*\* \[x\](https://evil.example) \<\u200b@1\>".replace(r"\u200b", "\u200b")
    assert embed["description"].splitlines() == [
        f"• {inert} failed 20 of 20 times (answers 500)",
        rf"• failing on GitHub: \`{inert}",
    ]
    assert [fields[-2]["name"], fields[-1]["name"]] == ["Workflow runs", f"🔴 {inert}"]
    assert "javascript:" not in str(embed)
    assert not re.search(r"(?<!\\)\]\(|@everyone|<@", fields[-2]["value"])


def test_ten_addresses_with_long_names_fit_into_one_message() -> None:
    ports, world = MemoryPorts(), World()
    world.statuses = [500, 404, 302, 502]
    ports.watched = world.watched(",".join(f"{'é*' * 200} {n}=https://{n}.example" for n in range(12)))
    body = body_of(taken(ports))
    names = [field["name"] for field in body["embeds"][0]["fields"]]
    assert len(names) == 12 + 5
    assert names[4] == "Workflow runs"
    assert len(str(body["embeds"])) < 12_000


def test_however_many_addresses_there_are_no_other_part_is_lost() -> None:
    ports, world = MemoryPorts(), World()
    ports.watched = world.watched(",".join(f"address-{n}=https://{n}.example" for n in range(30)))
    fields = body_of(taken(ports))["embeds"][0]["fields"]
    names = [field["name"] for field in fields]
    assert names[:5] == ["Queues", "Deliveries", "Listings now", "Events", "Workflow runs"]
    assert names[-1] == "… and 15 more addresses"
    told = str(fields)
    assert all(f"address-{n}" in told for n in range(30))


def test_counting_listings_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Many(LedgerListings):
        def newest(self, states: Any, **_: Any) -> Any:
            one = a_listing(State.FOUND)
            return iter([("", one)] * (MOST_LISTINGS + 7)) if list(states) == [State.FOUND] else iter([("", one)])

    ports = MemoryPorts()
    ports.listings = Many(ports.ledger)
    assert told(taken(ports))["Listings now"].startswith("FOUND 1,000+ · MESSAGING 1 · ")


def an_event(kind: str, subject: str, fact: Any) -> Event:
    (event,) = recorded(kind, subject, [fact], after=0, cause=a_cause())
    return event


def test_what_people_are_told_goes_where_they_are_told() -> None:
    listing = a_listing(State.PURCHASED)
    facts = {fact.type: fact for fact in listing.facts}
    assert places_of(an_event("LISTING", listing.id, facts["listing.state.purchased"]), "GBP") == (
        "discord",
        "telegram",
    )
    assert places_of(an_event("LISTING", listing.id, facts["listing.created"]), "GBP") == ()


@pytest.mark.parametrize(("sink", "expected"), [("notion", ("discord", "telegram")), ("discord", ()), ("telegram", ())])
def test_what_those_gave_up_who_tell_people_is_told_nowhere(sink: str, expected: tuple[str, ...]) -> None:
    fact = replace(
        a_listing().facts[0],
        type="delivery.failed",
        data={
            "event_id": "message:1:1",
            "event_type": "message.created",
            "sink": sink,
            "attempts": 5,
            "in_doubt": False,
            "answer": "500",
            "title": "Buy milk",
        },
    )
    assert places_of(an_event("DELIVERY", f"message:1:1:{sink}", fact), "GBP") == expected


def test_a_message_goes_where_the_rules_have_sent_it() -> None:
    ports = MemoryPorts()
    event = ports.ledger.event(post(ports, 1))
    assert places_of(event, "GBP") == ["notion"]


def test_a_message_that_the_rules_send_nowhere_waits_nowhere() -> None:
    ports = MemoryPorts()
    event = keep_message(ports.ledger, sinks=(), at=NOON - HOUR)
    assert places_of(event, "GBP") == []
    assert told(taken(ports))["Deliveries"] == "none"
