"""What is read of repositories at GitHub: documents that have changed, and those that are gone."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.control.ingestion.envelope import LARGEST, document_id
from shared.control.ingestion.github import FILES_AT_ONCE, GithubFiles
from shared.control.ingestion.source import Page, SourceRefusedError
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, ServiceError, Verdict
from tests.stand_ins.git_tree import START, GitTree
from tests.support.builders import NOON
from tests.unit.shared.control.ingestion.far import CORRELATION, FarGithub, a_reading, all_pages, service

SHOP = "octo-org/shop"
API = json.dumps({"openapi": "3.1.0", "info": {"title": "Orders", "version": "2"}, "paths": {"/orders": {"get": {}}}})


def files(far: FarGithub, *repositories: str) -> GithubFiles:
    return GithubFiles(service(far, "github"), repositories=repositories or (SHOP,), clock=lambda: NOON)


@pytest.fixture
def tree() -> GitTree:
    return GitTree(SHOP)


@pytest.fixture
def far(tree: GitTree) -> FarGithub:
    return FarGithub(tree)


def titles(pages: list[Page]) -> list[str]:
    return [document.document["title"] for page in pages for document in page.documents]


def test_a_document_is_brought_with_all_that_is_known_of_it(tree: GitTree, far: FarGithub) -> None:
    commit = tree.commit({"docs/a guide.md": "# Selling\n\nSee [orders](orders.md).", "src/app.py": "x = 1"})
    (page,) = all_pages(files(far), SHOP)
    (document,) = page.documents
    assert document.id == document_id("github", f"{SHOP}/docs/a guide.md")
    assert document.correlation_id == CORRELATION
    assert document.document == {
        "title": "Selling",
        "content": "# Selling\n\nSee [orders](orders.md).",
        "content_type": "text/markdown",
        "url": f"https://github.example/{SHOP}/blob/HEAD/docs/a%20guide.md",
        "updated_at": "2026-02-01T09:00:00Z",
        "metadata": {"repository": SHOP, "path": "docs/a guide.md"},
    }
    (ref,) = document.source_refs
    assert (ref.place, ref.revision) == (f"{SHOP}/docs/a guide.md", commit)


def test_only_documents_are_read(tree: GitTree, far: FarGithub) -> None:
    kinds = {
        "a.md": "# A",
        "b.rst": "B\n=\n",
        "c.adoc": "= C",
        "d.txt": "D",
        "api/openapi.json": API,
        "package.json": "{}",
        "e.py": "",
        "swagger-settings.json": "{}",  # named like one, and none
    }
    tree.commit({**kinds, "link.md": "a.md"})
    tree.modes["link.md"] = "120000"
    assert titles(all_pages(files(far), SHOP)) == ["A", "Orders", "B", "C", "d.txt"]


def test_a_second_reading_brings_only_what_has_changed(tree: GitTree, far: FarGithub) -> None:
    tree.commit({"a.md": "# A", "b.md": "# B", "c.md": "# C"})
    connector = files(far)
    first = all_pages(connector, SHOP)
    tree.commit({"b.md": "# B2", "c.md": None, "d.md": "# D"}, at=START + timedelta(days=1))
    second = all_pages(connector, SHOP, first[-1].cursor)
    assert titles(second) == ["B2", "D"]
    assert [one for page in second for one in page.removed] == [document_id("github", f"{SHOP}/c.md")]
    assert second[-1].cursor != first[-1].cursor


def test_what_is_no_document_any_more_is_gone(tree: GitTree, far: FarGithub) -> None:
    tree.commit({"a.md": "# A", "api/openapi.json": API})
    connector = files(far)
    first = all_pages(connector, SHOP)
    assert titles(first) == ["A", "Orders"]
    tree.commit({"api/openapi.json": "{}"}, at=START + timedelta(days=1))
    second = all_pages(connector, SHOP, first[-1].cursor)
    assert titles(second) == []
    assert [one for page in second for one in page.removed] == [document_id("github", f"{SHOP}/api/openapi.json")]


def test_where_nothing_has_changed_one_question_is_enough(tree: GitTree, far: FarGithub) -> None:
    tree.commit({"a.md": "# A"})
    cursor = all_pages(files(far), SHOP)[-1].cursor
    far.paths.clear()
    (page,) = all_pages(files(far), SHOP, cursor)
    assert (page.documents, page.cursor, len(far.paths)) == ((), cursor, 1)


def test_many_documents_come_page_by_page_of_the_tree_they_were_begun_with(tree: GitTree, far: FarGithub) -> None:
    tree.commit({f"{number:03}.md": f"# {number}" for number in range(2 * FILES_AT_ONCE + 1)})
    connector = files(far)
    first = connector.page(a_reading(SHOP))
    tree.commit({"000.md": None, "new.md": "# new"})  # meanwhile
    second = connector.page(a_reading(SHOP, position=first.position))
    third = connector.page(a_reading(SHOP, position=second.position))
    assert [len(one.documents) for one in (first, second, third)] == [FILES_AT_ONCE, FILES_AT_ONCE, 1]
    assert third.position is None
    fourth = all_pages(connector, SHOP, third.cursor)
    assert titles(fourth) == ["new"]
    assert sum(len(page.removed) for page in fourth) == 1
    assert far.asked_for("/git/trees/") == 2  # they are remembered


def test_when_the_time_is_up_a_page_ends_with_what_it_has(tree: GitTree, far: FarGithub) -> None:
    tree.commit({"a.md": "# A", "b.md": "# B"})
    page = files(far).page(a_reading(SHOP, until=NOON))
    assert len(page.documents) == 1
    assert page.position is not None


def test_what_is_too_large_or_no_text_is_listed_without_its_content(tree: GitTree, far: FarGithub) -> None:
    tree.commit(
        {"large.md": "x" * (LARGEST + 1), "latin.txt": "caf\xe9".encode("latin-1"), "bom.md": b"\xef\xbb\xbf# B"}
    )
    documents = [one.document for page in all_pages(files(far), SHOP) for one in page.documents]
    assert [one["title"] for one in documents] == ["B", "large.md", "latin.txt"]
    assert [one["metadata"].get("left_out") for one in documents] == [None, f"larger than {LARGEST} bytes", "not UTF-8"]
    assert [len(one["content"]) for one in documents] == [3, 0, 0]
    assert far.asked_for("/git/blobs/") == 2


def test_an_empty_repository_has_nothing(far: FarGithub) -> None:
    assert all_pages(files(far), SHOP) == [Page()]


def test_after_a_forced_push_everything_is_looked_at_anew(tree: GitTree, far: FarGithub) -> None:
    tree.commit({"a.md": "# A"})
    assert titles(all_pages(files(far), SHOP, {"tree": "0" * 40})) == ["A"]


def test_a_tree_that_is_shown_in_part_is_not_taken_for_the_whole(tree: GitTree, far: FarGithub) -> None:
    tree.commit({"a.md": "# A"})
    tree.truncated = True
    with pytest.raises(SourceRefusedError, match="more files than GitHub lists"):
        all_pages(files(far), SHOP)


@pytest.mark.parametrize(("status", "what"), [(404, "/commits"), (403, "/commits"), (403, "/git/blobs")])
def test_a_repository_that_may_not_be_read_is_given_up_at_once(
    tree: GitTree, far: FarGithub, status: int, what: str
) -> None:
    tree.commit({"a.md": "# A"})
    far.fails = lambda path: Answer(status=status, headers={}, body=b"{}") if path.startswith(what) else None
    with pytest.raises(SourceRefusedError, match="is the token allowed to read it"):
        all_pages(files(far), SHOP)


def test_a_limit_says_when_to_come_again(tree: GitTree, far: FarGithub) -> None:
    tree.commit({"a.md": "# A"})
    far.fails = lambda _: Answer(status=403, headers={"retry-after": "30"}, body=b"{}")
    with pytest.raises(ServiceError) as raised:
        all_pages(files(far), SHOP)
    assert (raised.value.verdict, raised.value.retry_after) == (Verdict.RETRY_AFTER, 30)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("/commits", {}),
        ("/commits", [{"sha": "1"}]),
        ("/git/trees", {"tree": []}),
        ("/git/trees", {"truncated": False, "tree": [{}]}),
        ("/git/blobs", {"content": "x", "encoding": "none"}),
        ("/git/blobs", {"content": "x", "encoding": "base64"}),
        ("/git/blobs", []),
    ],
)
def test_what_cannot_be_read_is_no_document(tree: GitTree, far: FarGithub, what: str, body: Any) -> None:
    tree.commit({"a.md": "# A"})
    answer = Answer(status=200, headers={}, body=json.dumps(body or {"message": "odd"}).encode())
    far.fails = lambda path: answer if path.startswith(what) else None
    with pytest.raises(ServiceError, match="cannot be read"):
        all_pages(files(far), SHOP)


def test_a_scope_names_repositories_that_are_configured(far: FarGithub) -> None:
    connector = files(far, "b/b", "a/a")
    assert connector.places({}) == ["a/a", "b/b"]
    assert connector.places({"repositories": ["b/b"]}) == ["b/b"]
    wrong: tuple[dict[str, Any], ...] = (
        {"repositories": ["c/c"]},
        {"repositories": "a/a"},
        {"repositories": []},
        {"repos": ["a/a"]},
    )
    for scope in wrong:
        with pytest.raises(InvalidInputError, match=r"^scope"):
            connector.places(scope)
