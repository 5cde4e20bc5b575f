"""Notion: what it is asked, and what its answers are taken for."""

from typing import Any

import pytest

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import NoAnswerError, NotSentError, ServiceDownError, Verdict
from shared.sinks.facts import NO_MESSAGE
from shared.sinks.notion import Notion
from shared.sinks.options import NotionOptions, Property
from shared.sinks.sink import Made
from tests.unit.shared.sinks.far import Far, Said, an_answer, refused
from tests.unit.shared.sinks.samples import a_message

SOURCE = "1c7b35e6-e67f-8096-bf3f-000ba938459e"
PAGE = {"object": "page", "id": "page-1", "url": "https://www.notion.so/page-1"}
MADE = Made(external_id="page-1", url="https://www.notion.so/page-1")
EVENT = a_message()


def a_refusal(status: int, code: str = "validation_error", message: str = "no", **headers: str) -> Said:
    return an_answer({"object": "error", "status": status, "code": code, "message": message}, status, **headers)


def a_sink(*said: Said, data_source_id: str = SOURCE) -> tuple[Notion, Far]:
    far = Far(*said)
    sink = Notion(far.service, data_source_id=data_source_id, database_id="db-1", options=NotionOptions())
    return sink, far


def test_a_message_becomes_a_page() -> None:
    sink, far = a_sink(an_answer(PAGE))
    assert sink.send(EVENT) == MADE
    (call,) = far.asked
    assert (call.method, call.path, call.repeatable) == ("POST", "/v1/pages", False)
    assert call.headers == {"Notion-Version": "2026-03-11"}
    assert call.json["parent"] == {"type": "data_source_id", "data_source_id": SOURCE}
    assert call == sink.request(EVENT)


def test_the_data_source_of_a_database_is_looked_up_once() -> None:
    database = an_answer({"object": "database", "data_sources": [{"id": SOURCE, "name": "Events"}]})
    sink, far = a_sink(database, an_answer(PAGE), data_source_id="")
    assert sink.request(EVENT).json["parent"] == {"type": "database_id", "database_id": "db-1"}
    sink.send(EVENT)
    sink.send(EVENT)
    assert [(call.method, call.path) for call in far.asked] == [
        ("GET", "/v1/databases/db-1"),
        ("POST", "/v1/pages"),
        ("POST", "/v1/pages"),
    ]
    assert all(call.headers == {"Notion-Version": "2026-03-11"} for call in far.asked)
    assert far.asked[1].json["parent"] == {"type": "data_source_id", "data_source_id": SOURCE}


@pytest.mark.parametrize("sources", [[], [{"id": "a"}, {"id": "b"}], [{"id": 5}], ["a"]])
def test_which_of_several_data_sources_somebody_has_to_say(sources: list[Any]) -> None:
    sink, far = a_sink(an_answer({"data_sources": sources}), data_source_id="")
    error = refused(sink, EVENT)
    assert error.verdict is Verdict.TERMINAL
    assert "must be configured" in error.said
    assert len(far.asked) == 1


@pytest.mark.parametrize("body", [b"", [], {}, {"data_sources": None}])
def test_a_database_that_cannot_be_read_is_asked_for_again(body: Any) -> None:
    sink, _ = a_sink(an_answer(body), data_source_id="")
    assert refused(sink, EVENT).verdict is Verdict.RETRY_BACKOFF


