"""A listing that nothing happens to ends at its deadline, and not before: on the deployed template, in fast time.

The timers wait in Step Functions, where days can be made seconds; what they call runs by the clock.
"""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier
from time import sleep
from typing import Any

import pytest

from scripts.up import TELEGRAM_CHAT
from shared.ledger.envelope import Event, from_text
from shared.listings.lifecycle import TRANSITIONS, State
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.life import BUYS, REPLIES, Lives
from tests.support.waiting import eventually

DAY = 86_400.0  # seconds
FAST = 4e-6  # a day is a third of a second
FASTER = FAST / 2  # where nothing is done between the reminder and the deadline
DAYS = {"FOUND": 3, "MESSAGING": 7, "NEGOTIATING": 14}
AT_ONCE = 16


def one_in(state: str, lives: Lives) -> str:
    """A listing that stays in that state by itself, its timer running."""
    lives.services.set("chatterbot", script=REPLIES if state == "NEGOTIATING" else [])
    lives.api.decide(automatic=state != "FOUND")
    listing_id = lives.found()
    lives.reach(listing_id, state)
    return listing_id


def until_its_timer_runs(cloud: Cloud, api: Api, listing_id: str) -> str:
    """The name of the timer of the state it is in."""
    version = {step["to_state"]: step["version"] for step in api.history(listing_id)}[api.listing(listing_id)["state"]]
    name = f"{listing_id}-{version}"
    eventually(lambda: cloud.timers(listing_id).get(name) == "RUNNING")
    return name


def the(kind: str, facts: Sequence[Event]) -> Event:
    (found,) = [fact for fact in facts if fact.type == kind]
    return found


def reminders(services: StandIns, title: str) -> list[str]:
    told = services.state("telegram")["messages"].get(str(TELEGRAM_CHAT), [])
    return [message["text"] for message in told if "⏰" in message["text"] and title in message["text"]]


