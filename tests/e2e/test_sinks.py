"""What goes wrong on the way to a sink, and what people can do about it: on the deployed template."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import pytest

from scripts.up import DISCORD_CHANNEL
from tests.stand_ins.client import StandIns
from tests.stand_ins.notion import PROPERTIES
from tests.support.cloud import SINKS, Cloud
from tests.support.posting import (
    SOON,
    STAND_INS,
    Posting,
    a_meeting,
    a_message,
    a_sale,
    event_id,
    in_discord,
    in_telegram,
)
from tests.support.waiting import eventually

PROVIDERS = ("notion", "google-calendar", "shopify")
SLOW = 11.0  # seconds: longer than anybody is waited for
WAITS = 40.0  # seconds at most until an open circuit lets somebody try


def decided(cloud: Cloud, sink: str, reason: str, number: int = 1) -> list[Any]:
    """The events of what was decided for this reason, as soon as there are so many; others decide about sinks, too."""

    def look() -> list[Any] | None:
        found = cloud.on_the_bus(sink, "sink.paused", "sink.resumed")
        mine = [event for event in found if event["data"]["reason"] == reason]
        return mine if len(mine) >= number else None

    found = eventually(look)
    assert found
    return found


@pytest.fixture(autouse=True)
def _as_new(cloud: Cloud, services: StandIns) -> None:
    """What other providers did to other tests is forgotten."""
    cloud.close_circuits(*SINKS)


def for_all() -> list[tuple[dict[str, Any], str]]:
    """A message for each of the providers."""
    chat = a_message(scheduled_for=SOON)
    return [(chat, "notion"), (chat, "google-calendar"), (a_sale(), "shopify")]


def post_for_all(posting: Posting) -> list[tuple[str, str]]:
    """Event and sink of one message for each of the providers."""
    meant = for_all()
    posting.post(*{message["id"]: message for message, _ in meant}.values())
    return [(event_id(message), sink) for message, sink in meant]


def set_faults(services: StandIns, *sinks: str, **faults: Any) -> None:
    for sink in sinks:
        services.set(STAND_INS.get(sink, sink), faults=faults)


def calls(services: StandIns, sink: str, part: str) -> list[dict[str, Any]]:
    """The latest requests with this in their name: `at`, `request`, `status`."""
    recent = services.control(STAND_INS.get(sink, sink))["recent"]
    return [call for call in recent if part in call["request"]]


# people


def test_what_is_for_a_paused_sink_waits_and_the_others_are_served(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    reason = f"moving house {uuid4().hex}"
    shown = posting.decide("notion", "pause", reason=reason)
    assert (shown["paused"], shown["reason"], shown["mode"]) == (True, reason, "apply")
    of = posting.posted(a_message(scheduled_for=SOON))
    posting.until(of, "google-calendar", "delivered")
    # Put back; what else waits there are messages of other tests that came twice.
    eventually(lambda: cloud.waiting("NotionQueue", delayed=True) >= 1 and cloud.waiting("NotionQueue") == 0)
    held = posting.deliveries(of)["notion"]
    assert (held["status"], held["attempts"], services.pages()) == ("pending", 0, [])
    assert posting.requests("notion", "") == 0

    posting.decide("notion", "resume", reason=reason)
    known = posting.until(of, "notion", "delivered")
    assert (known["attempts"], posting.times(of, "notion")) == (1, 1)

    assert [event["type"] for event in decided(cloud, "notion", reason, number=2)] == ["sink.paused", "sink.resumed"]
    for told in (in_telegram, in_discord):
        eventually(lambda told=told: told(services, "Notion is served again", reason))  # type: ignore[misc]
        assert len(told(services, "Notion is paused", reason)) == 1


def test_pausing_what_is_paused_changes_nothing(cloud: Cloud, posting: Posting) -> None:
    reason = uuid4().hex
    first = posting.decide("shopify", "pause", reason=reason)
    assert posting.decide("shopify", "pause", reason="another") == first
    assert len(decided(cloud, "shopify", reason)) == 1


# a provider that is not there


def test_a_provider_that_is_down_is_given_time_and_gets_each_message_once_when_it_is_back(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    set_faults(services, "google-calendar", "shopify", down="closed")  # nothing listens
    set_faults(services, "notion", down="drop")  # somebody does, and says nothing
    meetings, sales = [a_meeting() for _ in range(8)], [a_sale() for _ in range(8)]
    chat = [a_message() for _ in range(8)]
    posting.post(*meetings, *sales, *chat)
    meant = [*(("google-calendar", one) for one in meetings), *(("shopify", one) for one in sales)]
    meant += [("notion", one) for one in chat]
    eventually(lambda: [cloud.circuit(sink) for sink in PROVIDERS] == ["OPEN"] * 3)
    cloud.settle()  # nobody hammers at it: all are put back
    assert all(not posting.made(sink) for sink in PROVIDERS)

    set_faults(services, *PROVIDERS, down="no")
    for sink, message in meant:
        known = posting.until(event_id(message), sink, "delivered")
        assert known["attempts"] <= 6, known  # who is told to wait has not failed
    for sink in PROVIDERS:
        assert posting.made(sink) == {event_id(message): 1 for name, message in meant if name == sink}
    assert [cloud.circuit(sink) for sink in PROVIDERS] == ["CLOSED"] * 3


# who we are


@pytest.mark.parametrize(("sink", "token"), [("google-calendar", "POST /token"), ("shopify", "access_token")])
def test_a_token_that_is_expired_or_refused_is_refreshed_once(
    posting: Posting, services: StandIns, sink: str, token: str
) -> None:
    make = a_meeting if sink == "google-calendar" else a_sale
    provider = STAND_INS.get(sink, sink)
    posting.until(posting.posted(make()), sink, "delivered")
    services.act(provider, "expire")
    first = posting.posted(make())
    known = posting.until(first, sink, "delivered")
    assert (known["attempts"], posting.times(first, sink)) == (1, 1)

    services.set(provider, refuse_tokens=1)
    refused = len([one for one in calls(services, sink, "") if one["status"] == 401])
    second = posting.posted(make())
    known = posting.until(second, sink, "delivered")
    assert (known["attempts"], posting.times(second, sink)) == (1, 1)
    assert len([one for one in calls(services, sink, "") if one["status"] == 401]) == refused + 1
    assert calls(services, sink, token)[-1]["status"] == 200


def test_a_provider_that_gives_no_token_is_asked_again_until_it_does(posting: Posting, services: StandIns) -> None:
    services.set("google", refuse_grants="invalid_grant")
    of = posting.posted(a_meeting())
    known = posting.when(of, "google-calendar", lambda one: one["last_error"])
    assert (known["status"], known["retry_at"] is None) == ("pending", False)
    assert "invalid_grant" in known["last_error"]
    services.set("google", refuse_grants=None)
    posting.until(of, "google-calendar", "delivered")
    assert posting.times(of, "google-calendar") == 1


# work that may have been done

AMBIGUOUS: dict[str, dict[str, Any]] = {
    "notion": {"no_answer": {"next": 1, "seconds": SLOW}},  # after the work
    "google-calendar": {"fail": {"status": 500, "next": 1, "after_work": True}},
    "shopify": {"fail": {"status": 500, "next": 1, "after_work": True}},
}
CREATES = {"notion": "POST /v1/pages", "google-calendar": "POST /calendar/v3/"}


def test_what_may_have_been_done_is_looked_for_and_not_done_again(posting: Posting, services: StandIns) -> None:
    for sink, fault in AMBIGUOUS.items():
        set_faults(services, sink, **fault)
    meant = post_for_all(posting)
    for of, sink in meant:
        if sink != "google-calendar":  # its ids are ours: there is no doubt in asking again
            doubtful = posting.when(of, sink, lambda one: one["last_error"])
            assert (doubtful["status"], doubtful["attempts"]) == ("in_doubt", 1)
            assert posting.times(of, sink) == 1
    for of, sink in meant:
        known = posting.until(of, sink, "delivered")
        assert (known["attempts"], known["last_error"], posting.times(of, sink)) == (2, None, 1)
        assert known["external_id"]
        assert known["url"]
    assert len(calls(services, "notion", CREATES["notion"])) == 1
    assert len(services.draft_orders()) == 1


def test_what_was_surely_not_done_is_done_again(posting: Posting, services: StandIns) -> None:
    set_faults(services, *PROVIDERS, fail={"status": 429, "next": 1, "retry_after": 1})
    for of, sink in post_for_all(posting):
        known = posting.until(of, sink, "delivered")
        assert (known["attempts"], posting.times(of, sink)) == (1, 1)  # to be told to wait is no failure


def test_a_channel_that_knows_a_nonce_again_is_told_once_and_a_chat_that_does_not_is_left_to_a_person(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    set_faults(services, "discord", "telegram", fail={"status": 500, "next": 1, "after_work": True})
    reason = uuid4().hex
    posting.decide("shopify", "pause", reason=reason)
    (event,) = decided(cloud, "shopify", reason)
    known = posting.until(event["id"], "discord", "delivered")
    assert (known["attempts"], len(in_discord(services, reason))) == (1, 1)
    (message,) = [one for one in services.discord_messages(DISCORD_CHANNEL) if reason in one["content"]]
    assert known["external_id"] == message["id"]

    doubtful = posting.until(event["id"], "telegram", "in_doubt")
    assert (doubtful["retry_at"], doubtful["attempts"]) == (None, 1)
    assert event["id"] in [one["event_id"] for one in posting.listed(sink="telegram", status="in_doubt")]
    for queue in ("TelegramQueue", "DiscordQueue"):
        cloud.send(queue, event, times=2)
    cloud.settle("TelegramQueue", "DiscordQueue")
    assert [len(told(services, reason)) for told in (in_telegram, in_discord)] == [1, 1]
    eventually(lambda: cloud.waiting("TelegramDeadLetters"))
    (letter,) = [one for one in cloud.letters("TelegramDeadLetters") if one["detail"]["id"] == event["id"]]
    assert letter["delivery"]["in_doubt"] is True

    assert posting.retry(event["id"], "telegram").status_code == 202  # somebody has looked: it is not there
    posting.until(event["id"], "telegram", "delivered")
    assert not in_telegram(services, "could not bring")  # of the chat itself, the chat is not told


# what a provider will not take


@contextmanager
def without_tags(services: StandIns) -> Iterator[None]:
    """Notion's database has no such property."""
    services.set("notion", properties={name: kind for name, kind in PROPERTIES.items() if name != "Tags"})
    try:
        yield
    finally:
        services.set("notion", properties=None)


