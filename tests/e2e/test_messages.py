"""What was posted in chat becomes events, once, and stands at the sinks the rules name: on the deployed template."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.posting import SOON, Posting, a_meeting, a_message, a_sale, event_id

MakeKey = Callable[..., str]


def a_kickoff() -> dict[str, Any]:
    """As an operator's export has it."""
    return {
        "id": f"kickoff-{uuid4().hex}",
        "content": "Kickoff with ACME Corp",
        "author": "Alice",
        "channel": "sales",
        "created_at": "2023-08-01T12:00:00Z",
        "scheduled_for": "2023-08-01T15:00:00Z",
        "duration_minutes": 60,
        "attendees": ["Alice", "Bob"],
        "location": "HQ",
        "priority": "high",
    }


def test_a_message_with_a_time_becomes_a_page_and_an_entry_of_the_calendar_with_all_it_says(
    cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    message = a_kickoff()
    said = posting.post(message)
    (routed,) = said["messages"]
    assert (said["recorded"], said["known"], said["refused"]) == (1, 0, [])
    assert (routed["event_id"], routed["type"]) == (event_id(message), "message.created")
    assert routed["tags"] == ["scheduled", "urgent"]
    assert sorted(sent["sink"] for sent in routed["sinks"]) == ["google-calendar", "notion"]
    assert all(sent["why"] for sent in routed["sinks"])

    page = posting.until(event_id(message), "notion", "delivered")
    entry = posting.until(event_id(message), "google-calendar", "delivered")
    (kept,) = [one for one in services.pages() if one["id"] == page["external_id"]]
    (event,) = [one for one in services.calendar_events() if one["id"] == entry["external_id"]]
    assert (page["url"], page["attempts"], page["last_error"]) == (kept["url"], 1, None)
    assert (entry["url"], entry["attempts"], entry["last_error"]) == (event["htmlLink"], 1, None)

    assert kept["properties"]["Name"]["title"][0]["text"]["content"] == "Kickoff with ACME Corp"
    assert kept["properties"]["When"]["date"]["start"].startswith("2023-08-01T15:00")
    assert [one["name"] for one in kept["properties"]["Tags"]["multi_select"]] == ["scheduled", "urgent"]
    assert (event["summary"], event["location"]) == ("Kickoff with ACME Corp", "HQ")
    assert event["start"] == {"dateTime": "2023-08-01T15:00:00Z"}
    assert event["end"] == {"dateTime": "2023-08-01T16:00:00Z"}
    assert "Attendees: Alice, Bob" in event["description"]

    (recorded,) = cloud.on_the_bus(message["id"])
    assert (recorded["id"], recorded["tags"]) == (event_id(message), ["scheduled", "urgent"])
    assert recorded["data"]["sinks"] == ["google-calendar", "notion"]


def test_a_message_that_is_posted_again_is_known_and_stands_nowhere_twice(cloud: Cloud, posting: Posting) -> None:
    message = a_kickoff()
    of = posting.posted(message)
    for sink in ("notion", "google-calendar"):
        posting.until(of, sink, "delivered")

    again = posting.post(message, message)
    assert (again["recorded"], again["known"]) == (0, 2)
    assert [routed["known"] for routed in again["messages"]] == [True, True]
    cloud.settle()
    assert len(cloud.on_the_bus(message["id"])) == 1
    assert [posting.times(of, sink) for sink in ("notion", "google-calendar")] == [1, 1]
    assert {sink: one["attempts"] for sink, one in posting.deliveries(of).items()} == {
        "notion": 1,
        "google-calendar": 1,
    }

    other = posting.post(message | {"content": "Kickoff is cancelled"})
    assert (other["recorded"], other["messages"]) == (0, [])
    assert "another message" in other["refused"][0]["reason"]


@pytest.mark.parametrize("shape", ["a list", "an object with a list"])
def test_a_bad_message_is_refused_by_its_index_and_the_others_are_taken(api: Api, posting: Posting, shape: str) -> None:
    good = [a_message(), a_meeting(), a_sale()]
    bad = [
        {"content": "", "id": "nothing"},
        a_message(price="cheap"),
        "no message",
        a_message(event_type="sink.paused"),
    ]
    posted = [good[0], bad[0], good[1], bad[1], bad[2], good[2], bad[3]]
    body = posted if shape == "a list" else {"messages": posted}
    answer = api.call("POST", "/messages", json=body)
    said = answer.json()
    assert (answer.status_code, said["recorded"]) == (202, 3)
    assert [routed["index"] for routed in said["messages"]] == [0, 2, 5]
    assert {refused["index"]: refused["reason"].partition(":")[0] for refused in said["refused"]} == {
        1: "content",
        3: "price",
        4: "message",
        6: "event_type",
    }
    for message, sink in zip(good, ("notion", "google-calendar", "shopify"), strict=True):
        posting.until(event_id(message), sink, "delivered")


def test_one_message_alone_that_is_bad_is_a_problem(api: Api) -> None:
    answer = api.call("POST", "/messages", json=a_message(price="cheap"))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"].startswith("price: ")


def test_a_dry_run_shows_the_rules_that_fire_and_records_nothing(api: Api, cloud: Cloud, posting: Posting) -> None:
    message = a_kickoff()
    answer = api.call("POST", "/messages", json=message, params={"dry_run": "true"})
    said = answer.json()
    assert (answer.status_code, said["dry_run"], said["recorded"]) == (200, True, 0)
    (routed,) = said["messages"]
    assert {fired["rule"]: fired["tags"] for fired in routed["rules"]} == {
        "tag what has a time": ["scheduled"],
        "tag what is urgent": ["urgent"],
    }
    assert [(sent["sink"], sent["route"]) for sent in routed["sinks"]] == [
        ("google-calendar", "messages with a time to the calendar"),
        ("notion", "tasks and messages to Notion"),
    ]

    assert api.call("GET", "/admin/deliveries", params={"event_id": event_id(message)}).status_code == 404
    real = posting.post(message)  # nobody knew it
    assert (real["recorded"], real["known"]) == (1, 0)
    assert real["messages"] == [routed]


def test_a_sale_with_an_item_and_a_price_becomes_a_draft_order(posting: Posting, services: StandIns) -> None:
    message = a_sale(quantity=2)
    known = posting.until(posting.posted(message), "shopify", "delivered")
    (order,) = [one for one in services.draft_orders() if one["id"] == known["external_id"]]
    assert order["input"]["lineItems"] == [
        {
            "title": "Sony A6400",
            "quantity": 2,
            "originalUnitPriceWithCurrency": {"amount": "420.5", "currencyCode": "EUR"},
        }
    ]
    assert (order["status"], order["input"]["note"]) == ("OPEN", "Sold the A6400")
    assert known["url"].startswith("https://switchyard.myshopify.com/admin/draft_orders/")
    assert set(posting.deliveries(event_id(message))) == {"shopify"}


@pytest.mark.parametrize("missing", ["price", "item"])
def test_a_sale_that_does_not_say_what_or_for_how_much_becomes_a_metaobject(
    posting: Posting, services: StandIns, missing: str
) -> None:
    message = {name: value for name, value in a_sale().items() if name != missing}
    of = posting.posted(message)
    known = posting.until(of, "shopify", "delivered")
    (made,) = [one for one in services.metaobjects() if one["values"]["event_id"] == of]
    assert (made["type"], made["id"]) == ("switchyard_event", known["external_id"])
    assert made["values"]["title"] == "Sold the A6400"
    assert posting.times(of, "shopify") == 1


def test_a_meeting_goes_to_the_calendar_where_it_has_a_time_and_to_notion_where_it_has_none(posting: Posting) -> None:
    timed, open_ended = a_meeting(), a_meeting()
    del open_ended["scheduled_for"]
    posting.post(timed, open_ended)
    posting.until(event_id(timed), "google-calendar", "delivered")
    posting.until(event_id(open_ended), "notion", "delivered")
    assert [set(posting.deliveries(event_id(one))) for one in (timed, open_ended)] == [{"google-calendar"}, {"notion"}]


def test_plain_chat_fills_nobody_s_calendar(cloud: Cloud, posting: Posting, services: StandIns) -> None:
    chat = [a_message(content=text) for text in ("See you at 15:00 tomorrow", "Meeting? Sale?", "2026-12-01T15:00:00Z")]
    posting.post(*chat)
    for message in chat:
        posting.until(event_id(message), "notion", "delivered")
    cloud.settle()
    assert {sink for message in chat for sink in posting.deliveries(event_id(message))} == {"notion"}
    assert (services.calendar_events(), services.draft_orders(), services.metaobjects()) == ([], [], [])


def test_a_message_under_an_id_of_any_shape_is_brought_to_its_sink_once(posting: Posting, services: StandIns) -> None:
    """Not every id is one that the ledger, or a provider, can keep as it is."""
    unruly = [a_message(id=f"{text} {uuid4().hex}") for text in ("Straße #1/2", "a:b:1", "🎥" * 40, "<b>&amp;</b>")]
    said = posting.post(*unruly)
    for routed in said["messages"]:
        posting.until(routed["event_id"], "notion", "delivered")
        assert posting.times(routed["event_id"], "notion") == 1
    assert [routed["id"] for routed in said["messages"]] == [message["id"] for message in unruly]


UNRULY = {
    "markup": "<script>alert('x')</script> **bold** [a](javascript:b) @everyone <@&1> `c`",
    "emoji": "👨‍👩‍👧‍👦" * 300,
    "right to left": "مرحبا \u202eabc\u202c",
    "long": "x" * 20_000,
    "many lines": "\n" * 3_000 + "at last",
    "lists of JSON": '{"a": ["\\", """]}',
    "control characters": "a\tb\r\nc\u2028d",
}


@pytest.mark.parametrize("text", UNRULY)
def test_whatever_people_write_is_brought_to_every_sink_in_a_way_it_takes(posting: Posting, text: str) -> None:
    said: dict[str, Any] = {"content": UNRULY[text], "author": " ".join(UNRULY[text][:100].split()) or "x"}
    said |= {"attendees": ["Zoë <zoe@example.com>", "Bob, Jr."], "location": "1, Rue d'Été", "notes": {"a": [1, None]}}
    messages = [make(**said) for make in (a_meeting, a_message, a_sale)] + [a_sale(**said, price=None)]
    assert [posting.post(message)["refused"] for message in messages] == [[]] * len(messages)
    for message, sink in zip(messages, ("google-calendar", "notion", "shopify", "shopify"), strict=True):
        known = posting.when(event_id(message), sink, lambda one: one["status"] not in ("pending", "sending"))
        assert (known["status"], known["attempts"], posting.times(event_id(message), sink)) == ("delivered", 1, 1)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--role", "service", "--source", "messages"), 202),
        (("--role", "admin"), 202),
        (("--role", "operator"), 202),
        (("--role", "service", "--source", "scraper"), 403),
        (("--role", "viewer"), 403),
        (("--role", "agent", "--agent", "default/Writer"), 403),
    ],
)
def test_people_who_work_here_and_the_service_that_listens_in_chat_may_post(
    api: Api, make_key: MakeKey, arguments: tuple[str, ...], status: int
) -> None:
    message = a_message(event_type="note.kept")  # no rule sends it anywhere
    headers = {"x-api-key": make_key(*arguments)}
    answer = api.http.post("/messages", json=message, headers=headers)
    assert answer.status_code == status
    recorded = api.call("GET", "/admin/deliveries", params={"event_id": event_id(message)})
    assert recorded.status_code == (200 if status == 202 else 404)


def test_nobody_s_message_is_not_taken(api: Api) -> None:
    answer = api.call("POST", "/messages", role=None, json=a_message(scheduled_for=SOON))
    assert answer.status_code == 401
    assert api.call("GET", "/admin/deliveries", role=None).status_code == 401


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_who_may_read_is_not_who_may_decide_of_sinks(api: Api, role: str) -> None:
    may = 200 if role == "operator" else 403
    assert api.call("GET", "/admin/sinks", role=role).status_code == 200
    assert api.call("GET", "/admin/deliveries", role=role).status_code == 200
    assert api.call("POST", "/admin/sinks/discord/resume", role=role).status_code == may
    retried = api.call("POST", f"/admin/deliveries/message:{uuid4()}:1/notion/retry", role=role)
    assert retried.status_code == (404 if role == "operator" else 403)
