"""Where spans are made: requests, messages, calls to others; each with its parent, and with nothing that is secret."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from shared.runtime.api import answer
from shared.runtime.errors import ConflictError, DependencyError, UnauthorizedError
from shared.runtime.http import Address, Answer, Call, NotSentError, Service, ServiceError, traceparent
from shared.runtime.observability import parent_id_from, trace_id_from
from shared.runtime.request import Request
from shared.runtime.span import Kind, Span, Status, event_span_id, to_json
from shared.runtime.tracing import entry
from tests.support.http_events import LambdaContext, api_event
from tests.unit.shared.runtime.test_api_refusals import app
from tests.unit.shared.runtime.test_http_service import Far, an_answer
from tests.unit.shared.runtime.test_queue import DETAIL, Desk, a_message, raising
from tests.unit.spanned import Told, spanned

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
REQUEST = "4b9e63f1-37a5-4c4e-9f40-7a53c9b2a1d8"
RECEIVED = 1_772_366_400_000  # milliseconds since 1970


def admitted(request: Request) -> str:
    return "key:1"


def refused(request: Request) -> str:
    raise UnauthorizedError


def asked(method: str, path: str, *, admit: Any = admitted, received: Any = RECEIVED, **request: Any) -> Told:
    event = api_event(method, path, headers={"traceparent": TRACEPARENT}, **request)
    event["requestContext"] |= {"requestId": REQUEST, "requestTimeEpoch": received}
    with spanned("serve_admin") as told:
        answer(app, event, LambdaContext(), admit=admit)
    return told


def test_a_request_is_named_by_its_route_and_not_by_what_it_is_about() -> None:
    told = asked("GET", "/fail/NotFoundError")
    assert told.names == ["GET /fail/<name>", "request"]
    assert "NotFoundError" not in str([to_json(span) for span in told.spans]).replace("/fail/<name>", "")


@pytest.mark.parametrize(
    ("path", "name", "status", "came"),
    [
        ("/fail/NotFoundError", "GET /fail/<name>", 404, Status.REFUSED),
        ("/fail/DependencyError", "GET /fail/<name>", 503, Status.ERROR),
        ("/lose", "GET /lose", 409, Status.REFUSED),
        ("/there/is/no/such/token-opensesame", "GET nothing", 404, Status.REFUSED),
    ],
)
def test_a_request_says_what_it_was_answered(path: str, name: str, status: int, came: Status) -> None:
    span = asked("GET", path).named(name)
    assert (span.status, span.attributes["status"], span.kind) == (came, status, Kind.ENTRY)
    assert "opensesame" not in to_json(span)


def test_a_request_that_is_not_let_in_is_told_of_too() -> None:
    assert asked("GET", "/lose", admit=refused).named("GET /lose").attributes == {"status": 401}


def test_a_request_that_breaks_down_is_an_error_of_the_gateway_too() -> None:
    event = api_event("GET", "/break", headers={"traceparent": TRACEPARENT})
    with spanned() as told, pytest.raises(RuntimeError):
        answer(app, event, LambdaContext(), admit=admitted)
    assert [(span.name, span.status) for span in told.spans] == [("GET /break", "error"), ("request", "error")]
    assert "hunter2" not in str(told.spans)


def test_a_request_goes_on_where_its_caller_was_and_takes_the_gateway_s_time() -> None:
    told = asked("GET", "/lose")
    request, span = told.named("request"), told.named("GET /lose")
    assert (request.trace_id, request.parent_id, request.service) == (TRACE, PARENT, "api")
    assert (request.span_id, span.parent_id) == (event_span_id(f"request:{REQUEST}"),) * 2
    assert request.start == RECEIVED * 1_000
    assert request.start + request.duration == span.start + span.duration
    assert request.listed_as == "api"


def test_where_the_gateway_says_no_time_or_one_to_come_it_has_taken_none() -> None:
    for received in (None, 99_999_999_999_999):
        told = asked("GET", "/lose", received=received)
        assert told.named("request").start == told.named("GET /lose").start


def test_a_request_without_a_gateway_hangs_on_its_caller() -> None:
    event = api_event("GET", "/lose", headers={"traceparent": TRACEPARENT}) | {"requestContext": None}
    with spanned() as told:
        answer(app, event, LambdaContext(), admit=admitted)
    (span,) = told.spans
    assert span.parent_id == PARENT


@pytest.mark.parametrize(
    ("headers", "parent_id"),
    [
        ({"traceparent": TRACEPARENT}, PARENT),
        ({"traceparent": f"00-{TRACE}-{'0' * 16}-01"}, None),
        ({"traceparent": "junk"}, None),
        ({"x-amzn-trace-id": f"Root=1-{TRACE[:8]}-{TRACE[8:]};Parent=53995c3f42cd8ad8"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_the_caller_s_span_is_known_where_its_trace_is(headers: dict[str, str], parent_id: str | None) -> None:
    assert parent_id_from(headers) == parent_id
    assert (trace_id_from(headers) == TRACE) or parent_id is None


def handled(desk: Desk, message: Any) -> Told:
    with spanned("advance_listings") as told:
        desk.takes(message)
    return told


def test_a_message_hangs_on_the_event_it_brings() -> None:
    (span,) = handled(Desk(), a_message()).spans
    assert (span.name, span.kind, span.service) == ("handle listing.created", Kind.ENTRY, "advance_listings")
    assert (span.trace_id, span.parent_id) == (DETAIL["trace_id"], event_span_id(DETAIL["id"]))
    assert "Appareil" not in to_json(span)


@pytest.mark.parametrize(
    ("error", "came"),
    [(DependencyError("x"), Status.ERROR), (ConflictError("x"), Status.REFUSED), (ValueError("x"), Status.ERROR)],
)
def test_a_message_that_fails_or_goes_back_says_why(error: Exception, came: Status) -> None:
    (span,) = handled(Desk(raising(error)), a_message()).spans
    assert (span.status, span.attributes) == (came, {"error": type(error).__name__})


def test_a_message_that_waits_says_how_long_and_one_that_comes_too_early_is_nothing() -> None:
    (span,) = handled(Desk(lambda _: timedelta(minutes=2)), a_message()).spans
    assert span.attributes == {"again_in_s": 120.0}
    assert handled(Desk(), a_message(not_before="2099-01-01T00:00:00.000000Z")).spans == []


CALL = Call(method="POST", path="/bot123:secret/send?key=secret", json={"text": "secret"}, repeatable=False)


def called(far: Far, call: Call = CALL) -> Span:
    with spanned() as told, entry("work", trace_id=TRACE), suppress(ServiceError):
        far.service.ask(call)
    (span, *_others) = [span for span in told.spans if span.kind is Kind.CALL]
    assert span.parent_id == told.named("work").span_id
    assert "secret" not in json.dumps([to_json(one) for one in told.spans])
    return span


def test_a_call_tells_whom_how_and_with_what_answer_and_nothing_of_what_was_said() -> None:
    span = called(Far(an_answer(200, {"token": "secret"})))
    assert (span.name, span.status, span.listed_as) == ("POST telegram", Status.OK, "telegram")
    assert span.attributes == {"peer": "telegram", "method": "POST", "status": 200}


def test_a_call_that_is_refused_tells_the_verdict() -> None:
    span = called(Far(an_answer(429, {"detail": "secret"})))
    assert (span.status, span.attributes["verdict"], span.attributes["status"]) == (Status.ERROR, "retry_after", 429)


def test_a_call_that_is_not_answered_tells_so() -> None:
    span = called(Far(NotSentError("secret")))
    assert (span.status, span.attributes["error"]) == (Status.ERROR, "ServiceDownError")


def test_a_call_that_is_made_again_with_another_key_is_two() -> None:
    with spanned() as told, entry("work", trace_id=TRACE):
        Far(an_answer(401), an_answer(200)).service.ask(CALL)
    assert [span.status for span in told.spans if span.kind is Kind.CALL] == [Status.ERROR, Status.OK]


class Heard:
    """A service that notes the headers it was called with."""

    def __init__(self, *, traced: bool) -> None:
        self.headers: list[dict[str, str]] = []
        self.service = Service(
            "scraper", lambda fresh=False: Address(url="https://x.example", traced=traced), send=self
        )

    def __call__(self, url: str, call: Call, headers: Any) -> Answer:
        self.headers.append(dict(headers))
        return an_answer(200)


def test_a_service_around_is_told_which_span_calls_it() -> None:
    heard = Heard(traced=True)
    with spanned() as told, entry("work", trace_id=TRACE):
        heard.service.ask(CALL)
    assert heard.headers[0]["traceparent"].startswith(f"00-{TRACE}-{told.named('POST scraper').span_id}-")


def test_other_services_are_not_told_of_traces() -> None:
    heard = Heard(traced=False)
    with spanned(), entry("work", trace_id=TRACE):
        heard.service.ask(CALL)
    assert "traceparent" not in heard.headers[0]


def test_what_a_call_says_of_its_trace_gives_way_to_what_is_known() -> None:
    heard = Heard(traced=False)
    call = Call(method="GET", path="/", headers={"traceparent": traceparent(TRACE)}, repeatable=True)
    heard.service.ask(call)
    with spanned() as told, entry("work", trace_id=TRACE):
        heard.service.ask(call)
    own, known = (headers["traceparent"] for headers in heard.headers)
    assert own == call.headers["traceparent"]
    assert told.named("GET scraper").span_id in known
