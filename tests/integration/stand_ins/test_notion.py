"""Notion keeps every page it is asked for, and finds it by the text of a property."""

from typing import Any

import httpx
import pytest

from tests.integration.stand_ins.providers import EVENT_ID, NOTION, a_page, a_query, find_pages, to_notion
from tests.stand_ins.client import StandInError, StandIns
from tests.stand_ins.notion import Notion


def test_a_page_is_kept_and_found_by_its_event(stand_ins: StandIns, http: httpx.Client) -> None:
    assert find_pages(http, stand_ins, a_query()).json()["results"] == []
    page = to_notion(http, stand_ins, "pages", a_page() | {"children": [{"paragraph": {"rich_text": []}}]}).json()
    assert (page["object"], page["url"]) == ("page", f"https://www.notion.so/{page['id'].replace('-', '')}")
    assert [one["id"] for one in find_pages(http, stand_ins, a_query()).json()["results"]] == [page["id"]]
    assert find_pages(http, stand_ins, a_query("discord:1")).json()["results"] == []
    (kept,) = stand_ins.pages()
    assert kept["properties"]["Event ID"]["rich_text"] == [{"text": {"content": EVENT_ID}}]
    assert kept["children"] == [{"paragraph": {"rich_text": []}}]
    assert stand_ins.violations() == []


def test_two_requests_make_two_pages(stand_ins: StandIns, http: httpx.Client) -> None:
    ids = [to_notion(http, stand_ins, "pages", a_page()).json()["id"] for _ in range(2)]
    assert [page["id"] for page in stand_ins.pages()] == ids
    found = find_pages(http, stand_ins, a_query()).json()
    assert ([page["id"] for page in found["results"]], found["has_more"]) == (ids[:1], True)


def test_without_a_filter_all_pages_are_found(stand_ins: StandIns, http: httpx.Client) -> None:
    for number in range(3):
        to_notion(http, stand_ins, "pages", a_page(f"discord:{number}"))
    assert len(find_pages(http, stand_ins, {}).json()["results"]) == 3


def test_a_database_names_its_data_sources(stand_ins: StandIns, http: httpx.Client) -> None:
    def ids() -> list[str]:
        url = f"{stand_ins.addresses['notion']}/v1/databases/{Notion.database_id}"
        return [one["id"] for one in http.get(url, headers=NOTION).json()["data_sources"]]

    assert ids() == [Notion.data_source_id]
    stand_ins.set("notion", data_sources=2)
    assert (ids()[0], len(set(ids()))) == (Notion.data_source_id, 2)
    stand_ins.set("notion", data_sources=0)
    assert ids() == []


def test_a_data_source_names_its_properties(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("notion", properties={"Title": "title"})
    url = f"{stand_ins.addresses['notion']}/v1/data_sources/{Notion.data_source_id}"
    assert http.get(url, headers=NOTION).json()["properties"]["Title"]["type"] == "title"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": "Bearer another"}, 401, "unauthorized"),
        ({"Authorization": Notion.key}, 401, "unauthorized"),
        ({"Notion-Version": ""}, 400, "missing_version"),
        ({"Notion-Version": "2022-06-28"}, 400, "validation_error"),
    ],
)
def test_key_and_version_are_needed(
    stand_ins: StandIns, http: httpx.Client, headers: dict[str, str], status: int, code: str
) -> None:
    answer = to_notion(http, stand_ins, "pages", a_page(), **headers)
    assert (answer.status_code, answer.json()["object"], answer.json()["code"]) == (status, "error", code)
    assert len(stand_ins.violations()) == 1
    assert stand_ins.pages() == []


@pytest.mark.parametrize(
    "properties",
    [
        {"Colour": {"select": {"name": "red"}}},
        {"When": {"rich_text": [{"text": {"content": "today"}}]}},
        {"When": {"date": {"start": "tomorrow"}}},
        {"Source": {"select": {"name": "a, b"}}},
        {"URL": {"url": ""}},
        {"Author": {"rich_text": [{"text": {"content": "\N{CAMERA WITH FLASH}" * 1_001}}]}},
        {"Author": {"rich_txt": []}},
    ],
)
def test_what_is_no_property_of_the_data_source_is_refused_and_remembered(
    stand_ins: StandIns, http: httpx.Client, properties: dict[str, Any]
) -> None:
    answer = to_notion(http, stand_ins, "pages", a_page(**properties))
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert len(stand_ins.violations()) == 1
    assert stand_ins.pages() == []


