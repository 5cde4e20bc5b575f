"""Operators decide where messages go, while everything runs: on the deployed template."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from shared.messages.rules_file import default_text
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.posting import SOON, Posting, a_meeting, a_message, event_id, in_discord, in_telegram
from tests.support.waiting import eventually

PATH = "/admin/settings/routing"
TEAM = """
tags:
  - name: mark what is urgent
    when:
      priority: [high, urgent]
    tags: urgent
routes:
  - name: what is urgent to the team
    when:
      tags: urgent
    to: [discord, telegram]
  - name: meetings
    when:
      type: meeting.*
    to: google-calendar
sinks:
  google-calendar:
    default_duration: 25
"""

# What is wrong -> the file, and what is said of it.
BROKEN = {
    "a sink that is not there": (TEAM.replace("to: google-calendar", "to: fax"), "no such sink"),
    "no YAML": (TEAM.replace("to: [discord, telegram]", "to: [discord, telegram"), "line "),
    "a word that is not known": (TEAM.replace("    to: google", "    two: google"), "line "),
    "an option that a sink has not": (
        TEAM.replace("default_duration: 25", "default_duration: soon"),
        "google-calendar",
    ),
    "a tag nobody gives": (TEAM.replace("tags: urgent\n    to", "tags: important\n    to"), "line "),
    "nothing": ("", "says nothing"),
}


@pytest.fixture(autouse=True)
def _shipped_rules(api: Api) -> Iterator[None]:
    """In the end, in every process, too: others count on them."""
    yield
    api.call("PUT", PATH, json={"rules": None}).raise_for_status()
    message = a_message()
    eventually(lambda: sinks_of(api, message) == ["notion"])


def sinks_of(api: Api, message: dict[str, Any]) -> list[str]:
    """Where it would go now."""
    answer = api.call("POST", "/messages", json=message, params={"dry_run": "true"})
    (routed,) = answer.raise_for_status().json()["messages"]
    return sorted(sent["sink"] for sent in routed["sinks"])


def put(api: Api, rules: str | None, **request: Any) -> Any:
    return api.call("PUT", PATH, json={"rules": rules}, **request)


def test_other_rules_change_where_the_next_message_goes_and_nothing_for_those_before(
    api: Api, cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    before = api.call("GET", PATH, role="viewer").json()
    assert (before["shipped"], before["rules"]) == (True, default_text())
    urgent = a_message(priority="HIGH", content=f"The van is on fire {uuid4().hex}", author="Bob", channel="#yard")
    old = urgent | {"id": f"{urgent['id']}-before"}
    posting.until(posting.posted(old), "notion", "delivered")

    said = put(api, TEAM).raise_for_status().json()
    assert (said["shipped"], said["rules"], said["version"]) == (False, TEAM, before["version"] + 1)
    eventually(lambda: sinks_of(api, urgent) == ["discord", "telegram"])
    of = posting.posted(urgent)
    for sink in ("discord", "telegram"):
        posting.until(of, sink, "delivered")
    words = ("Bob in #yard", urgent["content"])
    assert [len(told(services, *words)) for told in (in_telegram, in_discord)] == [1, 1]
    assert services.pages() != []
    assert posting.times(of, "notion") == 0
    assert [set(posting.deliveries(event_id(one))) for one in (old, urgent)] == [{"notion"}, {"discord", "telegram"}]

    chat = a_message()
    assert posting.post(chat)["messages"][0]["sinks"] == []  # no rule is for it
    assert posting.listed(event_id=event_id(chat)) == []
    assert len(cloud.on_the_bus(chat["id"])) == 1  # it is recorded all the same


def test_what_the_file_says_of_a_sink_is_heeded_by_it(api: Api, posting: Posting, services: StandIns) -> None:
    put(api, TEAM).raise_for_status()

    def minutes() -> str:
        of = posting.posted(a_meeting())
        known = posting.until(of, "google-calendar", "delivered")
        (event,) = [one for one in services.calendar_events() if one["id"] == known["external_id"]]
        assert event["start"]["dateTime"] == SOON
        return str(event["end"]["dateTime"])

    eventually(lambda: minutes() == "2026-12-01T15:25:00Z")


@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_file_is_refused_with_its_place_and_the_one_in_place_stays(api: Api, wrong: str) -> None:
    text, said = BROKEN[wrong]
    before = api.call("GET", PATH).json()
    answer = put(api, text)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]
    assert api.call("GET", PATH).json() == before


def test_who_has_not_seen_the_latest_rules_does_not_write_over_them(api: Api) -> None:
    seen = api.call("GET", PATH).json()["version"]
    if_match = {"If-Match": f'"{seen}"'}
    assert put(api, TEAM, headers=if_match).status_code == 200
    late = put(api, None, headers=if_match)
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    assert api.call("GET", PATH).json()["rules"] == TEAM
    assert put(api, None, headers={"If-Match": f'"{seen + 1}"'}).json()["shipped"] is True


def test_rules_are_read_by_all_who_read_and_changed_by_operators(api: Api) -> None:
    assert api.call("GET", PATH, role="viewer").status_code == 200
    assert put(api, TEAM, role="viewer").status_code == 403
    assert put(api, TEAM, role=None).status_code == 401
    assert api.call("GET", PATH).json()["shipped"] is True
