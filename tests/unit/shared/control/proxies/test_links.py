"""Links that lead nowhere."""

import pytest

from shared.control.proxies.links import broken_anchors, has_headings, place_of, unknown_links
from tests.support.proxied import a_document

HERE = "https://github.com/acme/shop/blob/main/docs/index.md"
PLACES = {
    HERE,
    "https://github.com/acme/shop/blob/main/docs/ship.md",
    "https://github.com/acme/shop/blob/main/readme.md",
}


@pytest.mark.parametrize(
    "heading",
    [
        "# How we ship",
        "### How we ship ###",
        "# `How` we *ship*",
        "## [How we](x) ship",
        '<a id="how-we-ship"></a>',
        "# how WE ship?",
    ],
)
def test_a_link_to_a_heading_that_is_there_is_fine(heading: str) -> None:
    assert broken_anchors(f"[see](#how-we-ship)\n\n{heading}\n") == []


def test_links_to_headings_that_are_not_there_are_broken_each_once() -> None:
    assert broken_anchors("[a](#two) [b](#one) [c](#two) [d](other.md#x) [e](#)\n# Three") == ["one", "two"]


def test_the_second_heading_of_one_name_has_a_number() -> None:
    assert broken_anchors("[a](#x) [b](#x-1) [c](#x-2)\n# X\n# X\n") == ["x-2"]


@pytest.mark.parametrize("link", ["ship.md", "./ship.md#top", "../README.md", "SHIP.md?raw=1", "index.md"])
def test_a_relative_link_to_a_document_that_is_kept_is_fine(link: str) -> None:
    assert unknown_links(a_document(url=HERE), f"[see]({link})", PLACES) == []


@pytest.mark.parametrize("link", ["gone.md", "../docs/gone.md", "sub/ship.md", "ship.rst"])
def test_a_relative_link_to_no_document_that_is_kept_is_named(link: str) -> None:
    document = a_document(url=f"{HERE}?plain=1#L3")
    assert unknown_links(document, f'[see]({link} "title") [again]({link})', PLACES) == [link]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/gone.md",
        "//example.com/gone.md",
        "/gone.md",
        "image.png",
        "src/",
        "mailto:a@b.md",
        "http://[x.md",
    ],
)
def test_of_other_links_nothing_is_said(link: str) -> None:
    assert unknown_links(a_document(url=HERE), f"[see]({link})", PLACES) == []


def test_where_it_is_not_known_where_a_document_is_nothing_is_said_of_its_links() -> None:
    document = a_document()
    assert (place_of(document), unknown_links(document, "[see](gone.md)", PLACES)) == ("", [])


@pytest.mark.parametrize("content", ["# A", "text\n\n###### B", "<h2>C</h2>", '<H1 class="x">'])
def test_headings_are_seen_in_markdown_and_in_html(content: str) -> None:
    assert has_headings(content)
    assert not has_headings(content.replace("#", "-").replace("<", "["))
