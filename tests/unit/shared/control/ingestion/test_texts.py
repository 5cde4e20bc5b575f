"""What texts of all kinds lead to: links, headings, endpoints, operations."""

import json

import pytest

from shared.control.ingestion import markdown, storage_format
from shared.control.ingestion.endpoints import endpoint, endpoints_of
from shared.control.ingestion.envelope import ASCIIDOC, MARKDOWN, OPENAPI, PLAIN, RST, STORAGE
from shared.control.ingestion.openapi import read_api
from shared.control.ingestion.outline import Outline, from_text, outline_of
from shared.control.ingestion.yaml_values import UnreadableYamlError, read_yaml
from tests.support.ends import little_work

ENG = "ENG"


def outline(content: str, kind: str = MARKDOWN) -> Outline:
    return outline_of({"content": content, "content_type": kind})


@pytest.mark.parametrize(
    ("content", "links"),
    [
        ("[a](b.md)", ["b.md"]),
        ('[a](b.md "the b") and ![i](i.png)', ["b.md", "i.png"]),
        ("[a](<b c.md>)", []),
        ("[w](https://en.example/A_(b))", ["https://en.example/A_(b)"]),
        ("[a][b]\n\n[b]: ../c.md", ["../c.md"]),
        ("See https://a.example/x, or <https://b.example>.", ["https://a.example/x", "https://b.example"]),
        ('<a href="d.md">d</a> <img src="e.png">', ["d.md", "e.png"]),
        ("`[a](b.md)` and ``[a](`b.md`)``", []),
        ("```\n[a](b.md)\n```\n[c](d.md)", ["d.md"]),
        ("~~~\n```\n[a](b.md)\n~~~\n", []),
        ("[a](b.md) [a](b.md)", ["b.md"]),
        ("[a]()", []),
    ],
)
def test_links_of_markdown(content: str, links: list[str]) -> None:
    assert list(outline(content).links) == links


@pytest.mark.parametrize(
    ("content", "kind", "links"),
    [
        ("`a <https://a.example>`_\n\n.. _b: b.rst\n", RST, ["b.rst", "https://a.example"]),
        (
            "link:c.adoc[c], xref:d.adoc#x[d] and https://e.example[e]",
            ASCIIDOC,
            ["c.adoc", "d.adoc#x", "https://e.example"],
        ),
        ("See https://a.example.", PLAIN, ["https://a.example"]),
    ],
)
def test_links_of_other_texts(content: str, kind: str, links: list[str]) -> None:
    assert list(outline(content, kind).links) == links


def test_headings_have_the_names_that_github_gives_them() -> None:
    content = (
        "# Hello, `World`!\n\n## Set-up\nFirst\n=====\n## Set-up ##\n```\n# no heading\n```\n"
        '<a name="Here"></a>\n# [Linked](x.md) *text*\n#hashtag\n'
    )
    assert list(outline(content).anchors) == ["hello-world", "set-up", "first", "set-up-1", "linked-text", "Here"]


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("intro\n\n# A title\n# B", "A title"),
        ("Title\n=====\n", "Title"),
        ("= Doc\n", "Doc"),
        ("text", None),
        ("# ##", None),
    ],
)
def test_a_title_is_the_first_heading(content: str, title: str | None) -> None:
    assert markdown.title_of(content) == title


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Call `GET /orders/{id}` or POST /orders.", ["GET /orders/{}", "POST /orders"]),
        ("GET /orders/:id/items and GET /orders/<id>/items", ["GET /orders/{}/items"]),
        ("| DELETE | no | PATCH /a/b?x=1 |", ["PATCH /a/b"]),
        ("GET https://api.example/v1/orders/", ["GET /v1/orders"]),
        ("curl -X PUT /a#b", ["PUT /a"]),
        ("get /orders and WIDGET /x and GET orders", []),
        ("GET /" + "x" * 400, []),
        ("HEAD /", ["HEAD /"]),
        ("PUT / PATCH change it, GET /\tHEAD read it", []),
        ("GET / shows PUT", ["GET /"]),
    ],
)
def test_endpoints_that_a_text_names(text: str, found: list[str]) -> None:
    assert endpoints_of(text) == found


def test_an_endpoint_has_one_spelling() -> None:
    assert endpoint("get", "/a/{b}/c/") == endpoint("GET", "/a/<x>/c") == "GET /a/{}/c"


STORED = """
<h1>Orders</h1><p>See <a href="https://a.example/x?a=1&amp;b=2">this</a>,
<ac:link><ri:page ri:content-title="The &quot;guide&quot;" /></ac:link> and
<ac:link><ri:page ri:space-key="OPS" ri:content-title='Runbook'/></ac:link></p>
<ac:image><ri:url ri:value="https://b.example/i.png"/></ac:image>
<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[GET /orders/{id} <x>]]></ac:plain-text-body>
</ac:structured-macro><a>no link</a><ri:page/>
"""


