"""What is asked of a repository's files is what GitHub takes; and the stand-in for it answers as GitHub does."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.control.ingestion.github import GithubFiles, blob_call, commits_call, tree_call
from shared.runtime.http import Call
from tests.contract.github.requests import violations
from tests.stand_ins.git_tree import START, GitTree
from tests.support.builders import NOON
from tests.unit.shared.control.ingestion.far import FarGithub, all_pages, service

paths = st.lists(st.text(min_size=1, max_size=12).filter(lambda one: "/" not in one), min_size=1, max_size=4)
SHA = "9fb037999f264ba9a7fc6274d15fa3ae2ab98312"


def query(call: Call) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(call.path).query, strict_parsing=True))


@settings(derandomize=True, deadline=None, max_examples=80)
@given(paths, st.sampled_from(["", SHA]))
def test_commits_are_asked_for_as_github_takes_it(parts: list[str], sha: str) -> None:
    path = "/".join(parts).encode(errors="replace").decode()
    call = commits_call("octo-org/shop", path=path, sha=sha)
    asked = urlsplit(call.path)
    assert asked.path == "/repos/octo-org/shop/commits"
    assert violations("CommitsQuery", query(call)) == []
    assert query(call)["path"] == path
    assert call.headers["X-GitHub-Api-Version"] == "2026-03-10"
    assert (call.method, call.repeatable, call.headers["User-Agent"]) == ("GET", True, "switchyard")


def test_trees_and_blobs_are_asked_for_as_github_takes_it() -> None:
    call = tree_call("octo-org/shop", SHA)
    assert violations("TreeQuery", query(call)) == []
    assert urlsplit(call.path).path == f"/repos/octo-org/shop/git/trees/{SHA}"
    assert blob_call("octo-org/shop", SHA).path == f"/repos/octo-org/shop/git/blobs/{SHA}"


def test_the_stand_in_answers_as_github_does() -> None:
    tree = GitTree()
    tree.commit({"docs/a.md": "# A", "b.bin": b"\xff"})
    tree.commit({"docs/a.md": "# B"}, at=START + timedelta(days=1))
    commits = tree.shown_commits()
    shown = tree.shown_tree(commits[0]["commit"]["tree"]["sha"])
    blob = next(one for one in shown["tree"] if one["path"] == "docs/a.md")
    assert violations("Commits", commits) == []
    assert violations("Tree", shown) == []
    assert violations("Blob", tree.shown_blob(blob["sha"])) == []
    assert [one["type"] for one in shown["tree"]] == ["tree", "blob", "blob"]


def without(schema: str, value: Any) -> list[str]:
    return violations(schema, json.loads(json.dumps(value)))


def test_an_answer_without_what_it_has_to_say_is_found() -> None:
    assert without("Commits", [{"sha": SHA}]) != []
    assert without("Tree", {"sha": SHA, "tree": []}) != []
    assert without("Tree", {"sha": SHA, "truncated": False, "tree": [{"path": "a"}]}) != []
    assert without("Blob", {"content": "", "encoding": "base64"}) != []


def test_all_that_a_reading_asks_for_is_what_github_takes() -> None:
    tree = GitTree()
    tree.commit({"docs/a b&c.md": "# A", "docs/é.md": "# E"})
    far = FarGithub(tree)
    (page,) = all_pages(GithubFiles(service(far), repositories=("octo-org/shop",), clock=lambda: NOON), "octo-org/shop")
    assert [one.document["updated_at"] for one in page.documents] == ["2026-02-01T09:00:00Z"] * 2
    queries = [dict(parse_qsl(urlsplit(path).query)) for path in far.paths if path.startswith("/commits")]
    assert [violations("CommitsQuery", one) for one in queries] == [[]] * 3
