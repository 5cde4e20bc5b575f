"""What Confluence is asked for, and what its pages say."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.control.ingestion.confluence import ConfluencePages
from shared.control.ingestion.envelope import LARGEST
from shared.control.ingestion.source import EVERYTHING, SourceRefusedError
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import ServiceError
from tests.support.builders import NOON
from tests.unit.shared.control.ingestion.far import Far, a_reading, all_pages, service
from tests.unit.shared.control.ingestion.samples import a_page, pages


def confluence(far: Far, *spaces: str) -> ConfluencePages:
    site = "https://acme.atlassian.net"
    return ConfluencePages(service(far, "confluence"), site=site, spaces=spaces, clock=lambda: NOON)


def asked(far: Far) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(call.path).query) for call in far.calls]


def test_a_page_is_a_document() -> None:
    (page,) = all_pages(confluence(Far((200, pages(a_page(7))))), "65537")
    (document,) = page.documents
    assert document.document == {
        "title": "Page 7",
        "content": "<p>Page 7</p>",
        "content_type": "application/vnd.atlassian.confluence.storage",
        "url": "https://acme.atlassian.net/wiki/spaces/ENG/pages/7/Page",
        "updated_at": "2026-02-27T08:15:00.000000Z",
        "metadata": {"space": "ENG"},
    }
    assert (document.place, document.version_tag) == ("acme.atlassian.net/7", "3")
    assert page.cursor == {"changed": "2026-02-27T08:15:00.000000Z"}


def test_half_a_character_on_a_page_stops_nobody() -> None:
    broken = a_page(7)
    broken["title"], broken["body"]["storage"]["value"] = "Broken \ud83d", "<p>It \ud83d fell.</p>"
    (page,) = all_pages(confluence(Far((200, pages(broken, a_page(8))))), "65537")
    document, other = page.documents
    assert (document.document["title"], document.content) == ("Broken ?", "<p>It ? fell.</p>")
    assert other.document["title"] == "Page 8"


def test_the_newest_change_is_asked_for_first() -> None:
    far = Far((200, pages()))
    all_pages(confluence(far), "65537")
    assert urlsplit(far.calls[0].path).path == "/wiki/api/v2/pages"
    assert asked(far) == [
        {
            "status": ["current"],
            "sort": ["-modified-date"],
            "body-format": ["storage"],
            "limit": ["25"],
            "space-id": ["65537"],
        }
    ]
    all_pages(confluence(far), EVERYTHING)
    assert "space-id" not in asked(far)[1]


def test_all_pages_are_read_by_the_cursor_of_their_list() -> None:
    far = Far((200, pages(a_page(1), following="c%2B1")), (200, pages(a_page(2, "2026-01-01T00:00:00Z"))))
    read = all_pages(confluence(far), EVERYTHING)
    assert [document.document["title"] for page in read for document in page.documents] == ["Page 1", "Page 2"]
    assert asked(far)[1]["cursor"] == ["c+1"]
    assert read[-1].cursor == {"changed": "2026-02-27T08:15:00.000000Z"}


def test_a_second_reading_ends_where_the_first_began() -> None:
    new, old = a_page(3, "2026-02-28T00:00:00Z"), a_page(1, "2026-02-20T00:00:00Z")
    far = Far((200, pages(new, old, following="c1")))
    (page,) = all_pages(confluence(far), EVERYTHING, {"changed": "2026-02-27T08:15:00.000000Z"})
    assert [document.document["title"] for document in page.documents] == ["Page 3"]
    assert page.cursor == {"changed": "2026-02-28T00:00:00.000000Z"}


def test_what_changed_a_moment_before_the_last_reading_is_looked_at_again() -> None:
    far = Far((200, pages(a_page(1, "2026-02-27T08:11:00Z"))))
    (page,) = all_pages(confluence(far), EVERYTHING, {"changed": "2026-02-27T08:15:00.000000Z"})
    assert len(page.documents) == 1
    assert page.cursor == {"changed": "2026-02-27T08:15:00.000000Z"}


def test_a_page_that_does_not_say_when_it_was_changed_ends_nothing() -> None:
    odd = a_page(1, version=None)
    far = Far((200, pages(odd, following="c1")), (200, pages(a_page(2))))
    read = all_pages(confluence(far), EVERYTHING, {"changed": "2026-02-01T00:00:00.000000Z"})
    assert [len(page.documents) for page in read] == [1, 1]


def test_a_list_that_leads_back_to_itself_ends() -> None:
    far = Far((200, pages(a_page(1), following="c1")))
    assert len(all_pages(confluence(far), EVERYTHING)) == 2


def test_a_page_that_is_too_large_is_listed_without_its_content() -> None:
    large = a_page(1, body={"storage": {"value": "x" * (LARGEST + 1)}}, _links={})
    (page,) = all_pages(confluence(Far((200, pages(large)))), EVERYTHING)
    (document,) = page.documents
    assert document.document["metadata"] == {"space": "65537", "left_out": f"larger than {LARGEST} bytes"}
    assert document.content == ""
    assert document.document["url"].endswith("/wiki/pages/viewpage.action?pageId=1")


def test_spaces_are_those_that_are_configured_or_named() -> None:
    assert confluence(Far()).places({}) == [EVERYTHING]
    assert confluence(Far(), "2", "1").places({}) == ["1", "2"]
    assert confluence(Far(), "2", "1").places({"spaces": ["2"]}) == ["2"]
    assert confluence(Far()).places({"spaces": ["7"]}) == ["7"]
    for connector, scope in ((confluence(Far(), "1"), ["2"]), (confluence(Far()), ["a&b"])):
        with pytest.raises(InvalidInputError):
            connector.places({"spaces": scope})


@pytest.mark.parametrize("body", [[], {}, {"results": [{}]}, {"results": [None]}, "no"])
def test_an_answer_that_cannot_be_read_is_no_empty_one(body: Any) -> None:
    with pytest.raises(ServiceError, match="cannot be read"):
        confluence(Far((200, body))).page(a_reading(EVERYTHING))


def test_a_refusal_is_final() -> None:
    with pytest.raises(SourceRefusedError, match="may the account of the token see it"):
        confluence(Far((403, {}))).page(a_reading(EVERYTHING))
