"""Asking services what they offer: only what changed is fetched, only what matters is news, and all of it is kept."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest

from shared.control.registry.openapi import polling
from shared.control.registry.openapi.polling import poll_openapi
from shared.control.registry.registering import change_service, deregister
from shared.runtime.errors import ConflictError, DependencyError, NotFoundError
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError
from tests.support.builders import a_cause
from tests.support.registries import Instance, a_caller, said
from tests.unit.shared.control.registry.openapi.samples import NEW, NOTHING, changed

URL = "https://docs.example/openapi.json"
BROKEN = changed(("paths|/pets|post", NOTHING), ("paths|/owners", {"get": {"responses": {"200": {"description": ""}}}}))
REWORDED = changed(("info|title", "Animals"))
NONE: dict[str, list[str]] = {"added": [], "removed": [], "changed_operations": [], "breaking": []}


def a_page(tree: Any, **headers: str) -> Answer:
    return said(200, json.dumps(tree).encode(), **headers)


@pytest.fixture
def here() -> Instance:
    here = Instance()
    here.register(openapi_url=URL)
    return here


def poll(here: Instance, only: str | None = None, **span: float) -> dict[str, Any]:
    until = here.time() + timedelta(**span or {"seconds": 10})
    return poll_openapi(here.ports, a_cause("clock"), until=until, only=only)


def result_of(here: Instance, *answers: Answer | Exception) -> dict[str, Any]:
    here.net.answers(URL, *answers)
    here.time.pass_by(hours=1)
    (result,) = poll(here)["results"]
    return result  # type: ignore[no-any-return]


def history(here: Instance, name: str = "docs") -> list[dict[str, Any]]:
    return [dict(line) for _, line in here.services.documents(name)]


def test_the_first_description_is_nothing_that_changed(here: Instance) -> None:
    result = result_of(here, a_page(NEW))
    assert result == {"service": "docs", "changed": False, "hash": result["hash"], **NONE}
    assert here.types() == ["service.registered", "service.described"]
    assert here.events()[-1].data == {"name": "docs", "version": "3.0.3", "operations": 3, "hash": result["hash"]}


def test_the_same_again_is_no_news_however_it_is_written(here: Instance) -> None:
    first = result_of(here, a_page(NEW))
    again = said(200, json.dumps(NEW, indent=2, sort_keys=True).encode())
    assert result_of(here, again) == first
    assert here.types() == ["service.registered", "service.described"]


def test_other_words_are_kept_and_are_no_drift(here: Instance) -> None:
    first = result_of(here, a_page(NEW))
    result = result_of(here, a_page(REWORDED))
    assert result == {"service": "docs", "changed": True, "hash": result["hash"], **NONE}
    assert result["hash"] != first["hash"]
    assert here.types()[1:] == ["service.described", "service.described"]


def test_what_changed_for_callers_is_said_once(here: Instance) -> None:
    first = result_of(here, a_page(NEW))
    result = result_of(here, a_page(BROKEN))
    assert result == {
        "service": "docs",
        "changed": True,
        "hash": result["hash"],
        "added": ["GET /v1/owners"],
        "removed": ["POST /v1/pets"],
        "changed_operations": [],
        "breaking": ["POST /v1/pets is gone"],
    }
    assert result_of(here, a_page(BROKEN)) == {"service": "docs", "changed": False, "hash": result["hash"], **NONE}
    assert here.types() == ["service.registered", "service.described", "service.drifted"]
    event = here.events()[-1].data
    assert (event["hash_before"], event["hash"]) == (first["hash"], result["hash"])
    assert (event["added_count"], event["removed_count"], event["breaking_count"]) == (1, 1, 1)


def test_there_and_back_is_two_changes_and_all_of_it_is_kept(here: Instance) -> None:
    for tree in (NEW, BROKEN, NEW):
        result_of(here, a_page(tree))
    lines = history(here)
    assert [line["type"] for line in lines] == ["service.drifted", "service.drifted", "service.described"]
    assert [line["breaking"] for line in lines[:2]] == [["GET /v1/owners is gone"], ["POST /v1/pets is gone"]]
    assert lines[0]["hash"] == lines[2]["hash"]
    assert lines[0]["at"] > lines[1]["at"] > lines[2]["at"]
    for line in lines:
        assert here.ports.files.download(f"openapi/docs/{line['hash']}.json", io.BytesIO())


# fetching


def test_what_has_not_changed_is_not_fetched_again(here: Instance) -> None:
    first = result_of(here, a_page(NEW, ETag='"v1"'))
    assert result_of(here, said(304, b"")) == first
    assert here.net.asked[-1][1]["If-None-Match"] == '"v1"'
    assert result_of(here, a_page(BROKEN, ETag='W/"v2"'))["changed"]
    result_of(here, said(304, b""))
    assert here.net.asked[-1][1]["If-None-Match"] == 'W/"v2"'


def test_nobody_is_asked_for_changes_to_what_we_have_not(here: Instance) -> None:
    result_of(here, a_page({"openapi": "3.0.0"}, ETag='"bad"'))
    result_of(here, a_page(NEW, ETag='"v1"'))
    here.register(openapi_url=URL + "?other")
    result_of(here, a_page(NEW, ETag='"other"'))
    here.state.delete("service-reading:docs")
    result_of(here, a_page(NEW))
    assert not any("If-None-Match" in headers for _, headers in here.net.asked)


@pytest.mark.parametrize("etag", ["", "x" * 201, '"a\r\nb"', '"ä"'])
def test_a_tag_that_could_not_be_sent_back_is_not_kept(here: Instance, etag: str) -> None:
    result_of(here, a_page(NEW, ETag=etag))
    result_of(here, a_page(NEW))
    assert "If-None-Match" not in here.net.asked[-1][1]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (NotSentError("may not be called: the URL leads to an address that is not of the public internet"), "may not"),
        (NotSentError("cannot be reached"), "it cannot be reached"),
        (NoAnswerError("did not answer in time"), "in time"),
        (NoAnswerError("answered more than is read"), "more than is read"),
        (said(302, b"", Location="http://169.254.169.254"), "it answers 302"),
        (said(304, b""), "it answers 304"),
        (said(404), "it answers 404"),
        (said(500), "it answers 500"),
        (said(204, b""), "it answers 204"),
        (said(200, b""), "it is empty"),
        (said(200, b"<html>"), "it is no object"),
        (said(200, b"[" * 100_000), "no JSON"),
        (said(200, b"a: &a [*a]"), "anchors"),
        (a_page({"openapi": "3.0.0"}), "info"),
        (a_page({"swagger": "1.2"}), "version"),
        (a_page(changed(("paths|/pets|get|parameters|0|$ref", "file:///proc/self/environ"))), "leads out of it"),
        (a_page(changed(("paths|/pets|get|parameters|0|$ref", "http://127.0.0.1:9001/2018-06-01/"))), "leads out"),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, str | Exception) else "answer",
)
def test_what_cannot_be_read_is_said_and_changes_nothing(
    here: Instance, answer: Answer | Exception, reason: str
) -> None:
    result_of(here, a_page(NEW))
    before = here.services.get("docs")
    result = result_of(here, answer)
    assert result.keys() == {"service", "error"}
    assert reason in result["error"]
    assert here.services.get("docs") == before
    reading = here.ports.seen.reading("docs")
    assert reading is not None
    assert (reading.error, reading.at) == (result["error"], here.time())
    assert "error" not in result_of(here, a_page(NEW))
    assert here.ports.seen.reading("docs").error is None  # type: ignore[union-attr]


# of many


def test_one_that_cannot_be_read_holds_up_no_other(here: Instance) -> None:
    for number in range(9):
        here.register(f"s{number}", openapi_url=f"https://s{number}.example/openapi.json")
        here.net.answers(f"https://s{number}.example", a_page(NEW) if number % 2 else NotSentError("cannot be reached"))
    here.net.answers(URL, a_page(NEW))
    results = poll(here)["results"]
    assert [result["service"] for result in results] == ["docs", *(f"s{number}" for number in range(9))]
    assert [bool(result.get("error")) for result in results] == [False] + [number % 2 == 0 for number in range(9)]


def test_those_without_a_description_in_maintenance_or_gone_are_not_asked(here: Instance) -> None:
    here.register("plain")
    for name in ("busy", "gone"):
        here.register(name, openapi_url=f"https://{name}.example/openapi.json")
    change_service("busy", lambda it, at: it.maintained(True, origin="a", at=at), a_caller(), here.ports)
    deregister("gone", a_caller(), here.ports)
    here.net.answers(URL, a_page(NEW))
    assert [result["service"] for result in poll(here)["results"]] == ["docs"]
    assert poll(here, only="busy")["results"][0]["error"] == "it cannot be reached", "who is named is asked"
    for name in ("gone", "plain", "never"):
        with pytest.raises(NotFoundError):
            poll(here, only=name)


def test_there_is_an_end_to_it(here: Instance) -> None:
    assert poll(here, seconds=0) == {"results": [], "left": 1}
    assert here.net.asked == []


def slow(here: Instance, *names: str) -> list[float]:
    """Services that do not answer in the time they are given, each waiting for all of it; how long that was."""
    waited: list[float] = []

    def serve(url: str, call: Call, headers: Any) -> Answer:
        waited.append(call.seconds or 0)
        here.time.pass_by(seconds=call.seconds or 0)
        raise NoAnswerError("did not answer in time")

    for name in names:
        here.register(name, openapi_url=f"https://{name}.example/openapi.json")
        here.net.served[f"https://{name}.example"] = serve
    return waited


def test_nobody_is_waited_for_longer_than_there_is_time(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "AT_ONCE", 1)
    here.net.answers(URL, a_page(NEW))
    waited = slow(here, "a", "b", "c")
    assert poll(here, seconds=18)["left"] == 2
    assert waited == [10, 8]


def test_who_is_not_reached_comes_first_the_next_time(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "AT_ONCE", 1)
    here.net.answers(URL, a_page(NEW))
    slow(here, "a", "b", "c")
    asked = []
    for _ in range(3):
        asked.append([result["service"] for result in poll(here, seconds=20)["results"]])
        here.time.pass_by(hours=1)
    assert [name for names in asked for name in names][:4] == ["a", "b", "c", "docs"]


def test_who_cannot_be_read_to_the_end_goes_to_the_end_of_the_line(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Any) -> Any:
        raise SystemExit

    monkeypatch.setattr(polling, "AT_ONCE", 1)
    here.register("b", openapi_url="https://b.example/openapi.json")
    here.net.answers("https://b.example/openapi.json", a_page(NEW))
    here.net.answers(URL, a_page(NEW))
    poll(here)
    here.time.pass_by(hours=1)
    here.net.answers("https://b.example/openapi.json", a_page(BROKEN))
    with monkeypatch.context() as patch:
        patch.setattr(polling, "check_document", killed)
        with pytest.raises(SystemExit):
            poll(here)
    here.time.pass_by(hours=1)
    assert [result["service"] for result in poll(here)["results"]] == ["docs", "b"]


# trouble of ours


def test_where_the_description_before_is_lost_it_begins_anew(here: Instance) -> None:
    result_of(here, a_page(NEW))
    before = here.services.get("docs").document
    assert before is not None
    here.ports.files.delete(f"openapi/docs/{before.hash}.json")  # type: ignore[attr-defined]
    result = result_of(here, a_page(BROKEN))
    assert (result["changed"], result["breaking"]) == (True, [])
    assert here.types()[-1] == "service.described"


def test_of_two_who_read_it_at_the_same_moment_one_says_so(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    result_of(here, a_page(NEW))
    put, others = here.ports.files.put, [a_page(BROKEN)]

    def meanwhile(*told: Any) -> None:
        put(*told)
        if others:
            here.net.answers(URL, others.pop())
            poll(here)

    monkeypatch.setattr(here.ports.files, "put", meanwhile)
    assert "same moment" in result_of(here, a_page(BROKEN))["error"]
    assert here.types() == ["service.registered", "service.described", "service.drifted"]


@pytest.mark.parametrize("error", [ConflictError("first"), DependencyError("the ledger cannot be reached")])
def test_what_could_not_be_put_on_record_is_found_again(
    here: Instance, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwell(*_: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(here.ports.services, "save", unwell)
        assert result_of(here, a_page(NEW, ETag='"v1"'))["error"] == str(error)
    assert "error" not in result_of(here, a_page(NEW))
    assert "If-None-Match" not in here.net.asked[-1][1]
    assert here.types()[1:] == ["service.described"]
