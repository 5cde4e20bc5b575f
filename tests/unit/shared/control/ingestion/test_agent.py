"""An agent that knows a source: what it is asked, and what its answer has to be."""

import json
from typing import Any

import pytest

from shared.control.ingestion.agent import Agent
from shared.control.ingestion.envelope import hash_of, to_json
from shared.control.ingestion.source import SourceRefusedError
from shared.control.runs.json_values import MOST_OUTPUT_BYTES, checked
from tests.unit.shared.control.ingestion.far import CORRELATION, Far, a_reading, all_pages, service
from tests.unit.shared.control.ingestion.samples import an_envelope

PLACE = '{"team":"camera"}'


def agent(far: Far) -> Agent:
    return Agent(service(far, "github-agent"), source="github")


def brought(*documents: Any, cursor: Any = None, is_last: bool = True, **more: Any) -> tuple[int, Any]:
    return 200, {"documents": list(documents), "next_cursor": cursor, "is_last": is_last} | more


def test_an_envelope_that_we_wrote_is_one_that_we_read() -> None:
    sent = an_envelope()
    (page,) = all_pages(agent(Far(brought(to_json(sent), cursor="c1", removed=["github-old"]))), PLACE)
    (document,) = page.documents
    assert (document.id, document.content, document.place) == (sent.id, sent.content, sent.place)
    assert document.document == {**sent.document, "updated_at": "2026-02-01T09:00:00.000000Z"}
    assert document.correlation_id == CORRELATION
    assert (page.removed, page.cursor) == (("github-old",), {"cursor": "c1"})


def test_it_is_asked_with_the_scope_and_where_it_left_off() -> None:
    far = Far(brought())
    connector = agent(far)
    (place,) = connector.places({"team": "camera"})
    connector.page(a_reading(place, {"cursor": {"page": 7}}))
    assert (far.calls[0].method, far.calls[0].path) == ("POST", "/ingest")
    assert far.calls[0].json == {
        "source": "github",
        "scope": {"team": "camera"},
        "correlation_id": CORRELATION,
        "cursor": {"page": 7},
    }


def test_it_is_asked_until_it_says_that_it_is_done() -> None:
    far = Far(brought(to_json(an_envelope()), cursor="c1", is_last=False), brought(cursor="c2"))
    pages = all_pages(agent(far), PLACE)
    assert [call.json["cursor"] for call in far.calls] == [None, "c1"]
    assert pages[-1].cursor == {"cursor": "c2"}


@pytest.mark.parametrize(
    "cursor", [{"since": 1700000000.25}, 10**40, json.loads("[" * 40 + "]" * 40), "\ud800", False, 0, ""]
)
def test_whatever_its_cursor_is_it_comes_back_as_it_was_also_in_a_later_call_of_the_step(cursor: Any) -> None:
    far = Far(brought(to_json(an_envelope()), cursor=cursor, is_last=False), brought(cursor=cursor))
    (first, *_, last) = all_pages(agent(far), PLACE)
    assert first.position is not None
    assert checked("checkpoint", first.position, most=MOST_OUTPUT_BYTES) == first.position
    assert far.calls[1].json["cursor"] == cursor
    assert last.cursor == {"cursor": cursor}


def test_an_agent_that_does_not_get_on_is_given_up() -> None:
    far = Far(brought(cursor="c1", is_last=False))
    with pytest.raises(SourceRefusedError, match="from where it was"):
        all_pages(agent(far), PLACE)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"content_hash": hash_of("something else")}, "content_hash is not the SHA-256"),
        ({"id": "../etc"}, "documents.0.id"),
        ({"timestamp": "yesterday"}, "documents.0.timestamp"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "documents.0.timestamp"),
        (
            {"document": {"content": "A", "updated_at": "9999-12-31T23:59:59-14:00"}, "content_hash": None},
            "documents.0.document.updated_at",
        ),
        ({"document": {"title": "A"}}, "documents.0.document.content"),
        ({"document": {"content": "x" * (1024 * 1024 + 1)}, "content_hash": None}, "at most 1048576"),
        ({"document": {"content": "\ud800"}, "content_hash": None}, "half a character|documents.0"),
        ({"document": {"content": "A", "metadata": {"a": "x" * 20_000}}, "content_hash": None}, "metadata has"),
    ],
)
def test_an_envelope_that_is_none_is_refused_with_the_place_of_the_mistake(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SourceRefusedError, match=told):
        all_pages(agent(Far(brought(to_json(an_envelope()) | changes))), PLACE)


@pytest.mark.parametrize("body", [[], {}, {"documents": []}, {"documents": {}, "is_last": True}, "x"])
def test_an_answer_of_no_shape_is_refused(body: Any) -> None:
    with pytest.raises(SourceRefusedError, match="github-agent"):
        all_pages(agent(Far((200, body))), PLACE)


def test_a_cursor_beyond_reason_is_refused() -> None:
    with pytest.raises(SourceRefusedError, match="more than 2000 characters"):
        all_pages(agent(Far(brought(cursor="x" * 2_001))), PLACE)


def test_an_envelope_says_where_it_is_from_only_for_its_own_source() -> None:
    refs = [{"source": "jira", "place": "a"}]
    (page,) = all_pages(agent(Far(brought(to_json(an_envelope()) | {"source_refs": refs}))), PLACE)
    assert (page.documents[0].source, page.documents[0].place) == ("github", an_envelope().id)
