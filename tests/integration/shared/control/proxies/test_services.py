"""Services on this machine that behave in every way a service can: each has an end, and none is taken for an answer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.control.proxies.consolidation import notify_consolidation
from shared.control.proxies.contracts import DemoIn, ReportIn, SuggestIn
from shared.control.proxies.ports import Ports
from shared.control.proxies.recalculation import recalc_quality
from shared.control.proxies.requesting import demo, request_report
from shared.control.proxies.summarization import suggest
from shared.runtime import http
from shared.runtime.errors import BadAnswerError, DependencyError, InvalidInputError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import MAX_ANSWER_BYTES, Address, Service
from shared.runtime.origin import origins
from tests.integration.stand_ins.receiver import listening
from tests.support.ends import has_an_end
from tests.support.outside import forget_connections
from tests.support.proxied import CAUSE, a_document, some_ports
from tests.support.raw_server import Serve, answer, dripping, raw_server, resetting, saying, silent

IN_TIME = 1.0  # seconds; what product code is given where there will be no answer
KEY = "our-own-key"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PAIR = [a_document("a", "the same"), a_document("b", "the same")]
JSON = "Content-Type: application/json"


@pytest.fixture(autouse=True)
def _own_connections() -> Iterator[None]:
    forget_connections()
    yield
    forget_connections()


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", IN_TIME)


def service(name: str, url: str) -> Service:
    """As it is wired, but for its circuit."""

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=url, headers={"x-api-key": KEY})

    return Service(name, locate, send=UrlGuard(origins(url)).send_guarded)


def _report(ports: Ports) -> Any:
    return request_report(ReportIn(kind="generate"), CAUSE, ports=ports)


def _demo(ports: Ports) -> Any:
    return demo(DemoIn(), CAUSE, ports=ports)


def _summary(ports: Ports) -> Any:
    return suggest(SuggestIn(content="One. Two."), CAUSE, analyzer=ports.analyzer, guard=ports.guard)


def _quality(ports: Ports) -> Any:
    return recalc_quality({}, CAUSE, ports=ports)


def _notices(ports: Ports) -> Any:
    return notify_consolidation({}, CAUSE, ports=ports)


ASKED: list[tuple[str, str, Callable[[Ports], Any]]] = [
    ("reporting", "reporting", _report),
    ("reporting", "reporting", _demo),
    ("analyzer", "secure-analyzer", _summary),
    ("doc_store", "doc-store", _quality),
    ("notification", "notification-service", _notices),
]
ENDLESS: list[tuple[str, Serve]] = [
    ("silent", silent),
    ("drips", dripping(CHUNKED, b"1\r\nx\r\n", every=0.02)),
]
FAILING: list[tuple[str, Serve, bool]] = [  # whether it is an answer at all
    ("resets", resetting, False),
    ("no HTTP", saying(b"hello\r\n\r\n"), False),
    ("too large", saying(answer(b"[" + b" " * MAX_ANSWER_BYTES + b"]", JSON)), False),
    ("packed", saying(answer(b"\x1f\x8b", "Content-Encoding: gzip")), False),
    ("broken off", saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{"), False),
    ("busy", saying(answer(b"{}", "Retry-After: 5", status="503 Busy")), False),
    ("fails", saying(answer(b'{"detail": "x-api-key: our-own-key"}', JSON, status="500 Oh")), True),
    ("refuses our key", saying(answer(b'{"detail": "our-own-key"}', JSON, status="403 No")), True),
    ("redirects", saying(answer(b"", "Location: http://127.0.0.1:1/", status="307 Elsewhere")), True),
    ("failed with 200", saying(answer(b'{"success": false, "message": "broke"}', JSON)), True),
]


QUICK: list[tuple[str, Serve, bool]] = [row for row in FAILING if row[0] in ("resets", "fails", "failed with 200")]


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("serve", [row[1] for row in ENDLESS], ids=[row[0] for row in ENDLESS])
def test_a_service_that_comes_to_no_end_is_an_error_in_time_that_names_it_and_no_secret(serve: Serve) -> None:
    with has_an_end():
        _check_failure(serve, False, "reporting", "reporting", _report)


@pytest.mark.parametrize(("serve", "is_answer"), [row[1:] for row in FAILING], ids=[row[0] for row in FAILING])
def test_a_service_that_fails_is_an_error_that_names_it_and_no_secret(serve: Serve, is_answer: bool) -> None:
    _check_failure(serve, is_answer, "reporting", "reporting", _report)


@pytest.mark.parametrize(("port", "name", "act"), ASKED[1:], ids=[act.__name__ for _, _, act in ASKED[1:]])
@pytest.mark.parametrize(("serve", "is_answer"), [row[1:] for row in QUICK], ids=[row[0] for row in QUICK])
def test_so_is_each_of_the_others(
    serve: Serve, is_answer: bool, port: str, name: str, act: Callable[[Ports], Any]
) -> None:
    _check_failure(serve, is_answer, port, name, act)


def _check_failure(serve: Serve, is_answer: bool, port: str, name: str, act: Callable[[Ports], Any]) -> None:
    with raw_server(serve) as server:
        asked: dict[str, Any] = {port: service(name, server.url)}
        ports = some_ports(documents=PAIR, **asked)
        with pytest.raises(DependencyError) as caught:
            act(ports)
    assert isinstance(caught.value, BadAnswerError) is is_answer
    assert name in str(caught.value)
    assert KEY not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(("port", "name", "act"), ASKED[:4], ids=[act.__name__ for _, _, act in ASKED[:4]])
@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b"[" * 100_000], ids=["text", "list", "nothing", "deep"])
def test_what_is_no_object_is_no_answer(port: str, name: str, act: Callable[[Ports], Any], body: bytes) -> None:
    with raw_server(saying(answer(body))) as server:
        asked: dict[str, Any] = {port: service(name, server.url)}
        ports = some_ports(**asked)
        with pytest.raises(BadAnswerError, match="no JSON object"):
            act(ports)


def test_a_report_goes_over_the_wire_with_our_key_and_the_callers_thread() -> None:
    with raw_server(saying(answer(b'{"total": 3, "by_severity": {"low": 3}}', JSON))) as server:
        report = _report(some_ports(reporting=service("reporting", server.url)))
    assert report == {"total": 3, "by_severity": {"low": 3}}
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.lower()
    assert lines.startswith(b"post /reports/generate http/1.1")
    assert f"x-api-key: {KEY}".encode() in lines
    assert f"x-correlation-id: {CAUSE.correlation_id}".encode() in lines
    assert json.loads(body) == {"format": "json"}


def test_a_notice_arrives_at_a_webhook_as_it_was_sent_and_is_counted() -> None:
    with listening() as hook:
        ports = some_ports(documents=PAIR, guard=UrlGuard(origins(hook.address)))
        result = notify_consolidation({"webhook_url": f"{hook.address}/t/1"}, CAUSE, ports=ports)
    assert (result["status"], result["sent"], result["failed"]) == ("ok", 1, 0)
    (received,) = hook.received
    assert received.path == "/t/1"
    assert received.headers["idempotency-key"].startswith("consolidation-")
    assert received.body["metadata"]["documents"] == ["b", "a"]
    assert "x-api-key" not in received.headers


def test_a_webhook_that_takes_only_some_is_counted_honestly() -> None:
    documents = [a_document(f"{letter}{n}", letter, title=f"About {letter}") for letter in "abc" for n in (1, 2)]
    with listening() as hook:
        hook.statuses += [200, 500, 404]
        ports = some_ports(documents=documents, guard=UrlGuard(origins(hook.address)))
        result = notify_consolidation({"webhook_url": hook.address}, CAUSE, ports=ports)
    assert (result["status"], result["sent"], result["failed"], result["candidates"]) == ("partial", 1, 2, 3)
    assert result["error"] == "webhook refused: 404"


@pytest.mark.parametrize("path", ["", "/hook"])
def test_a_webhook_on_our_own_machine_is_never_called(path: str) -> None:
    with listening() as hook:
        ports = some_ports(documents=PAIR, guard=UrlGuard())
        with pytest.raises(InvalidInputError, match="webhook_url"):
            notify_consolidation({"webhook_url": hook.address + path}, CAUSE, ports=ports)
    assert hook.received == []


def test_a_keyword_document_is_read_over_the_wire_within_its_size() -> None:
    with raw_server(saying(answer(b"tea, courier"))) as small, raw_server(saying(answer(b"x," * 40_000))) as large:
        guard = UrlGuard(origins(f"{small.url},{large.url}"))

        def asked(url: str) -> dict[str, Any]:
            return suggest(
                SuggestIn(content="Tea. A courier.", keyword_document=url), CAUSE, analyzer=None, guard=guard
            )

        assert asked(small.url)["hints"] == {"keyword: tea": 1, "keyword: courier": 1}
        with pytest.raises(DependencyError, match="keyword_document: answered more than is read"):
            asked(large.url)
    assert b"x-api-key" not in small.requests[0]
