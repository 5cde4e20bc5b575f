"""Documents are kept in versions: none is lost, and one that was withdrawn does not count."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.control.ingestion.documents import store
from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.documents.remote import RemoteDocuments
from shared.control.ingestion.documents.store import ATTEMPTS, LedgerDocuments
from shared.control.ingestion.envelope import DocumentEnvelope
from shared.control.ingestion.run_tag import RunTag
from shared.files.store import MemoryFiles
from shared.ledger.ledger import Entry
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, ContradictionError, NotFoundError
from shared.runtime.http import ServiceError
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.shared.control.ingestion.far import Far, service
from tests.unit.shared.control.ingestion.samples import an_envelope

FIRST, SECOND = RunTag("run-1", "github"), RunTag("run-2", "github")


class Shelf:
    """A store, and what stands behind it."""

    def __init__(self, far: Far | None = None) -> None:
        self.ledger = MemoryLedger()
        self.files = MemoryFiles()
        mirror = RemoteDocuments(service(far, "doc-store")) if far else None
        self.documents = LedgerDocuments(self.ledger, files=self.files, mirror=mirror, pause=no_pause)

    def save(self, envelope: DocumentEnvelope, tag: RunTag | None = FIRST) -> tuple[DocumentRecord, bool]:
        return self.documents.save(envelope, tag, a_cause(), clock=lambda: NOON)

    def withdraw(self, record: DocumentRecord, version: int, run_id: str = "run-1") -> bool:
        return self.documents.withdraw(record.id, version, run_id, a_cause(), clock=lambda: NOON)

    def remove(self, record: DocumentRecord, tag: RunTag = SECOND) -> bool:
        return self.documents.remove(record.id, tag, a_cause(), clock=lambda: NOON)

    def listed(self, *sources: str) -> list[tuple[str, int]]:
        found = self.documents.newest(sources or ("github", "saved"))
        return [(record.title, record.version) for _, record in found]

    def happened(self, record: DocumentRecord) -> list[str]:
        return [event.type for event in self.ledger.history("DOCUMENT", record.id)]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_a_document_comes_back_as_it_was_saved(shelf: Shelf) -> None:
    record, is_new = shelf.save(an_envelope(metadata={"n": 1.5, "deep": {"list": [1, None]}}))
    assert is_new
    assert record.version == 1
    assert shelf.documents.get(record.id) == record
    assert shelf.documents.content(record) == "# A\n\nText."
    (event,) = shelf.ledger.history("DOCUMENT", record.id)
    assert event.type == "document.saved"
    assert event.data == {
        "document_id": record.id,
        "source": "github",
        "place": "octo-org/shop/docs/a.md",
        "version": 1,
        "version_tag": "1",
        "content_hash": record.content_hash,
        "title": "a.md",
        "run_id": "run-1",
    }


def test_the_same_is_not_saved_twice(shelf: Shelf) -> None:
    first, _ = shelf.save(an_envelope())
    again, is_new = shelf.save(replace(an_envelope(), version_tag="2"), SECOND)
    assert (again, is_new) == (first, False)
    assert shelf.happened(first) == ["document.saved"]
    assert list(shelf.documents.brought(SECOND)) == []


@pytest.mark.parametrize("changes", [{"content": "B"}, {"title": "B"}, {"url": None}, {"metadata": {"a": 1}}])
def test_what_is_new_about_it_makes_a_version(shelf: Shelf, changes: dict[str, object]) -> None:
    shelf.save(an_envelope())
    record, is_new = shelf.save(an_envelope(**{"content": "# A\n\nText.", **changes}))  # type: ignore[arg-type]
    assert (record.version, is_new) == (2, True)
    assert [one.version for one, _ in shelf.documents.versions(record.id)] == [1, 2]


def test_documents_are_listed_by_source_the_newest_change_first(shelf: Shelf) -> None:
    shelf.save(an_envelope("a.md"))
    shelf.save(an_envelope("b.md", "B"))
    shelf.save(an_envelope("c", "C", source="saved"), None)
    assert sorted(shelf.listed()) == [("a.md", 1), ("b.md", 1), ("c", 1)]
    assert shelf.listed("saved") == [("c", 1)]
    (first, _), *_ = shelf.documents.newest(("github",))
    assert len(list(shelf.documents.newest(("github",), before=first))) == 1


def test_an_id_belongs_to_the_source_that_had_it_first(shelf: Shelf) -> None:
    record, _ = shelf.save(an_envelope())
    with pytest.raises(ContradictionError, match="a document of github"):
        shelf.save(replace(an_envelope("x", source="saved"), id=record.id))
    assert shelf.happened(record) == ["document.saved"]


def test_a_version_that_is_withdrawn_gives_way_to_the_one_before(shelf: Shelf) -> None:
    shelf.save(an_envelope(), FIRST)
    second, _ = shelf.save(an_envelope(content="B", title="B"), SECOND)
    assert shelf.withdraw(second, 2, "run-2")
    assert shelf.documents.get(second.id).version == 1
    assert shelf.documents.content(shelf.documents.get(second.id)) == "# A\n\nText."
    assert shelf.listed() == [("a.md", 1)]
    assert [is_withdrawn for _, is_withdrawn in shelf.documents.versions(second.id)] == [False, True]
    assert shelf.documents.content(second) == "B"  # nothing is deleted


def test_of_a_document_with_very_many_versions_the_newest_are_listed_and_any_can_be_had(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_VERSIONS", 2)
    for text in "abc":
        record, _ = shelf.save(an_envelope(content=text))
    shelf.withdraw(record, 3)
    assert [(one.version, is_gone) for one, is_gone in shelf.documents.versions(record.id)] == [(2, False), (3, True)]
    assert [shelf.documents.content(shelf.documents.version(record.id, n)) for n in (1, 2, 3)] == ["a", "b", "c"]
    for number in (0, 4, 10**9, 10**10, 10**400):
        with pytest.raises(NotFoundError):
            shelf.documents.version(record.id, number)


def test_what_is_listed_or_withdrawn_of_a_document_reads_no_more_of_it_than_that(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_VERSIONS", 2)
    for number in range(20):
        record, _ = shelf.save(an_envelope(content=str(number)))
    read: list[str] = []
    entries = shelf.ledger.entries

    def counted(name: str, **how: Any) -> Iterator[Entry]:
        for entry in entries(name, **how):
            read.append(name)
            yield entry

    monkeypatch.setattr(shelf.ledger, "entries", counted)
    shelf.documents.versions(record.id)
    shelf.documents.version(record.id, 7)
    shelf.withdraw(record, 20)
    assert read.count(f"document/{record.id}") == 2 + 1 + 2
    assert shelf.documents.get(record.id).version == 19


def test_the_number_of_a_version_is_never_given_twice(shelf: Shelf) -> None:
    shelf.save(an_envelope(), FIRST)
    second, _ = shelf.save(an_envelope(content="B"), SECOND)
    shelf.withdraw(second, 2)
    third, is_new = shelf.save(an_envelope(content="B"), RunTag("run-3", "github"))
    assert (third.version, is_new) == (3, True)


def test_of_a_document_whose_versions_are_all_withdrawn_there_is_none(shelf: Shelf) -> None:
    record, _ = shelf.save(an_envelope())
    shelf.withdraw(record, 1)
    assert shelf.listed() == []
    with pytest.raises(NotFoundError):
        shelf.documents.get(record.id)
    again, is_new = shelf.save(an_envelope())
    assert (again.version, is_new) == (2, True)


def test_what_is_withdrawn_twice_is_withdrawn_once(shelf: Shelf) -> None:
    record, _ = shelf.save(an_envelope())
    assert shelf.withdraw(record, 1)
    assert shelf.withdraw(record, 1)
    assert shelf.withdraw(record, 7)
    assert shelf.happened(record) == ["document.saved", "document.forgotten"]


def test_a_version_that_another_has_followed_is_withdrawn_without_a_trace_in_the_list(shelf: Shelf) -> None:
    first, _ = shelf.save(an_envelope(), FIRST)
    shelf.save(an_envelope(content="B"), SECOND)
    shelf.withdraw(first, 1)
    assert shelf.documents.get(first.id).version == 2
    shelf.withdraw(first, 2, "run-2")
    assert shelf.listed() == []


def test_what_is_gone_at_its_source_is_not_listed_and_comes_back_when_that_is_undone(shelf: Shelf) -> None:
    record, _ = shelf.save(an_envelope())
    assert shelf.remove(record)
    assert not shelf.remove(record)
    assert shelf.listed() == []
    gone = shelf.documents.get(record.id)
    assert (gone.is_removed, gone.version) == (True, 2)
    assert [(one.version, one.is_removed) for one in shelf.documents.brought(SECOND)] == [(2, True)]
    shelf.withdraw(record, 2, "run-2")
    assert shelf.listed() == [("a.md", 1)]
    assert shelf.happened(record) == ["document.saved", "document.removed", "document.forgotten"]


def test_what_is_there_again_is_a_new_version(shelf: Shelf) -> None:
    record, _ = shelf.save(an_envelope())
    shelf.remove(record)
    again, is_new = shelf.save(an_envelope())
    assert (again.version, again.is_removed, is_new) == (3, False, True)


def test_nobody_removes_documents_of_another_source(shelf: Shelf) -> None:
    record, _ = shelf.save(an_envelope())
    assert not shelf.remove(record, RunTag("run-2", "jira"))
    assert not shelf.documents.remove("github-nothing", SECOND, a_cause(), clock=lambda: NOON)
    assert shelf.listed() == [("a.md", 1)]


def test_what_a_run_brought_can_be_read_on_from_anywhere(shelf: Shelf) -> None:
    for name in ("a.md", "b.md", "c.md"):
        shelf.save(an_envelope(name, name), FIRST)
    lines = list(shelf.documents.brought(FIRST))
    assert len(lines) == 3
    assert list(shelf.documents.brought(FIRST, after=lines[0].key)) == lines[1:]


def test_an_empty_document_needs_no_file(shelf: Shelf) -> None:
    record, _ = shelf.save(an_envelope(content=""))
    assert shelf.documents.content(record) == ""


class Contested(MemoryLedger):
    """Others write first, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times
        self.rival: Callable[[], object] = lambda: None

    def commit(self, change):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if self.left:
            self.left -= 1
            rival, self.rival = self.rival, lambda: None
            rival()
            raise ConflictError("somebody was faster")
        super().commit(change)


