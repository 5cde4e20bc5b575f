"""One trace over the deployed stack: from API Gateway, over authorizer, ledger, relay and queue, to the chat bot."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.builders import a_job, a_match
from tests.support.traces import sampled_trace_id
from tests.support.waiting import eventually

CALLER = "b7ad6b7169203331"
TRIES = 3


def below(node: dict[str, Any], depth: int = 0) -> list[str]:
    """Each piece of work, indented below what it is part of."""
    lines = [f"{'  ' * depth}{node['service']}: {node['name']}"]
    return lines + [line for child in node["children"] for line in below(child, depth + 1)]


def trace_with(api: Api, ask: Callable[[str], None], *names: str) -> dict[str, Any]:
    """Of what is asked, as soon as all of this is in it. It is asked again where nothing comes: on a machine that is
    busy a span may be lost.
    """
    for _ in range(TRIES):
        ask(trace_id := sampled_trace_id())
        with suppress(AssertionError):
            return eventually(lambda: _with(api, trace_id, names)) or {}
    raise AssertionError(f"there is no trace with {names}")


def _with(api: Api, trace_id: str, names: Sequence[str]) -> dict[str, Any] | None:
    answer = api.call("GET", f"/infrastructure/tracing/trace/{trace_id}", role="viewer")
    lines = "\n".join(below(answer.json()["root"])) if answer.status_code == 200 else ""
    return dict(answer.json()) if all(name in lines for name in names) else None


def from_caller(trace_id: str) -> dict[str, str]:
    return {"traceparent": f"00-{trace_id}-{CALLER}-01"}


def test_a_report_of_matches_is_one_trace_as_far_as_the_seller_s_chat(api: Api, services: StandIns) -> None:
    def report(trace_id: str) -> None:
        told = a_job(a_match(f"https://market.example/item/{trace_id}"))
        headers = from_caller(trace_id)
        answer = api.call("POST", "/webhooks/scraper/job-complete", role="admin", json=told, headers=headers)
        assert answer.status_code == 202, answer.text

    trace = trace_with(api, report, "POST chatterbot", "relay listing.state.messaging")
    lines = below(trace["root"])
    assert lines[:2] == ["api: request", "  receive_webhooks: POST /webhooks/scraper/job-complete"]
    handled = lines.index("        advance_listings: handle listing.created")
    assert "      ledger: listing.created" in lines[:handled]
    assert "          advance_listings: POST chatterbot" in lines[handled:]
    assert (trace["source"], trace["errors"], trace["root"]["parent_id"]) == ("spans", 0, CALLER)
    waited_for = sum(step["duration_ms"] for step in trace["critical_path"])
    assert round(waited_for, 3) == trace["duration_ms"]


def test_a_request_with_a_key_shows_what_the_authorizer_did_with_it(api: Api) -> None:
    def look(trace_id: str) -> None:
        assert api.call("GET", "/admin/listings", role="viewer", headers=from_caller(trace_id)).status_code == 200

    trace = trace_with(api, look, "authorize", "serve_admin")
    assert below(trace["root"]) == [
        "api: request",
        "  authorize_requests: authorize",
        "  serve_admin: GET /admin/listings",
    ]
    stats = api.call("GET", "/infrastructure/tracing/stats", role="viewer").json()
    assert stats["services"]["serve_admin"]["spans"] >= 1
    listed = api.call("GET", "/infrastructure/tracing/service/serve_admin?limit=200", role="viewer").json()
    assert trace["trace_id"] in {span["trace_id"] for span in listed["spans"]}
