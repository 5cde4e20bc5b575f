"""Telling people of documents that say the same: sent is what was taken, and nothing else."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from shared.control.proxies.consolidation import PATIENCE, TITLE, notify_consolidation
from shared.control.proxies.notification import Place
from shared.control.proxies.ports import Ports
from shared.runtime.errors import BadAnswerError, DependencyError, InvalidInputError
from shared.runtime.http import NoAnswerError, NotSentError
from tests.support.builders import NOON
from tests.support.proxied import CAUSE, Far, a_document, a_guard, an_answer, gone, some_ports

HOOK = "https://hooks.example/t/1"
THREE_PAIRS = [
    a_document(f"{letter}{number}", f"text of {letter}", title=f"About {letter}")
    for letter in "abc"
    for number in (1, 2)
]


def done(ports: Ports, **parameters: Any) -> dict[str, Any]:
    return notify_consolidation(parameters, CAUSE, ports=ports)


def through(far: Far, **more: Any) -> Ports:
    return some_ports(documents=THREE_PAIRS, notification=far.service, **more)


def counts(result: dict[str, Any]) -> tuple[str, int, int, int]:
    return result["status"], result["sent"], result["failed"], result["candidates"]


def test_each_candidate_is_a_notice_through_the_service() -> None:
    far = Far("notification-service", {"status": "sent"})
    result = done(through(far, place=Place(channel="slack", target="#docs")))
    assert result == {
        "status": "ok",
        "sent": 3,
        "failed": 0,
        "suppressed": 0,
        "candidates": 3,
        "error": None,
        "is_cut": False,
    }
    method, path, body = far.asked(0)
    assert (method, path) == ("POST", "/notify")
    assert (body["channel"], body["target"], body["title"]) == ("slack", "#docs", TITLE)
    assert body["message"].splitlines() == [
        "About a: confidence 1.00, same_content",
        "About a (github, a2)",
        "About a (github, a1)",
    ]
    assert body["metadata"]["documents"] == ["a2", "a1"]
    assert not far.calls[0][1].repeatable


def test_the_same_notice_has_the_same_key_and_another_has_another() -> None:
    keys = []
    for _ in range(2):
        far = Far("notification-service", {"status": "sent"})
        done(through(far))
        keys.append([call.headers["Idempotency-Key"] for _, call in far.calls])
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 3


def test_a_caller_may_say_where_to_and_the_guard_says_whether() -> None:
    far = Far("webhook", an_answer(204, b""))
    ports = some_ports(documents=THREE_PAIRS, guard=a_guard(far.send))
    assert counts(done(ports, webhook_url=HOOK)) == ("ok", 3, 0, 3)
    url, call = far.calls[0]
    assert (url, set(call.json)) == (HOOK, {"title", "message", "metadata"})
    with pytest.raises(InvalidInputError, match="webhook_url: the URL leads to"):
        done(some_ports(documents=THREE_PAIRS, guard=a_guard(far.send, leads_to=["127.0.0.1"])), webhook_url=HOOK)
    assert len(far.calls) == 3


def test_where_nobody_can_be_told_the_missing_setting_is_named() -> None:
    with pytest.raises(DependencyError, match="NOTIFICATION_URL is not set"):
        done(some_ports(documents=THREE_PAIRS))


def test_what_was_not_taken_is_not_sent() -> None:
    far = Far("notification-service", {"status": "sent"}, an_answer(422, {"detail": "no such channel"}), an_answer(502))
    result = done(through(far))
    assert counts(result) == ("partial", 1, 2, 3)
    assert result["error"] == "notification-service answered 502"


def test_a_service_that_says_it_failed_has_sent_nothing() -> None:
    far = Far("notification-service", {"status": "sent"}, {"success": False, "message": "no"})
    assert counts(done(through(far))) == ("partial", 1, 2, 3)


def test_what_was_sent_not_long_ago_is_not_counted_as_sent() -> None:
    far = Far("notification-service", {"status": "duplicate_suppressed"}, an_answer(202, b""))
    result = done(through(far))
    assert (result["sent"], result["suppressed"]) == (2, 1)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (NotSentError("cannot be reached"), DependencyError),
        (NoAnswerError("did not answer in time"), DependencyError),
        (an_answer(429, retry_after="60"), DependencyError),
    ],
)
def test_who_does_not_answer_is_not_tried_again_and_again(said: Any, error: type[Exception]) -> None:
    far = Far("notification-service", said)
    with pytest.raises(error, match="notification-service"):
        done(through(far))
    assert len(far.calls) == 1
    halfway = Far("notification-service", {"status": "sent"}, said)
    assert counts(done(through(halfway))) == ("partial", 1, 2, 3)
    assert len(halfway.calls) == 2


def test_where_there_is_no_time_for_all_of_them_the_rest_has_failed() -> None:
    now = iter([NOON, NOON, NOON + PATIENCE * 2, *[NOON + PATIENCE * 2] * 9])
    far = Far("notification-service", {})
    reporting = Far("reporting", {"items": [{"id": f"c{number}", "confidence": 1} for number in range(3)]})
    result = done(some_ports(notification=far.service, reporting=reporting.service, clock=lambda: next(now)))
    assert counts(result) == ("partial", 1, 2, 3)
    assert result["error"] == "there was no time for all of them"


def test_where_nothing_was_taken_the_job_has_failed() -> None:
    with pytest.raises(BadAnswerError, match="answered 500"):
        done(through(Far("notification-service", an_answer(500))))


def test_only_so_many_are_told_of_and_those_that_are_certain_enough() -> None:
    far = Far("notification-service", {})
    result = done(through(far), limit=2)
    assert (result["sent"], result["candidates"], result["is_cut"]) == (2, 3, True)
    ports = some_ports(documents=[a_document("a", "x y"), a_document("b", "z w")], notification=far.service)
    assert done(ports, min_confidence=0.4)["candidates"] == 1
    assert counts(done(ports, min_confidence=0.6)) == ("ok", 0, 0, 0)


def test_where_there_is_a_reporting_service_it_finds_the_candidates() -> None:
    items = [
        {"id": "c-1", "confidence": 0.4, "flags": ["duplicate"]},
        {"id": "c-2", "confidence": 0.9, "owners": ["anna", "zoe"], "title": "How"},
    ]
    far = Far("notification-service", {})
    ports = through(far, reporting=Far("reporting", {"items": items}).service)
    assert done(ports, min_confidence=0.5)["candidates"] == 1
    _, _, body = far.asked()
    assert body["message"] == "How: confidence 0.90, no flags\nOwners: anna, zoe"


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"min_confidence": 2}, {"unknown": 1}])
def test_parameters_that_cannot_be_used_are_refused_by_name(parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=f"parameters.{next(iter(parameters))}"):
        done(some_ports(), **parameters)


def test_the_content_of_documents_that_have_it_in_common_is_read_once() -> None:
    read: list[str] = []

    def reading(letter: str) -> str:
        read.append(letter)
        return f"text of {letter}"

    documents = [replace(document, read=partial(reading, document.id[0])) for document in THREE_PAIRS]
    done(some_ports(documents=documents, notification=Far("notification-service", {}).service))
    assert sorted(read) == ["a", "b", "c"]


def test_a_document_that_is_gone_meanwhile_is_no_candidate() -> None:
    documents = [a_document("a", "x"), a_document("b", "y", read=gone)]
    assert counts(done(some_ports(documents=documents, notification=Far("x", {}).service))) == ("ok", 0, 0, 0)


def test_a_notice_says_where_people_find_each_document() -> None:
    far = Far("notification-service", {})
    documents = [
        a_document("a", "x", place="docs/ship.md"),
        a_document("b", "x", place="docs/ship.md", url="https://x.example/ship.md", title=""),
    ]
    done(some_ports(documents=documents, notification=far.service))
    _, *named = far.asked()[2]["message"].splitlines()
    assert named == ["b (github, https://x.example/ship.md)", "How we ship (github, docs/ship.md)"]


def test_a_notice_of_many_documents_names_some() -> None:
    far = Far("notification-service", {})
    done(some_ports(documents=[a_document(f"d{n:02}", "same") for n in range(15)], notification=far.service))
    assert far.asked()[2]["message"].splitlines()[-1] == "and 5 more"
