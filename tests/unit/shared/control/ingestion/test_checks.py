"""What is found in documents, and what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.control.ingestion import checks
from shared.control.ingestion.checks import Checked, checked
from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.envelope import OPENAPI, STORAGE
from shared.control.ingestion.finding import Finding, counted, finding, finding_from, in_order
from shared.control.ingestion.linking import Library, web_links
from tests.support.builders import NOON
from tests.support.ends import little_work
from tests.unit.shared.control.ingestion.samples import a_record

YEAR = timedelta(days=365)


def looked(*documents: DocumentRecord, dead: Mapping[str, str] | None = None, **how: Any) -> Checked:
    told_to: dict[str, Any] = {"stale_after": YEAR} | how
    return checked(documents, dead=dead or {}, at=NOON, **told_to)


def found(*documents: DocumentRecord, after: timedelta = YEAR, **how: Any) -> Sequence[Finding]:
    return looked(*documents, stale_after=after, **how).findings


def told(*documents: DocumentRecord, **more: Any) -> list[tuple[str, str, str]]:
    return [(one.type, one.severity, one.title) for one in found(*documents, **more)]


def a_wiki_page(title: str, content: str = "<p/>", space: str = "ENG") -> DocumentRecord:
    return a_record(title, content, source="confluence", title=title, content_type=STORAGE, metadata={"space": space})


def an_api(*operations: str, **changes: Any) -> DocumentRecord:
    record = a_record("api", "x", source="swagger", title="Orders", content_type=OPENAPI, **changes)
    return replace(record, outline=replace(record.outline, operations=operations, prefixes=("/v1",)))


# links


@pytest.mark.parametrize(
    "link",
    [
        "b.md",
        "./b.md",
        "/docs/b.md",
        "../docs/b.md",
        "b.md?raw=1",
        "b.md#the-b",
        "b.md#The-B",
        "#here",
        "b%2Emd",
        "../src/app.py",  # of what is no document, nothing is known
        "../openapi-generator.yaml",  # which it is only if it describes an API
        "../img/",
        "../../../other/repo/x.md",
        "mailto:a@example.com",
        "//cdn.example/x.md",
        "https://github.com/octo-org/other/x.md",
        "http://[",
    ],
)
def test_links_that_lead_somewhere_or_nobody_knows_where(link: str) -> None:
    one = a_record("docs/a.md", f'<a name="here"></a> <a href="{link}">')
    assert told(one, a_record("docs/b.md", "# The B")) == []


@pytest.mark.parametrize(
    ("link", "severity"), [("c.md", "med"), ("/b.md", "med"), ("b.rst", "med"), ("b.md#no", "low"), ("#no", "low")]
)
def test_links_that_lead_nowhere(link: str, severity: str) -> None:
    one = a_record("docs/a.md", f"[x]({link})")
    (finding,) = found(one, a_record("docs/b.md", "# The B"))
    assert (finding.severity, finding.title) == (severity, f"a.md: the link {link} is broken")
    assert finding.where == "https://github.example/docs/a.md"


def test_a_page_is_looked_for_by_its_title_in_a_space_that_is_read() -> None:
    link = '<ac:link><ri:page ri:content-title="{}" {}/></ac:link>'
    known = link.format("Guide", "") + link.format("Guide", 'ri:space-key="ENG"')
    unread = link.format("Runbook", 'ri:space-key="OPS"')
    assert told(a_wiki_page("Start", known + unread), a_wiki_page("Guide")) == []
    (finding,) = found(a_wiki_page("Start", link.format("Gone", "")), a_wiki_page("Guide", "<p>1</p>"))
    assert finding.title == "Start: the link ENG/Gone is broken"


def test_addresses_in_the_web_are_those_that_lead_out() -> None:
    first = a_record("a.md", "https://a.example/x#y https://b.example http://c.example [d](d.md)")
    second = a_record("b.md", "https://b.example https://github.example/a.md")
    library = Library([first, second])
    assert {address: len(having) for address, having in web_links([first, second], library).items()} == {
        "https://b.example": 2,
        "https://a.example/x": 1,
    }


def test_an_address_that_is_dead_is_found_where_it_stands() -> None:
    first, second = a_record("a.md", "https://b.example/#x"), a_record("b.md", "text")
    (finding,) = found(first, second, dead={"https://b.example/": "it answers 404"})
    assert (finding.type, finding.severity, finding.detail) == ("broken_link", "med", "it answers 404")


# duplicates


def test_documents_that_say_the_same_are_found_once() -> None:
    same = [a_record(f"{name}.md", "The same.", title=name) for name in "abc"]
    (finding,) = found(*same)
    assert (finding.type, finding.severity) == ("duplicate_content", "med")
    assert finding.title == "3 documents say the same as a"
    assert finding.detail.count("github.example") == 3


def test_a_title_that_several_have_is_found_within_a_source() -> None:
    one, other = a_record("a/x.md", "A", title="Set up"), a_record("b/x.md", "B", title="set up")
    assert told(one, other) == [("duplicate_title", "low", "2 documents are called Set up")]
    assert told(one, a_wiki_page("Set up")) == []


def test_documents_without_a_title_or_content_are_no_duplicates() -> None:
    assert told(*(a_record(f"{name}.md", "", title="") for name in "ab")) == []


# what is old


@pytest.mark.parametrize(("days", "severity"), [(364, None), (365, "low"), (729, "low"), (730, "med")])
def test_what_nobody_has_touched_for_long_is_stale(days: int, severity: str | None) -> None:
    record = a_record(updated_at=(NOON - timedelta(days=days)).isoformat())
    assert [one.severity for one in found(record)] == ([severity] if severity else [])


def test_issues_and_apis_do_not_grow_old_nor_what_says_nothing_of_it() -> None:
    old = (NOON - 5 * YEAR).isoformat()
    issue, api = (a_record("x", source, source=source, updated_at=old) for source in ("jira", "swagger"))
    assert told(issue, api, a_record(updated_at=None)) == []


# endpoints


def test_endpoints_are_compared_both_ways() -> None:
    text = a_record("a.md", "`GET /v1/orders/{id}`, `POST /orders` and `DELETE /orders/{id}`")
    api = an_api("GET /orders/{}", "POST /orders", "PUT /orders/{}")
    assert told(text, api) == [
        ("endpoint_not_in_openapi", "high", "DELETE /orders/{} is documented, and in no OpenAPI document"),
        ("endpoint_not_documented", "low", "PUT /orders/{} of Orders is documented nowhere"),
    ]


def test_an_example_of_an_endpoint_is_that_endpoint() -> None:
    api = an_api("GET /orders/{}", "GET /orders/{}/items/{}", "GET /{}/v2")
    text = a_record("a.md", "GET /orders/42, GET /v1/orders/ord_7/items/{item} and again /orders/{id}; GET /acme1/v2")
    assert told(text, api) == []
    assert told(a_record("a.md", "GET /orders/open GET /a1/b"), an_api("GET /orders/{}")) == [
        ("endpoint_not_in_openapi", "high", "GET /a1/b is documented, and in no OpenAPI document"),
        ("endpoint_not_in_openapi", "high", "GET /orders/open is documented, and in no OpenAPI document"),
        ("endpoint_not_documented", "low", "GET /orders/{} of Orders is documented nowhere"),
    ]


def test_an_example_with_very_many_values_takes_no_time() -> None:
    with little_work(1):
        told(a_record("a.md", " ".join(f"GET /{n}{'/1' * 100}" for n in range(1_000))), an_api("GET /orders/{}"))


def test_without_an_api_or_without_a_text_nothing_is_compared() -> None:
    assert told(a_record("a.md", "GET /orders")) == []
    assert told(an_api("GET /orders")) == []
    assert told(an_api("GET /orders"), a_record("x", "GET /x", source="jira")) == []


def test_the_root_of_an_api_is_where_its_address_is() -> None:
    assert told(an_api("GET /"), a_record("a.md", "GET /v1")) == []


# a part


def test_where_not_all_documents_are_looked_at_nothing_is_said_to_be_missing() -> None:
    text = a_record("a.md", "[x](gone.md) [y](#no) `GET /x` https://dead.example/")
    api = an_api("GET /orders")
    kinds = [kind for kind, _, _ in told(text, api, is_all=False, dead={"https://dead.example/": "404"})]
    assert kinds == ["broken_link", "broken_anchor"]
    assert told(text, is_all=False)[0][0] == "broken_anchor"


def test_a_heading_is_not_missing_in_a_document_of_which_not_all_are_known() -> None:
    long = a_record("long.md", "# One")
    text = a_record("a.md", "[x](long.md#two)")
    assert [kind for kind, _, _ in told(text, long)] == ["broken_anchor"]
    assert told(text, replace(long, outline=replace(long.outline, is_cut=True))) == []


@pytest.mark.parametrize("is_cut", ["api", "text"])
def test_what_is_not_known_to_the_end_is_not_said_to_miss_an_endpoint(is_cut: str) -> None:
    parts = {"text": a_record("a.md", "`GET /x`"), "api": an_api("GET /orders")}
    parts[is_cut] = replace(parts[is_cut], outline=replace(parts[is_cut].outline, is_cut=True))
    (kind,) = [kind for kind, _, _ in told(*parts.values())]
    assert kind == ("endpoint_not_documented" if is_cut == "api" else "endpoint_not_in_openapi")


def test_of_more_than_anybody_reads_a_part_is_found_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MOST_OF_A_CHECK", 2)
    record = a_record("a.md", "[x](1.md) [x](2.md) [x](3.md)", updated_at="2020-01-01T00:00:00Z")
    assert [one.type for one in looked(record).findings] == ["broken_link", "broken_link", "stale"]
    assert looked(record).is_cut
    assert not looked(a_record("a.md", "[x](1.md) [x](2.md)")).is_cut


# findings


def test_a_finding_is_known_by_what_it_is_about() -> None:
    (first,) = found(a_record("docs/a.md", "[x](c.md)"))
    (second,) = found(a_record("docs/a.md", "[x](c.md) and more", title="renamed"))
    assert first.id == second.id
    (other,) = found(a_record("docs/b.md", "[x](c.md)"))
    assert other.id != first.id


def test_findings_are_in_order_and_counted() -> None:
    low, high = (finding("x", severity, about=severity, title=severity, where="w") for severity in ("low", "high"))
    assert in_order([low, high, low]) == [high, low]
    assert counted([low, high]) == {"low": 1, "med": 0, "high": 1}
    assert finding_from(low.to_json()) == low


def test_a_finding_has_no_more_words_than_can_be_shown() -> None:
    long = finding("x", "low", about="a", title="t\n" * 1_000, where="\ud800", detail="d" * 5_000)
    assert (len(long.title), long.where, len(long.detail)) == (300, "?", 1_000)