def test_over_what_others_wrote_a_document_is_saved_anew() -> None:
    shelf = Shelf()
    contested = Contested(1)
    shelf.documents._ledger = shelf.ledger = contested
    record, is_new = shelf.save(an_envelope())
    assert (record.version, is_new) == (1, True)
    contested.left = 10 * ATTEMPTS
    for act in (
        lambda: shelf.save(an_envelope(content="B")),
        lambda: shelf.remove(record),
        lambda: shelf.withdraw(record, 1),
    ):
        with pytest.raises(ConflictError, match="all the time"):
            act()


# where a doc store is configured


def test_nothing_is_saved_that_the_doc_store_has_not_taken() -> None:
    shelf = Shelf(Far((503, {})))
    with pytest.raises(ServiceError, match="503"):
        shelf.save(an_envelope())
    assert shelf.listed() == []


def test_the_doc_store_is_given_the_document_with_where_it_is_from() -> None:
    far = Far((200, {"id": "x"}))
    record, _ = Shelf(far).save(an_envelope(metadata={"space": "ENG"}))
    (call,) = far.calls
    assert (call.method, call.path, call.repeatable) == ("POST", "/documents", True)
    assert call.json == {
        "id": record.id,
        "content": "# A\n\nText.",
        "content_hash": record.content_hash,
        "correlation_id": "nightly-1",
        "metadata": {
            "space": "ENG",
            "title": "a.md",
            "source": "github",
            "url": "https://github.example/docs/a.md",
            "version": 1,
            "version_tag": "1",
            "content_type": "text/markdown",
            "updated_at": "2026-02-01T09:00:00.000000Z",
            "source_refs": [
                {
                    "source": "github",
                    "place": "octo-org/shop/docs/a.md",
                    "url": "https://github.example/docs/a.md",
                }
            ],
        },
    }


