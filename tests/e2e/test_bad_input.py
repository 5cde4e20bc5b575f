"""Whatever a caller sends, the answer is a clear 4xx and nothing has changed: on the deployed template."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from scripts.local_aws import ROOT
from shared.listings.listing import listing_id as id_of
from tests.support.api import WEBHOOK, Api
from tests.support.builders import a_job, a_match
from tests.support.cloud import SINKS

JSON = {"Content-Type": "application/json"}
GOOD = json.dumps(a_job(a_match("https://market.example/never"), job_id=str(uuid4())))

# name -> body, headers
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "empty": (b"", JSON),
    "null": (b"null", JSON),
    "a list": (b"[]", JSON),
    "a string": (b'"x"', JSON),
    "not JSON": (b"{", JSON),
    "deep": (b"[" * 100_000, JSON),
    "deep in the right place": (b'{"job_id": "' + str(uuid4()).encode() + b'", "matches": ' + b"[" * 5_000, JSON),
    "enormous": (b'{"x": "' + b"x" * 5_000_000 + b'"}', JSON),
    "a huge integer": (b'{"job_id": ' + b"9" * 5_000 + b"}", JSON),
    "not a number": (GOOD.replace("95.0", "NaN").encode(), JSON),
    "infinity": (GOOD.replace("95.0", "Infinity").encode(), JSON),
    "wrong types": (b'{"job_id": 3, "matches": {}}', JSON),
    "too many matches": (json.dumps(json.loads(GOOD) | {"matches": [1] * 1_001}).encode(), JSON),
    "latin-1": (GOOD.replace("Leeds", "Köln").encode("latin-1"), JSON),
    "utf-16": (GOOD.encode("utf-16"), JSON),
    "another charset": (GOOD.encode(), {"Content-Type": "application/json; charset=latin-1"}),
    "xml": (b"<job/>", {"Content-Type": "application/xml"}),
    "a form": (b"job_id=1", {"Content-Type": "application/x-www-form-urlencoded"}),
    "multipart without boundary": (b"--x", {"Content-Type": "multipart/form-data"}),
    "text": (GOOD.encode(), {"Content-Type": "text/plain"}),
}


def assert_problem(answer: Any) -> None:
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "trace_id"} <= answer.json().keys()
    assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_job_is_refused_and_makes_no_listing(api: Api, name: str) -> None:
    body, headers = BODIES[name]
    answer = api.http.post(WEBHOOK, content=body, headers=headers | {"x-api-key": api.stack.keys["admin"]})
    assert_problem(answer)
    unmade = api.call("GET", f"/admin/listings/{id_of('https://market.example/never')}", role="viewer")
    assert unmade.status_code == 404


@pytest.mark.parametrize("name", [name for name in BODIES if name != "too many matches"])
def test_a_body_that_is_no_step_is_refused_and_moves_nothing(api: Api, listing_id: str, name: str) -> None:
    body, headers = BODIES[name]
    answer = api.call("POST", f"/admin/listings/{listing_id}/transition", content=body, headers=headers)
    assert_problem(answer)
    assert len(api.history(listing_id)) == 1


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_message_is_refused_and_nothing_is_recorded(api: Api, name: str) -> None:
    body, headers = BODIES[name]
    assert_problem(api.call("POST", "/messages", content=body, headers=headers))


@pytest.mark.parametrize("messages", [[], [{"content": "x"}] * 1_001, {"content": "x"}, None, "x"])
def test_a_list_of_messages_that_is_none_is_refused(api: Api, messages: Any) -> None:
    assert_problem(api.call("POST", "/messages", json={"messages": messages}))


BAD_MATCHES: dict[str, Any] = {
    "nothing": None,
    "a number": 5,
    "no parts": {},
    "no price": a_match() | {"listing": {"url": "https://market.example/x", "title": "x"}},
    "a negative price": a_match(listing__price=-1),
    "a price in words": a_match(listing__price="cheap"),
    "a price that is true": a_match(listing__price=True),
    "a price beyond reason": a_match(listing__price=10**40),
    "more than certain": a_match(confidence=101),
    "no product id": a_match(product__id="230"),
    "no brand": a_match(product__brand="  "),
    "a broken text": a_match(listing__title="\ud800"),
    "a control character": a_match(listing__title="a\x00b"),
    "an endless title": a_match(listing__title="x" * 513),
    "an endless url": a_match("https://market.example/" + "x" * 2_048),
    "no web address": a_match("javascript:alert(1)"),
    "a url without host": a_match("https:///item/1"),
    "a url with a password": a_match("https://me:secret@market.example/1"),
    "a url with a bad port": a_match("https://market.example:99999/1"),
    "no currency": a_match(listing__currency="pounds"),
}


def test_each_bad_match_is_refused_with_its_index_and_a_reason_and_the_good_ones_are_taken(
    api: Api, new_url: Callable[[], str]
) -> None:
    good = [new_url(), new_url()]
    answer = api.report(a_job(a_match(good[0]), *BAD_MATCHES.values(), a_match(good[1])))
    told = answer.json()
    assert (answer.status_code, told["created_listings"]) == (202, 2)
    assert [refused["index"] for refused in told["refused"]] == list(range(1, len(BAD_MATCHES) + 1))
    assert all(refused["reason"] for refused in told["refused"])
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/listings?limit=0",
        "/admin/listings?limit=201",
        "/admin/listings?limit=many",
        "/admin/listings?offset=-1",
        "/admin/listings?offset=1001",
        "/admin/listings?state=LOST",
        "/admin/listings?cursor=forged",
        "/admin/listings?cursor=",
        "/admin/listings?brand=",
        f"/admin/listings?brand={'x' * 200}",
        "/admin/listings/not-a-listing",
        "/admin/listings/..%2f..%2fadmin",
        f"/admin/listings/{uuid4()}",
        f"/admin/listings/{uuid4()}/history",
        "/admin/deliveries?limit=0",
        "/admin/deliveries?limit=201",
        "/admin/deliveries?status=lost",
        "/admin/deliveries?sink=fax",
        "/admin/deliveries?day=yesterday",
        "/admin/deliveries?cursor=forged",
        "/admin/deliveries?event_id=message:nobody:1",
        "/admin/deliveries?event_id=message:nobody:1&day=2026-01-01",
        f"/admin/deliveries?event_id={'x' * 201}",
        "/admin/sinks/notion",
        "/admin/nothing",
    ],
)
def test_a_place_that_is_not_there_is_a_problem_too(api: Api, path: str) -> None:
    assert_problem(api.call("GET", path, role="viewer"))


@pytest.mark.parametrize("if_match", ["", "x", "-1", "1.5", "9" * 30, '"1", "2"'])
def test_an_if_match_that_is_no_version_is_refused(api: Api, listing_id: str, if_match: str) -> None:
    path = f"/admin/listings/{listing_id}/transition"
    assert_problem(api.call("POST", path, json={"to_state": "MESSAGING"}, headers={"If-Match": if_match}))
    assert len(api.history(listing_id)) == 1


schema = schemathesis.openapi.from_path(ROOT / "functions" / "serve_admin" / "openapi.json")
# Who is let in is tested elsewhere. A refusal costs a local AWS the authorizer's process, and a fifth of a second.
# What is asked for beside what we know is passed over.
schema.config.generation.update(with_security_parameters=False, allow_extra_parameters=False)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def _undone(api: Api) -> Iterator[None]:
    """What is sent may be a decision of operators: the tests of other files count on what was decided before."""
    yield
    api.decide(automatic=False)
    api.call("PUT", "/admin/settings/routing", json={"rules": None}).raise_for_status()
    for sink in SINKS:
        api.call("POST", f"/admin/sinks/{sink}/resume").raise_for_status()


@pytest.mark.usefixtures("_undone")
@schema.parametrize()
@settings(max_examples=6, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_does_what_its_description_says_whatever_is_sent(case: Any, api: Api) -> None:
    answer = case.call(base_url=api.stack.api_url, headers={"x-api-key": api.stack.keys["admin"]})
    # That something is not set up here is said with 503, and no fault.
    checks = [check for check in CHECKS if check is not not_a_server_error or answer.status_code != 503]
    case.validate_response(answer, checks=checks)  # raises what it finds


def test_the_description_that_is_served_is_the_one_that_is_tested(api: Api) -> None:
    assert api.call("GET", "/openapi.json", role=None).json() == schema.raw_schema
