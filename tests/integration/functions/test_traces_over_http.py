"""/infrastructure/tracing: what operators see of traces, as API Gateway asks for it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from functions.serve_admin import app as admin_app
from functions.serve_control import app as control_app
from shared.ledger.envelope import to_text
from shared.runtime import wiring_tracing
from shared.runtime.clock import system_clock
from shared.runtime.span import Kind, Span
from shared.runtime.span_buffer import read_parcel
from shared.runtime.tracing import Invocation, call, entry
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of
from tests.support.in_process import aws_in_process
from tests.support.recorded import keep_listing
from tests.support.traced import record_all, traced
from tests.support.traces import a_span, an_entry, failed
from tests.support.unwell import unwell

TRACE = "1" * 32


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    forget()
    with aws_in_process():
        yield


def answer_to(target: str) -> dict[str, Any]:
    return dict(control_app.handler(as_operator("GET", f"/infrastructure/tracing/{target}"), LambdaContext()))


def as_admin(method: str, target: str) -> dict[str, Any]:
    return api_event(method, target, authorizer={"principalId": "key:0123456789abcdef", "role": "admin"})


def shown(target: str) -> Any:
    answer = answer_to(target)
    assert answer["statusCode"] == 200, answer
    return json_of(answer)


def refused(target: str) -> int:
    answer = answer_to(target)
    assert answer["statusCode"] >= 400
    assert json_of(answer)["title"]
    return int(answer["statusCode"])


def keep(*spans: Span, age: timedelta = timedelta(minutes=5)) -> None:
    """They began that long ago, and not when tests usually say."""
    began = int((system_clock() - age).timestamp() * 1_000_000)
    first = min(span.start for span in spans)
    for span in spans:
        span.trace_id = TRACE
        span.start += began - first
    wiring_tracing.traces().write(spans)


def keep_a_trace() -> None:
    asked = a_span("POST notion", "handle", at=60, took=40, kind=Kind.CALL, attributes={"peer": "notion"})
    keep(
        an_entry("request", took=40, service="api"),
        a_span("commit", "request", at=10, took=10, service="receive_messages", events={"e1": "message.created"}),
        an_entry("handle", "e1", at=60, took=40, service="deliver_events"),
        failed(asked),
    )


def test_a_trace_is_shown_as_a_tree_with_what_its_end_waited_for() -> None:
    keep_a_trace()
    trace = shown(f"trace/{TRACE}")
    assert (trace["source"], trace["duration_ms"], trace["spans"], trace["errors"]) == ("spans", 100, 4, 1)
    (commit,) = trace["root"]["children"]
    (created,) = commit["children"]
    (handle,) = created["children"]
    assert [handle["name"], handle["children"][0]["status"]] == ["handle", "error"]
    assert sum(step["duration_ms"] for step in trace["critical_path"]) == trace["duration_ms"]


def test_a_trace_is_drawn_for_people() -> None:
    keep_a_trace()
    answer = answer_to(f"trace/{TRACE.upper()}?format=text")
    assert (answer["statusCode"], answer["body"].splitlines()[0]) == (200, f"trace {TRACE}")
    assert answer["multiValueHeaders"]["Content-Type"] == ["text/plain; charset=utf-8"]
    assert "deliver_events handle" in answer["body"]


def test_a_trace_of_which_only_events_are_known_says_so() -> None:
    _, event = keep_listing()
    trace = shown(f"trace/{event.trace_id}")
    assert (trace["source"], trace["root"]["name"], trace["spans"]) == ("events", "listing.created", 0)


def test_services_are_added_up_over_the_last_hour_or_since_then() -> None:
    keep_a_trace()
    stats = shown("stats")
    assert sorted(stats["services"]) == ["api", "deliver_events", "notion"]
    assert stats["services"]["notion"] == {
        "spans": 1,
        "errors": 1,
        "sampled": 1,
        "error_rate": 1.0,
        "p50_ms": 40.0,
        "p95_ms": 40.0,
        "is_all": True,
    }
    assert (stats["traces"], stats["is_all"], stats["sample_rate"]) == (1, True, 1.0)
    late = quote(to_text(system_clock() - timedelta(minutes=1)))
    assert shown(f"stats?since={late}")["services"] == {}
    assert shown("stats?since=2020-01-01T00:00:00Z")["services"].keys() == stats["services"].keys()


def test_what_a_service_did_is_listed_page_by_page() -> None:
    keep(*(an_entry(f"{number}", at=number, service="serve_admin") for number in range(5)))
    first = shown("service/serve_admin?limit=3")
    assert [span["name"] for span in first["spans"]] == ["4", "3", "2"]
    second = shown(f"service/serve_admin?limit=3&cursor={quote(first['next_cursor'])}")
    assert ([span["name"] for span in second["spans"]], second["next_cursor"]) == (["1", "0"], None)
    assert {span["trace_id"] for span in first["spans"]} == {TRACE}


def test_where_something_went_wrong_is_listed_by_itself() -> None:
    keep(an_entry("good", service="serve_admin"), failed(an_entry("bad", at=1, service="serve_admin")))
    page = shown("service/serve_admin?errors=true")
    assert ([span["name"] for span in page["spans"]], page["looked_at"]) == (["bad"], 2)


def test_the_calls_to_a_service_are_listed_under_its_name_whatever_that_is() -> None:
    with Invocation("notify_agents") as buffer:
        with entry("handle claim.granted", trace_id=TRACE), call("agent:default/Writer", "POST"):
            pass
        parcel = buffer.parcel(1.0)
    assert parcel
    wiring_tracing.traces().write(read_parcel(parcel.body))
    (name,) = [name for name in shown("stats")["services"] if name.startswith("agent:")]
    for path in (name, quote(name)):
        assert [span["name"] for span in shown(f"service/{path}")["spans"]] == [f"POST {name}"]


def test_of_a_service_that_did_nothing_there_is_nothing() -> None:
    assert shown("service/nobody") == {"service": "nobody", "spans": [], "looked_at": 0, "next_cursor": None}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (f"trace/{'f' * 32}", 404),
        ("trace/1234", 422),
        (f"trace/{'g' * 32}", 422),
        (f"trace/{TRACE}?format=xml", 422),
        ("stats?since=yesterday", 422),
        ("stats?since=1772366400", 422),
        ("stats?since=2026-03-01T12:00:00", 422),
        ("stats?since=9999-12-31T23:59:59-23:59", 422),
        ("stats?since=2999-01-01T00:00:00Z", 422),
        ("service/x?limit=0", 422),
        ("service/x?limit=201", 422),
        ("service/x?cursor=forged", 422),
        ("service/x?errors=perhaps", 422),
        ("service/%C3%A9", 422),
        (f"service/{'x' * 121}", 422),
        ("nothing", 404),
    ],
)
def test_what_cannot_be_asked_is_refused(target: str, status: int) -> None:
    assert refused(target) == status


def test_while_the_table_is_unwell_that_is_said() -> None:
    keep_a_trace()
    with unwell(wiring_tracing.traces()._client, "Query"):
        assert [refused(target) for target in ("stats", f"trace/{TRACE}", "service/api")] == [503] * 3


def test_looking_at_traces_is_a_trace_itself() -> None:
    trace_id = "2" * 32
    headers = {"traceparent": f"00-{trace_id}-{'3' * 16}-01"}
    with traced():
        admin_app.handler(as_operator("GET", "/admin/listings", headers=headers), LambdaContext())
        control_app.handler(as_operator("GET", "/infrastructure/tracing/stats", headers=headers), LambdaContext())
        record_all()
    trace = shown(f"trace/{trace_id}")
    admin, control = trace["root"]["children"]
    assert (admin["name"], control["name"], control["parent_id"]) == ("request", "request", "3" * 16)
    assert [one["name"] for one in control["children"]] == ["GET /infrastructure/tracing/stats"]


def test_that_somebody_used_a_command_only_admins_see() -> None:
    keep(an_entry("handle discord.interaction", took=10, events={"e1": "command.invoked"}))
    assert "command.invoked" not in answer_to(f"trace/{TRACE}")["body"]
    for how in ("json", "text"):
        event = as_admin("GET", f"/infrastructure/tracing/trace/{TRACE}?format={how}")
        assert "command.invoked" in control_app.handler(event, LambdaContext())["body"]