def test_the_doc_store_follows_what_is_taken_back() -> None:
    far = Far((200, {}))
    shelf = Shelf(far)
    shelf.save(an_envelope(), FIRST)
    record, _ = shelf.save(an_envelope(content="B"), SECOND)
    assert shelf.withdraw(record, 2, "run-2")
    assert (far.calls[-1].method, far.calls[-1].json["content"]) == ("POST", "# A\n\nText.")
    assert shelf.withdraw(record, 1)
    assert (far.calls[-1].method, far.calls[-1].path) == ("DELETE", f"/documents/{record.id}")


@pytest.mark.parametrize(("status", "followed"), [(404, True), (405, False), (501, False)])
def test_a_doc_store_that_forgets_nothing_is_told_of(status: int, followed: bool) -> None:
    far = Far((200, {}), (status, {}))
    shelf = Shelf(far)
    record, _ = shelf.save(an_envelope())
    assert shelf.withdraw(record, 1) is followed
    assert shelf.listed() == []


def test_a_doc_store_that_is_down_is_waited_for() -> None:
    shelf = Shelf(Far((200, {}), (500, {})))
    record, _ = shelf.save(an_envelope())
    with pytest.raises(ServiceError):
        shelf.withdraw(record, 1)
    assert shelf.listed() == [("a.md", 1)]