def test_a_property_that_somebody_took_away_or_changed_is_refused_and_is_not_our_mistake(
    stand_ins: StandIns, http: httpx.Client
) -> None:
    stand_ins.set("notion", properties={"Name": "title", "Event ID": "rich_text"})
    answer = to_notion(http, stand_ins, "pages", a_page())
    assert answer.json()["message"] == "Source is not a property that exists."
    stand_ins.set("notion", properties={"Name": "title", "Event ID": "rich_text", "Source": "rich_text"})
    answer = to_notion(http, stand_ins, "pages", a_page())
    assert answer.json()["message"] == "Source is expected to be rich_text."
    assert stand_ins.violations() == []
    with pytest.raises(StandInError, match="no types"):
        stand_ins.set("notion", properties={"Name": "colour"})


@pytest.mark.parametrize(
    ("data_source_id", "mistakes"), [("5d3e4c8b-9a61-4e2d-8f0b-1f0c2b7a0c35", 0), (Notion.database_id, 1)]
)
def test_another_data_source_is_not_found_and_the_database_is_none(
    stand_ins: StandIns, http: httpx.Client, data_source_id: str, mistakes: int
) -> None:
    parent = {"type": "data_source_id", "data_source_id": data_source_id}
    answer = to_notion(http, stand_ins, "pages", a_page() | {"parent": parent})
    assert answer.status_code == 404
    assert answer.json()["message"] == (
        f"Could not find data_source with ID: {data_source_id}. "
        "Make sure the relevant pages and databases are shared with your integration."
    )
    assert len(stand_ins.violations()) == mistakes


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (409, "conflict_error"),
        (429, "rate_limited"),
        (500, "internal_server_error"),
        (503, "service_unavailable"),
        (529, "service_overload"),
    ],
)
def test_failures_are_in_notions_words(stand_ins: StandIns, http: httpx.Client, status: int, code: str) -> None:
    stand_ins.set("notion", faults={"fail": {"status": status, "retry_after": 3, "next": 1}})
    answer = to_notion(http, stand_ins, "pages", a_page())
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "3")
    assert (answer.json()["status"], answer.json()["code"]) == (status, code)
    assert to_notion(http, stand_ins, "pages", a_page()).status_code == 200
    assert (len(stand_ins.pages()), stand_ins.violations()) == (1, [])


@pytest.mark.parametrize("wait", ["Fri, 20 Nov 2026 10:00:00 GMT", "soon", "-5", 10**12, 0.5])
def test_when_to_come_again_may_be_said_in_any_way(stand_ins: StandIns, http: httpx.Client, wait: Any) -> None:
    stand_ins.set("notion", faults={"fail": {"status": 429, "retry_after": wait, "next": 1}})
    assert to_notion(http, stand_ins, "pages", a_page()).headers["Retry-After"] == str(wait)


def test_a_query_is_a_look_up_that_faults_leave_alone_unless_it_is_meant(
    stand_ins: StandIns, http: httpx.Client
) -> None:
    def statuses() -> tuple[int, int]:
        created = to_notion(http, stand_ins, "pages", a_page())
        return created.status_code, find_pages(http, stand_ins, a_query()).status_code

    stand_ins.set("notion", faults={"fail": {"probability": 1.0}})
    assert statuses() == (503, 200)
    stand_ins.set("notion", faults={"look_ups": "only"})
    assert statuses() == (200, 503)


def test_a_page_may_be_made_though_the_answer_says_no_or_nothing(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("notion", faults={"fail": {"status": 500, "next": 1, "after_work": True}})
    assert to_notion(http, stand_ins, "pages", a_page()).status_code == 500
    stand_ins.set("notion", faults={"no_answer": {"next": 1}})
    with pytest.raises(httpx.RemoteProtocolError):
        to_notion(http, stand_ins, "pages", a_page())
    assert len(stand_ins.pages()) == 2
