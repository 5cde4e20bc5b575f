"""Documents in repositories at GitHub: those files of a tree that have changed since the tree that was read before.

Source: docs.github.com/rest, "Git database" and "Commits", API version 2026-03-10.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from shared.control.ingestion.envelope import LARGEST, DocumentEnvelope, SourceRef, document_id, enveloped
from shared.control.ingestion.files import File, document_of, kind_of
from shared.control.ingestion.source import PATIENCE, Page, Position, Reading, SourceRefusedError, for_good, wanted
from shared.runtime.clock import Clock
from shared.runtime.github import HEADERS, NAME, ask
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

FILES_AT_ONCE: Final = 25
_GONE_AT_ONCE: Final = 200
_SYMLINK: Final = "120000"  # its content is another path
_LARGEST_TREE: Final = 16 * 1024 * 1024  # GitHub's has at most 100,000 entries, 7 MB as it counts them
_TREES_KEPT: Final = 4
_EMPTY: Final = 409  # "Git Repository is empty."
_HINT: Final = "; is the token allowed to read it?"

Tree = Mapping[str, File]
Trees = dict[tuple[str, str], Tree]  # some that were read, by repository and name: a tree never changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    commit: str
    tree: str
    site: str  # where people see the repository


class GithubFiles:
    """The cursor is the tree that was read last."""

    source: str = NAME
    by: str = "connector"

    def __init__(
        self, service: Service, *, repositories: Sequence[str], clock: Clock, trees: Trees | None = None
    ) -> None:
        self._service = service
        self._repositories = repositories
        self._clock = clock
        self._trees: Trees = {} if trees is None else trees

    def places(self, scope: Mapping[str, Any]) -> Sequence[str]:
        return wanted(scope, "repositories", self._repositories)

    def page(self, reading: Reading) -> Page:
        position = reading.position or self._begin(reading)
        if position is None or position["base"] == position["tree"]:
            return Page(cursor=reading.cursor)
        new, old = (self._tree(reading.place, position[name]) for name in ("tree", "base"))
        changed = sorted(path for path, file in new.items() if path not in old or old[path].sha != file.sha)
        gone = sorted(old.keys() - new.keys())
        offset = position["offset"]
        if offset < len(changed):
            page, offset = self._read(reading, position, [new[path] for path in changed])
        else:
            behind = offset - len(changed)
            page = Page(removed=tuple(self._id(reading, path) for path in gone[behind : behind + _GONE_AT_ONCE]))
            offset += len(page.removed)
        if offset < len(changed) + len(gone):
            return replace(page, position={**position, "offset": offset})
        return replace(page, cursor={"tree": position["tree"]})

    def _id(self, reading: Reading, path: str) -> str:
        return document_id(self.source, f"{reading.place}/{path}")

    def _begin(self, reading: Reading) -> Position | None:
        """None where there is nothing in the repository."""
        head = self._head(reading.place)
        if head is None:
            return None
        begun = {"tree": head.tree, "commit": head.commit, "site": head.site}
        return begun | {"base": reading.cursor.get("tree", ""), "offset": 0}

    def _read(self, reading: Reading, position: Position, changed: Sequence[File]) -> tuple[Page, int]:
        """Some of them, and how many that are, with those before. What is no document any more is gone."""
        offset = position["offset"]
        documents: list[DocumentEnvelope] = []
        gone: list[str] = []
        for file in changed[offset : offset + FILES_AT_ONCE]:
            document = self._document(reading, position, file)
            if document:
                documents.append(document)
            else:
                gone.append(self._id(reading, file.path))
            offset += 1
            if self._clock() >= reading.until:
                break
        return Page(documents=tuple(documents), removed=tuple(gone)), offset

    def _document(self, reading: Reading, position: Position, file: File) -> DocumentEnvelope | None:
        content = self._blob(reading.place, file) if file.size <= LARGEST else None
        document = document_of(file, content)
        if document is None:
            return None
        url = f"{position['site']}/blob/HEAD/{quote(file.path)}"
        changed_at = self._changed_at(reading.place, file.path, position["commit"])
        ref = SourceRef(source=self.source, place=f"{reading.place}/{file.path}", url=url, revision=position["commit"])
        metadata = document["metadata"] | {"repository": reading.place, "path": file.path}
        return enveloped(
            ref,
            document | {"url": url, "updated_at": changed_at, "metadata": metadata},
            version_tag=file.sha,
            correlation_id=reading.correlation_id,
            at=self._clock(),
        )

    def _head(self, repository: str) -> Head | None:
        try:
            answer = self._ask(commits_call(repository))
        except ServiceError as error:
            if error.answer is not None and error.answer.status == _EMPTY:
                return None
            raise for_good(error, _HINT) from None
        return read_head(answer)

    def _tree(self, repository: str, sha: str) -> Tree:
        """Its documents, by path. None of a tree that is no more: after a forced push everything is looked at anew."""
        if not sha:
            return {}
        known = self._trees.get((repository, sha))
        if known is None:
            known = self._kept(repository, sha, self._looked_up(repository, sha))
        return known

    def _kept(self, repository: str, sha: str, tree: Tree) -> Tree:
        if len(self._trees) >= _TREES_KEPT:
            self._trees.clear()
        self._trees[repository, sha] = tree
        return tree

    def _looked_up(self, repository: str, sha: str) -> Tree:
        try:
            return read_tree(self._ask(tree_call(repository, sha)))
        except ServiceError as error:
            if error.answer is not None and error.answer.status == 404:
                return {}
            raise for_good(error, _HINT) from None

    def _blob(self, repository: str, file: File) -> bytes:
        try:
            return read_blob(self._ask(blob_call(repository, file.sha)))
        except ServiceError as error:
            raise for_good(error, _HINT) from None

    def _changed_at(self, repository: str, path: str, commit: str) -> str | None:
        try:
            return read_date(self._ask(commits_call(repository, path=path, sha=commit)))
        except ServiceError as error:
            raise for_good(error, _HINT) from None

    def _ask(self, call: Call) -> Answer:
        return ask(self._service, call)


def commits_call(repository: str, *, path: str = "", sha: str = "") -> Call:
    """The last commit: of the default branch, or of those before `sha` that changed the file."""
    query = {"per_page": "1"} | ({"sha": sha} if sha else {}) | ({"path": path} if path else {})
    return _get(f"/repos/{repository}/commits?{urlencode(query)}")


def tree_call(repository: str, sha: str) -> Call:
    path = f"/repos/{repository}/git/trees/{quote(sha, safe='')}?recursive=1"
    return replace(_get(path, most=_LARGEST_TREE), seconds=PATIENCE)


def blob_call(repository: str, sha: str) -> Call:
    return _get(f"/repos/{repository}/git/blobs/{quote(sha, safe='')}", most=2 * LARGEST)


def read_head(answer: Answer) -> Head | None:
    """None of a repository without commits."""
    try:
        commits = answer.json()
        if not commits:
            return None
        site = str(commits[0]["html_url"]).partition("/commit/")[0]
        return Head(commit=str(commits[0]["sha"]), tree=str(commits[0]["commit"]["tree"]["sha"]), site=site)
    except (KeyError, TypeError, IndexError):
        raise _unreadable(answer) from None


def read_date(answer: Answer) -> str | None:
    try:
        commits = answer.json()
        return str(commits[0]["commit"]["committer"]["date"]) if commits else None
    except (KeyError, TypeError, IndexError):
        raise _unreadable(answer) from None


def read_tree(answer: Answer) -> Tree:
    """Those of its files that are documents, by path. Raises SourceRefusedError where GitHub shows only a part."""
    try:
        told = answer.json()
        if told["truncated"]:
            raise SourceRefusedError(f"{NAME}: the repository has more files than GitHub lists at once")
        files = [
            File(path=one["path"], sha=one["sha"], size=int(one.get("size", 0)))
            for one in told["tree"]
            if one["type"] == "blob" and one["mode"] != _SYMLINK
        ]
    except (KeyError, TypeError, ValueError):
        raise _unreadable(answer) from None
    return {file.path: file for file in files if kind_of(file.path)}


def read_blob(answer: Answer) -> bytes:
    try:
        told = answer.json()
        if told["encoding"] != "base64":
            raise _unreadable(answer)
        return base64.b64decode(told["content"])
    except (KeyError, TypeError, binascii.Error):
        raise _unreadable(answer) from None


def _get(path: str, most: int = LARGEST) -> Call:
    return Call(method="GET", path=path, headers=HEADERS, repeatable=True, max_answer=most)


def _unreadable(answer: Answer) -> ServiceError:
    return ServiceError(NAME, Verdict.RETRY_BACKOFF, f"{answer.status} that cannot be read", answer=answer)