@pytest.mark.parametrize(
    ("said", "verdict", "seconds"),
    [
        (a_refusal(400, message="Name is not a property"), Verdict.TERMINAL, None),
        (a_refusal(401, "unauthorized"), Verdict.REFRESH_CREDENTIAL, None),
        (a_refusal(403, "restricted_resource"), Verdict.TERMINAL, None),
        (a_refusal(404, "object_not_found"), Verdict.TERMINAL, None),
        (a_refusal(409, "conflict_error"), Verdict.RETRY_BACKOFF, None),
        (a_refusal(429, "rate_limited", retry_after="7"), Verdict.RETRY_AFTER, 7.0),
        (a_refusal(529, "service_overload", retry_after="9"), Verdict.RETRY_AFTER, 9.0),
        (a_refusal(529, "service_overload"), Verdict.RETRY_BACKOFF, None),
        (a_refusal(500, "internal_server_error"), Verdict.AMBIGUOUS, None),
        (a_refusal(502), Verdict.AMBIGUOUS, None),
        (a_refusal(503, "service_unavailable", retry_after="7"), Verdict.AMBIGUOUS, 7.0),
        (a_refusal(504, "gateway_timeout"), Verdict.AMBIGUOUS, None),
        (an_answer(b"<html>", 502), Verdict.AMBIGUOUS, None),
        (NoAnswerError("did not answer in time"), Verdict.AMBIGUOUS, None),
        (NotSentError("cannot be reached"), Verdict.RETRY_BACKOFF, None),
        (an_answer({}), Verdict.AMBIGUOUS, None),
        (an_answer(b"ok"), Verdict.AMBIGUOUS, None),
        (an_answer({"id": 5}), Verdict.AMBIGUOUS, None),
    ],
)
def test_every_outcome_has_a_verdict(said: Said, verdict: Verdict, seconds: float | None) -> None:
    sink, _ = a_sink(said)
    error = refused(sink, EVENT)
    assert (error.verdict, error.retry_after) == (verdict, seconds)


def test_what_notion_says_is_kept_with_its_code() -> None:
    sink, _ = a_sink(a_refusal(400, message="Priority is expected to be select."))
    assert refused(sink, EVENT).said == "400 Priority is expected to be select. (validation_error)"
    sink, _ = a_sink(a_refusal(404, "object_not_found", "Could not find data source."))
    assert refused(sink, EVENT).said.endswith("(object_not_found); is it shared with the integration?")


def test_a_service_that_is_unwell_is_told_from_one_that_is_unwilling() -> None:
    """The circuit opens for the one and not for the other."""
    assert isinstance(refused(a_sink(a_refusal(500))[0], EVENT), ServiceDownError)
    assert not isinstance(refused(a_sink(a_refusal(400))[0], EVENT), ServiceDownError)


def test_a_page_is_found_by_the_event_s_id() -> None:
    sink, far = a_sink(an_answer({"object": "list", "results": [PAGE]}))
    assert sink.find(EVENT) == MADE
    (call,) = far.asked
    assert (call.method, call.path, call.repeatable) == ("POST", f"/v1/data_sources/{SOURCE}/query", True)
    assert call.json == {
        "filter": {"property": "Event ID", "rich_text": {"equals": "message:discord:123:1"}},
        "page_size": 1,
    }


def test_a_page_is_found_in_the_property_that_was_chosen_for_it() -> None:
    far = Far(an_answer({"results": []}))
    options = NotionOptions(properties={"event_id": Property("Ours", "rich_text")})
    sink = Notion(far.service, data_source_id=SOURCE, database_id="", options=options)
    assert sink.find(EVENT) is None
    assert far.asked[0].json["filter"]["property"] == "Ours"


@pytest.mark.parametrize("body", [b"", [], {}, {"results": None}, {"results": [None]}, {"results": [{"url": "x"}]}])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(body: Any) -> None:
    assert refused(a_sink(an_answer(body))[0], EVENT, looking=True).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("status", [500, 503])
def test_looking_again_does_no_harm(status: int) -> None:
    assert refused(a_sink(a_refusal(status))[0], EVENT, looking=True).verdict is Verdict.RETRY_BACKOFF


@pytest.mark.parametrize("url", [None, 5, "javascript:alert(1)"])
def test_an_address_that_is_none_is_not_shown(url: Any) -> None:
    sink, _ = a_sink(an_answer(PAGE | {"url": url}))
    assert sink.send(EVENT) == Made(external_id="page-1", url=None)


def test_without_a_service_what_would_be_asked_can_be_seen_and_nothing_is_asked() -> None:
    sink = Notion(None, data_source_id="", database_id="", options=NotionOptions())
    assert sink.request(EVENT).json["children"]
    with pytest.raises(InvalidInputError):
        sink.send(EVENT)


def test_only_messages_become_pages() -> None:
    sink, _ = a_sink(an_answer(PAGE))
    assert sink.skips(EVENT) is None
    assert sink.skips({"source": "switchyard.listings", "data": {}}) == NO_MESSAGE