def test_a_page_of_confluence_is_read() -> None:
    assert storage_format.links_of(STORED) == [
        "https://a.example/x?a=1&b=2",
        'page:/The "guide"',
        "page:OPS/Runbook",
        "https://b.example/i.png",
    ]
    assert storage_format.text_of(STORED).split("\n") == [
        "Orders",
        "See this,",
        "and",
        "GET /orders/{id} <x>",
        "no link",
    ]
    assert list(outline(STORED, STORAGE).endpoints) == ["GET /orders/{}"]


API = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "2"},
    "servers": [{"url": "https://api.example/v1/"}, {"url": "/v1"}, {"url": 7}, {}],
    "paths": {"/orders/{id}": {"get": {}, "parameters": [], "x-y": {}}, "/orders": {"post": {}}, "x-paths": {}},
}


def test_operations_of_an_api() -> None:
    read = read_api(json.dumps(API))
    assert read
    assert (read.title, read.version) == ("Orders", "2")
    assert read.operations == ("GET /orders/{}", "POST /orders")
    assert read.prefixes == ("/v1",)
    assert outline(json.dumps(API), OPENAPI).operations == read.operations


@pytest.mark.parametrize(
    "text",
    [
        "swagger: '2.0'\nbasePath: /v1/\npaths:\n  /a:\n    get: {}\n",
        "swagger: 2.0\nbasePath: &p /v1\npaths: {/a: {get: {summary: *p}}}\n---\nanother: document\n",
    ],
)
def test_yaml_of_an_api(text: str) -> None:
    read = read_api(text)
    assert read
    assert (read.title, read.operations, read.prefixes) == ("API", ("GET /a",), ("/v1",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: b",
        "[1, 2]",
        "{",
        "openapi: 3.0.0",
        '{"openapi": 3, "paths": {}}',
        "a: b: c",
        "&a [*a",
        "\0",
        "!!python/x a",
    ],
)
def test_what_is_no_api_is_none(text: str) -> None:
    assert read_api(text) is None


def test_yaml_is_texts_lists_and_mappings() -> None:
    text = "a: 1.0\nb: [yes, ~, &x {c: d}]\ne: *x\n? [k]\n: v\nf: *nothing\n".replace("f: *nothing\n", "")
    assert read_yaml(text) == {"a": "1.0", "b": ["yes", "~", {"c": "d"}], "e": {"c": "d"}, None: "v"}


def test_yaml_that_means_more_than_it_says_stays_small() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert len(read_yaml("\n".join(lines))) == 60
    with pytest.raises(UnreadableYamlError):
        read_yaml("[" * 5_000)
    with pytest.raises(UnreadableYamlError):
        read_yaml("- " * 5_000 + "a")


@pytest.mark.parametrize("name", ["title", "version"])
def test_what_means_more_than_it_says_is_no_title(name: str) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    read = read_api("\n".join([*lines, "openapi: 3.0.0", "paths: {}", f"info: {{{name}: *a59}}"]))
    assert read
    assert (read.title, read.version) == ("API", "")


@pytest.mark.parametrize(("said", "version"), [("2", "2"), ("1.5", "1.5"), ('"v1"', "v1"), ("null", ""), ("[1]", "")])
def test_a_version_may_be_a_number(said: str, version: str) -> None:
    read = read_api(f'{{"openapi": "3.0.0", "paths": {{}}, "info": {{"version": {said}}}}}')
    assert read
    assert read.version == version


def test_an_outline_comes_back_as_it_was_kept() -> None:
    known = outline("# A\n[b](c.md) GET /x")
    assert from_text(known.to_text()) == known
    assert from_text(Outline().to_text()) == Outline()


def test_an_outline_is_never_too_large_for_the_ledger() -> None:
    many = outline("\n".join(f"[a](https://a.example/{'x' * 400}/{number})" for number in range(2_400)))
    assert many.is_cut
    assert len(many.to_text().encode()) <= 120_000
    assert len(many.links) == 250
    assert from_text(many.to_text()) == many
    assert outline(f"[a](https://a.example/{'x' * 600})").is_cut


SLOW = [
    "[" * 100_000,
    "](" * 50_000,
    "](" + "a" * 200_000,
    "`` a" * 50_000,
    "# " + "[" * 100_000,
    "# " + " " * 100_000 + "x",
    "=\n" * 100_000,
    "# xxx\n" * 20_000,
    "link:" * 40_000,
    "<a " * 60_000,
    "<a " + "x" * 200_000 + ">",
    "<" + "a" * 200_000,
    "<![CDATA[" * 30_000,
    "GET " * 50_000,
    "GET /" + "<a>" * 60_000,
    "{" * 100_000,
    "- " * 50_000,
]


@pytest.mark.parametrize("content", SLOW, ids=lambda content: content[:8])
@pytest.mark.parametrize("kind", [MARKDOWN, STORAGE, OPENAPI])
def test_no_text_takes_for_ever(content: str, kind: str) -> None:
    with little_work(5):
        outline(content, kind)