def test_what_a_provider_refuses_is_left_to_people_who_are_told_and_can_have_it_tried_again(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    title = f"Buy tape {uuid4().hex}"
    with without_tags(services):
        of = posting.posted(a_message(event_type="task.created", content=title))
        failed = posting.until(of, "notion", "failed")
        assert (failed["attempts"], failed["retry_at"], failed["external_id"]) == (1, None, None)
        assert "Tags" in failed["last_error"]
        assert "validation_error" in failed["last_error"]
        assert of in [one["event_id"] for one in posting.listed(sink="notion", status="failed")]

        (event,) = cloud.on_the_bus(f"{of}:notion", "delivery.failed")
        said = event["data"]
        assert (said["event_id"], said["sink"], said["title"], said["in_doubt"]) == (of, "notion", title, False)
        assert said["answer"] == failed["last_error"]
        for told in (in_telegram, in_discord):
            eventually(lambda told=told: told(services, "could not bring", title, "Notion", "Tags"))  # type: ignore[misc]
        eventually(lambda: cloud.waiting("NotionDeadLetters"))
        (letter,) = [one for one in cloud.letters("NotionDeadLetters") if one["detail"]["id"] == of]
        assert (letter["reason"], letter["delivery"]["event_id"]) == (failed["last_error"], of)

    assert posting.retry(of, "notion", role="viewer").status_code == 403
    asked = posting.retry(of, "notion")
    assert asked.status_code == 202
    known = posting.until(of, "notion", "delivered")
    assert (known["attempts"], known["last_error"], posting.times(of, "notion")) == (1, None, 1)
    (request,) = cloud.on_the_bus(f"{of}:notion", "delivery.retry_requested")
    assert (request["id"], request["data"]["sinks"]) == (asked.json()["requested_as"], ["notion"])

    again = posting.retry(of, "notion")
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert "delivered" in again.json()["detail"]
    assert posting.retry(f"message:{uuid4()}:1", "notion").status_code == 404
    assert posting.retry(of, "fax").status_code == 404


def test_a_retry_that_fails_again_is_told_again_and_can_be_asked_for_again(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    title = f"Buy tape {uuid4().hex}"
    with without_tags(services):
        of = posting.posted(a_message(event_type="task.created", content=title))
        posting.until(of, "notion", "failed")
        eventually(lambda: in_telegram(services, "could not bring", title))
        assert posting.retry(of, "notion").status_code == 202
        failures = cloud.on_the_bus(f"{of}:notion", "delivery.failed", number=2)
        assert len(failures) == 2
        eventually(lambda: len(in_telegram(services, "could not bring", title)) == 2)
    assert posting.retry(of, "notion").status_code == 202
    posting.until(of, "notion", "delivered")
    assert posting.times(of, "notion") == 1


def test_a_dead_letter_that_is_moved_back_into_its_queue_is_delivered_once(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    with without_tags(services):
        of = posting.posted(a_message(event_type="task.created"))
        posting.until(of, "notion", "failed")
        eventually(lambda: cloud.waiting("NotionDeadLetters"))
        (letter,) = [one for one in cloud.letters("NotionDeadLetters") if one["detail"]["id"] == of]
    cloud.put("NotionQueue", letter)
    posting.until(of, "notion", "delivered")
    cloud.put("NotionQueue", letter)
    cloud.settle("NotionQueue")
    assert (posting.deliveries(of)["notion"]["status"], posting.times(of, "notion")) == ("delivered", 1)


# how long to wait


# What else may stand there is read in tests/unit/shared/runtime/test_http.py; here, that what was read is kept to.
@pytest.mark.parametrize("asked", ["seconds", "a date", "a word"])
def test_a_provider_that_asks_to_be_left_alone_is_left_alone_as_long_as_it_says(
    posting: Posting, services: StandIns, asked: str
) -> None:
    now = datetime.now(UTC)
    value, least = {
        "seconds": ("3", 3.0),
        "a date": (format_datetime(now + timedelta(seconds=5), usegmt=True), 3.0),
        "a word": ("soon", 0.0),
    }[asked]
    set_faults(services, "notion", fail={"status": 429, "retry_after": value, "next": 1})
    known = posting.until(posting.posted(a_message()), "notion", "delivered")
    assert known["attempts"] == 1
    first, second = (datetime.fromisoformat(one["at"]) for one in calls(services, "notion", CREATES["notion"]))
    assert second - first >= timedelta(seconds=least - 0.5)


@pytest.mark.parametrize("value", ["99999999999", "Fri, 01 Jan 2999 00:00:00 GMT"])
def test_a_provider_that_asks_for_ages_is_not_believed(posting: Posting, services: StandIns, value: str) -> None:
    set_faults(services, "notion", fail={"status": 429, "retry_after": value, "next": 1})
    of = posting.posted(a_message())
    known = posting.when(of, "notion", lambda one: one["retry_at"])
    waits = datetime.fromisoformat(known["retry_at"]) - datetime.fromisoformat(known["changed_at"])
    assert (known["status"], known["attempts"], waits) == ("pending", 0, timedelta(hours=1))
    asked = posting.retry(of, "notion")
    assert (asked.status_code, "retry_at" in asked.json()["detail"]) == (409, True)


# a sink that is not set up yet


@contextmanager
def a_blank_secret(cloud: Cloud) -> Iterator[None]:
    """Nobody has put in Notion's token yet."""
    secrets, arn = cloud.client("secretsmanager"), cloud.stack.outputs["NotionSecretArn"]
    function = SINKS["notion"][2]
    before = secrets.get_secret_value(SecretId=arn)["SecretString"]
    assert json.loads(before)["token"]
    secrets.put_secret_value(SecretId=arn, SecretString="{}")
    cloud.restart(function)  # who has read a secret remembers it for a while
    try:
        yield
    finally:
        secrets.put_secret_value(SecretId=arn, SecretString=before)
        cloud.restart(function)


def test_without_a_secret_a_sink_is_in_a_dry_run_and_shows_what_it_would_have_asked(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    with a_blank_secret(cloud):
        of = posting.posted(a_message(content="Not yet"))
        known = posting.until(of, "notion", "dry_run")
        assert (known["attempts"], known["external_id"], posting.requests("notion", "")) == (0, None, 0)
        assert (known["request"]["method"], known["request"]["path"]) == ("POST", "/v1/pages")
        assert "Not yet" in json.dumps(known["request"]["body"])
        cloud.settle("NotionQueue")
        assert services.pages() == []
    assert posting.retry(of, "notion").status_code == 202
    known = posting.until(of, "notion", "delivered")
    assert (known["request"], posting.times(of, "notion")) == (None, 1)