def test_each_state_has_its_days_and_ends_after_them_reminded_once_before(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    waiting = {state: one_in(state, lives) for state in reversed(DAYS)}  # who is to stay in FOUND is not messaged later
    for listing_id in waiting.values():
        until_its_timer_runs(cloud, api, listing_id)
    with cloud.fast_time(FASTER, only=waiting.values()):
        for listing_id in waiting.values():
            lives.reach(listing_id, "CANCELLED")

    for state, listing_id in waiting.items():
        facts = cloud.facts(listing_id)
        kinds = [fact.type for fact in facts]
        assert kinds[-3:] == ["listing.deadline_approaching", "listing.deadline_passed", "listing.state.cancelled"]
        assert Counter(kinds)["listing.deadline_approaching"] == 1
        entered, reminder, passed = facts[-4], the("listing.deadline_approaching", facts), facts[-2]
        deadline = entered.time + timedelta(days=DAYS[state])
        assert from_text(passed.data["deadline_at"]) == deadline == from_text(reminder.data["deadline_at"])
        # After the reminder its timer waits for the whole of its time once more, as the clock has not moved on.
        assert (passed.time - reminder.time).total_seconds() >= DAYS[state] * DAY * FASTER * 0.99
        step = api.history(listing_id)[-1]
        assert (step["from_state"], step["triggered_by"]) == (state, "timer")
        assert step["reason"] == f"nothing happened in {state} until its deadline"
        title = api.listing(listing_id)["title"]
        eventually(lambda title=title: reminders(services, title))  # type: ignore[misc]
        assert len(reminders(services, title)) == 1
        (timer,) = [name for name, status in cloud.timers(listing_id).items() if status == "SUCCEEDED"]
        assert timer == f"{listing_id}-{entered.version}"


@pytest.mark.parametrize("state", DAYS)
def test_a_timer_that_goes_off_a_second_early_waits_on_and_at_the_deadline_ends_the_listing(
    api: Api, cloud: Cloud, lives: Lives, state: str
) -> None:
    listing_id = one_in(state, lives)
    deadline = from_text(api.listing(listing_id)["deadline_at"])

    def goes_off(at: datetime) -> Any:
        return cloud.invoke("ExpireListingsFunction", as_its_timer_says(cloud, listing_id, at))

    halfway = deadline - timedelta(days=DAYS[state] / 2)
    assert goes_off(halfway - timedelta(seconds=1))["over"] is False
    assert len(cloud.facts(listing_id)) == api.history(listing_id)[-1]["version"]  # nobody was reminded
    for at in (halfway, halfway, deadline - timedelta(seconds=1)):
        told = goes_off(at)
        assert (told["over"], deadline <= from_text(told["until"]) < deadline + timedelta(seconds=1)) == (False, True)
        assert api.listing(listing_id)["state"] == state
    assert [goes_off(deadline)["over"], goes_off(deadline)["over"]] == [True, True]
    assert api.way(listing_id)[-2:] == [state, "CANCELLED"]
    assert [fact.type for fact in cloud.facts(listing_id)][-3:] == [
        "listing.deadline_approaching",
        "listing.deadline_passed",
        "listing.state.cancelled",
    ]


def as_its_timer_says(cloud: Cloud, listing_id: str, at: datetime) -> dict[str, Any]:
    """What the machine hands its function when it has waited until then."""
    entry = [fact for fact in cloud.facts(listing_id) if fact.type.startswith(("listing.created", "listing.state"))][-1]
    trace = {"id": entry.id, "trace_id": entry.trace_id, "correlation_id": entry.correlation_id}
    return {"listing_id": listing_id, "entered_version": entry.version, "until": at.isoformat(), "trace": trace}


def test_the_time_an_operator_gives_is_kept_and_reminded_of_anew(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    listing_id = one_in("MESSAGING", lives)
    until_its_timer_runs(cloud, api, listing_id)
    known = api.listing(listing_id)
    first = from_text(known["deadline_at"])
    assert api.act(listing_id, "deadline", {"days": 14}, role="viewer").status_code == 403
    assert api.act(listing_id, "deadline", {"deadline_at": known["found_at"]}).status_code == 422
    extended = api.act(listing_id, "deadline", {"days": 14, "reason": "the seller is abroad"})
    assert extended.status_code == 200
    later = from_text(extended.json()["deadline_at"])
    assert later == first + timedelta(days=14)

    with cloud.fast_time(FASTER / 2, only=[listing_id]):
        lives.reach(listing_id, "CANCELLED")
    facts = cloud.facts(listing_id)
    reminder, passed = the("listing.deadline_approaching", facts), the("listing.deadline_passed", facts)
    assert from_text(reminder.data["deadline_at"]) == from_text(passed.data["deadline_at"]) == later
    assert (passed.time - reminder.time).total_seconds() >= 21 * DAY * FASTER / 2 * 0.99
    eventually(lambda: reminders(services, known["title"]))
    assert len(reminders(services, known["title"])) == 1


def test_more_time_given_after_the_reminder_is_reminded_of_once_more(api: Api, cloud: Cloud, lives: Lives) -> None:
    listing_id = one_in("MESSAGING", lives)
    until_its_timer_runs(cloud, api, listing_id)
    with cloud.fast_time(FAST, only=[listing_id]):
        lives.when(listing_id, lambda _: "listing.deadline_approaching" in {f.type for f in cloud.facts(listing_id)})
        api.act(listing_id, "deadline", {"days": 3}).raise_for_status()
        lives.reach(listing_id, "CANCELLED")
    facts = cloud.facts(listing_id)
    assert [fact.type for fact in facts][2:] == [
        "listing.deadline_approaching",
        "listing.deadline_extended",
        "listing.deadline_approaching",
        "listing.deadline_passed",
        "listing.state.cancelled",
    ]
    assert len({fact.data["deadline_at"] for fact in facts if fact.type == "listing.deadline_approaching"}) == 2
    assert facts[-2].data["deadline_at"] == facts[-3].data["deadline_at"]


def test_the_timer_of_a_state_that_was_left_is_stopped(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    listing_id = one_in("FOUND", lives)
    names = [until_its_timer_runs(cloud, api, listing_id)]
    for webhook, state in (("message-sent", "MESSAGING"), ("reply-received", "NEGOTIATING")):
        assert services.say(listing_id, webhook)["state"] == "accepted"
        assert api.listing(listing_id)["state"] == state
        names.append(until_its_timer_runs(cloud, api, listing_id))
    services.say(listing_id, "deal-confirmed", price="350")
    eventually(lambda: set(cloud.timers(listing_id).values()) == {"ABORTED"})
    assert cloud.timers(listing_id) == dict.fromkeys(names, "ABORTED")

    given_up = one_in("MESSAGING", lives)
    name = until_its_timer_runs(cloud, api, given_up)
    api.move(given_up, "CANCELLED", reason="too far away").raise_for_status()
    eventually(lambda: cloud.timers(given_up)[name] == "ABORTED")
    assert "RUNNING" not in cloud.timers(given_up).values()


def test_an_event_that_comes_ten_times_starts_one_timer_also_when_that_has_ended(
    api: Api, cloud: Cloud, lives: Lives
) -> None:
    listing_id = one_in("FOUND", lives)
    name = until_its_timer_runs(cloud, api, listing_id)
    (created,) = cloud.on_the_bus(listing_id, "listing.created")
    cloud.send("TimerQueue", created, times=10)
    cloud.settle("TimerQueue")
    assert cloud.timers(listing_id) == {name: "RUNNING"}

    api.move(listing_id, "CANCELLED").raise_for_status()
    eventually(lambda: cloud.timers(listing_id) == {name: "ABORTED"})
    cloud.send("TimerQueue", created, times=10)
    cloud.settle("TimerQueue")
    assert cloud.timers(listing_id) == {name: "ABORTED"}
    assert len(cloud.facts(listing_id)) == 2


def assert_one_has_won(api: Api, cloud: Cloud, listing_id: str, answers: Sequence[Any]) -> str:
    """The state it ended in: bought or given up, and everything says the same."""
    facts, way = cloud.facts(listing_id), api.way(listing_id)
    assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))
    assert all(State(after) in TRANSITIONS[State(before)] for before, after in pairwise(way))
    kinds = Counter(fact.type for fact in facts)
    ended = way[-1]
    bought = ended == "PURCHASED"
    assert kinds["listing.state.purchased"] + kinds["listing.state.cancelled"] == 1
    assert kinds["listing.deadline_passed"] == (0 if bought else 1)
    assert {answer.status_code for answer in answers} == {200 if bought else 409}
    if bought:
        assert [answer.json()["changed"] for answer in answers].count(True) == 1
    else:  # money may have changed hands: somebody is told, once
        assert kinds["listing.operation_failed"] == 1
        assert api.listing(listing_id)["trouble"]["operation"] == "deal_confirmed"
    return ended


def test_of_a_deal_and_a_deadline_that_come_at_the_same_instant_exactly_one_wins(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    listings = [one_in("NEGOTIATING", lives) for _ in range(AT_ONCE // 2)]
    together, rounds = Barrier(AT_ONCE), len(listings)

    def timer(listing_id: str) -> Any:
        said = as_its_timer_says(cloud, listing_id, from_text(api.listing(listing_id)["deadline_at"]))
        together.wait()
        return cloud.invoke("ExpireListingsFunction", said)

    def deal(listing_id: str) -> Any:
        together.wait()
        return api.tell("chatterbot/deal-confirmed", {"listing_id": listing_id, "price": "350"})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        timers = [pool.submit(timer, listing_id) for listing_id in listings]
        deals = [pool.submit(deal, listing_id) for listing_id in listings]
        assert [one.result()["over"] for one in timers] == [True] * rounds
        answers = [one.result() for one in deals]

    ends = {
        each: assert_one_has_won(api, cloud, each, [answer]) for each, answer in zip(listings, answers, strict=True)
    }
    cloud.settle("TimerQueue")
    bought = [listing_id for listing_id, end in ends.items() if end == "PURCHASED"]
    assert all("RUNNING" not in cloud.timers(listing_id).values() for listing_id in bought)


def test_deals_that_are_told_around_the_deadline_by_many_at_once_are_made_or_refused_as_one(
    api: Api, cloud: Cloud, lives: Lives
) -> None:
    listings = [one_in("NEGOTIATING", lives) for _ in range(4)]
    for listing_id in listings:
        until_its_timer_runs(cloud, api, listing_id)
    fast = FAST / 3

    def deal(number: int) -> Any:
        """From before the deadline of the listing until after it."""
        listing_id = listings[number % len(listings)]
        lives.when(listing_id, lambda _: "listing.deadline_approaching" in {f.type for f in cloud.facts(listing_id)})
        sleep(14 * DAY * fast - 0.3 + 0.05 * number)  # not for a fact: it is the instant that is wanted
        return api.tell("chatterbot/deal-confirmed", {"listing_id": listing_id, "price": "350"})

    with cloud.fast_time(fast, only=listings), ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(deal, range(AT_ONCE)))
        for listing_id in listings:
            lives.reach(listing_id, "PURCHASED", "CANCELLED")
    for number, listing_id in enumerate(listings):
        told = [answer for each, answer in enumerate(answers) if each % len(listings) == number]
        assert_one_has_won(api, cloud, listing_id, told)


def test_a_listing_that_is_bought_in_time_outlives_its_deadline(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    services.set("chatterbot", script=BUYS)
    listing_id = lives.found()
    lives.reach(listing_id, "PURCHASED")
    late = datetime.now(UTC) + timedelta(days=100)
    for version in (1, 2, 3, 4):
        said = as_its_timer_says(cloud, listing_id, late) | {"entered_version": version}
        assert cloud.invoke("ExpireListingsFunction", said)["over"] is True
    assert (api.way(listing_id)[-1], len(cloud.facts(listing_id))) == ("PURCHASED", 4)
    assert json.dumps(api.listing(listing_id)["deadline_at"]) == "null"
