"""The HTTP edge: a body that may be anything becomes an answer or a refusal, never a fault."""

import base64
import json
from decimal import Decimal
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, Field

from shared.runtime.api import answer, resolver
from shared.runtime.request import Request
from tests.support.http_events import LambdaContext, api_event, json_of

app = resolver()


class Order(BaseModel):
    quantity: Annotated[int, Field(ge=0, le=1_000)]
    price: Decimal = Decimal(0)
    notes: Any = None


@app.post("/orders")
def take_order(order: Annotated[Order, Body()]) -> dict[str, Any]:
    return {"quantity": order.quantity, "price": str(order.price)}


def sent(event: dict[str, Any], *, max_body: int = 1_000_000) -> dict[str, Any]:
    return answer(app, event, LambdaContext(), admit=lambda _: "anna", max_body=max_body)


def order(body: str | None, content_type: str = "application/json", *, encoded: bool = False) -> dict[str, Any]:
    event = api_event("POST", "/orders", body=body, headers={"Content-Type": content_type})
    return {**event, "isBase64Encoded": encoded}


def base64_of(body: bytes) -> str:
    return base64.b64encode(body).decode()


def status_of(event: dict[str, Any]) -> int:
    """Of an answer that is a problem document whenever it is a refusal."""
    reply = sent(event)
    status: int = reply["statusCode"]
    if status >= 400:
        assert json_of(reply)["status"] == status
    return status


def test_a_good_request_is_answered() -> None:
    reply = sent(order('{"quantity": 2, "price": 0.1}'))
    assert (reply["statusCode"], json_of(reply)) == (200, {"quantity": 2, "price": "0.1"})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 422),
        ("", 422),
        ("null", 422),
        ("[]", 422),
        ("5", 422),
        ('"order"', 422),
        ("{}", 422),
        ('{"quantity": "two"}', 422),
        ('{"quantity": 1.5}', 422),
        ('{"quantity": 1e400}', 422),
        ('{"quantity": 1, "price": "NaN"}', 422),
        ('{"quantity": "\\ud800"}', 422),
        (f'{{"quantity": {"9" * 4_000}.5}}', 422),
        ('{"quantity": 2', 400),
        ("quantity=2", 400),
        ('{"quantity": NaN}', 400),
        (f'{{"quantity": {"9" * 5_000}}}', 400),
        ("[" * 100_000, 400),
        ('{"quantity": 2, "notes": "\ud800"}', 400),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_body_that_cannot_be_used_is_the_callers_fault(body: str | None, status: int) -> None:
    assert status_of(order(body)) == status


@pytest.mark.parametrize("depth", [100, 500, 900, 1_000, 2_000])
def test_a_deep_body_is_read_or_refused_and_never_a_fault(depth: int) -> None:
    nested = "[" * depth + "]" * depth
    assert status_of(order(f'{{"quantity": 1, "notes": {nested}}}')) in {200, 400}
    assert status_of(order(f'{{"quantity": {nested}}}')) in {422, 400}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (base64_of(b'{"quantity": 2}'), 200),
        (base64_of(b"\xff\xfe\xfd"), 400),
        (base64_of('{"quantity": 2}'.encode("utf-16")), 400),
        (base64_of(b"\x1f\x8b\x08\x00"), 400),
        (base64_of(b'{"quantity": 2'), 400),
        (base64_of(b'{"quantity": 2}')[:-1], 400),
        ("%%%", 400),
        ("é", 400),
        ('{"quantity": 2}', 400),
    ],
    ids=["good", "not UTF-8", "UTF-16", "gzip", "not JSON", "cut", "no base64", "no ASCII", "plain"],
)
def test_a_body_in_base64_is_read_or_refused(body: str, status: int) -> None:
    assert status_of(order(body, encoded=True)) == status


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ('application/json;charset="UTF-8"', 200),
        ("application/json; charset=us-ascii", 200),
        ("", 200),
        (";", 200),
        ("application/JSON", 200),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=", 415),
        ("text/xml", 415),
        ("application/xml; charset=utf-8", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("application/jsonp", 415),
        ("application/json, text/xml", 415),
        ("é", 415),
    ],
)
def test_a_body_says_that_it_is_json_or_nothing(content_type: str, status: int) -> None:
    assert status_of(order('{"quantity": 2}', content_type)) == status


@pytest.mark.parametrize("headers", [None, {}])
def test_a_request_without_any_header_is_read(headers: None) -> None:
    event = order('{"quantity": 2}') | {"headers": headers, "multiValueHeaders": headers}
    assert status_of(event) == 200


def test_headers_are_found_where_only_single_values_are_given() -> None:
    event = order('{"quantity": 2}', "text/xml") | {"multiValueHeaders": None}
    assert status_of(event) == 415


def seen_at_the_door(event: dict[str, Any]) -> Request:
    seen: list[Request] = []

    def admit(request: Request) -> str:
        seen.append(request)
        return "anna"

    answer(app, event, LambdaContext(), admit=admit)
    return seen[0]


def test_a_header_that_was_sent_twice_is_seen_twice_whatever_its_case() -> None:
    request = seen_at_the_door(api_event("GET", "/", headers={"X-Api-Key": ["one", "two"], "x-api-key": ["three"]}))
    assert request.headers["x-api-key"] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"authorizer": {"principalId": "key:anna"}}, {"principalId": "key:anna"}),
        ({"authorizer": None}, {}),
        ({}, {}),
        (None, {}),
    ],
)
def test_what_the_authorizer_found_out_is_seen_and_nothing_where_it_was_not_asked(
    context: dict[str, Any] | None, told: dict[str, str]
) -> None:
    assert seen_at_the_door({**api_event("GET", "/"), "requestContext": context}).context == told


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize(("padding", "status"), [("x" * 20, 200), ("x" * 21, 413), ("é" * 10, 200), ("é" * 11, 413)])
def test_a_body_is_measured_in_bytes(padding: str, status: int, encoded: bool) -> None:
    body = json.dumps({"quantity": 2, "notes": padding}, ensure_ascii=False)
    most = len(json.dumps({"quantity": 2, "notes": ""})) + 20
    event = order(base64_of(body.encode()) if encoded else body, encoded=encoded)
    assert sent(event, max_body=most)["statusCode"] == status


def test_a_body_far_too_large_is_not_even_decoded() -> None:
    assert sent(order("%" * 2_000_000, encoded=True))["statusCode"] == 413
