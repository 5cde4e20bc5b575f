"""Reading at the HTTP edge: JSON, versions, and the thread a caller names."""

from decimal import Decimal
from typing import Any

import pytest

from shared.runtime.errors import InvalidInputError, UnauthorizedError, UnreadableBodyError
from shared.runtime.request import Request, expected_version, principal, read_json, without_body


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("[]", []),
        (' {"a": "é"} ', {"a": "é"}),
        ("-1", -1),
        ("0.1", Decimal("0.1")),
        ("1e400", Decimal("1e400")),
        ("123456789012345678901234567890.5", Decimal("123456789012345678901234567890.5")),
        ("-0.0", Decimal("-0.0")),
    ],
)
def test_json_is_read_with_decimals_for_fractions(text: str, value: Any) -> None:
    read = read_json(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "nope",
        "'x'",
        '{"a": 1,}',
        '{"a": 1} {"b": 2}',
        '"a\nb"',
        "NaN",
        "[Infinity]",
        '{"a": -Infinity}',
        "9" * 5_000,
        "1e99999999999999999999",
        "[" * 100_000,
        '{"a":' * 100_000,
        "\ufeff{}",
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_what_is_not_json_or_beyond_reason_cannot_be_read(text: str) -> None:
    with pytest.raises(UnreadableBodyError):
        read_json(text)


@pytest.mark.parametrize(
    ("header", "version"), [(None, None), ("*", None), ("7", 7), ('"7"', 7), (' "7" ', 7), ('W/"7"', 7)]
)
def test_if_match_names_a_version_or_any(header: str | None, version: int | None) -> None:
    assert expected_version(header) == version


@pytest.mark.parametrize(
    "header", ["", '""', '"7', '7"', "seven", "-1", "7.0", "0x7", "7, 8", '"7", "8"', "²", "\u0667", "9" * 11, "\ud800"]
)
def test_if_match_with_anything_else_is_refused(header: str) -> None:
    with pytest.raises(InvalidInputError):
        expected_version(header)


def test_a_request_keeps_to_itself_what_may_be_secret_in_it() -> None:
    request = Request(
        method="POST", path="/", headers={}, trace_id="trace", body=b"hunter2", context={"principalId": "hunter2"}
    )
    assert "hunter2" not in repr(request)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("order 66", "order 66"),
        ("x" * 128, "x" * 128),
        ("", "trace"),
        ("x" * 129, "trace"),
        ("a\nb", "trace"),
        ("é", "trace"),
        (None, "trace"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_a_caller_may_name_the_thread_in_plain_text(told: str | None, kept: str) -> None:
    headers = {"x-correlation-id": [told]} if told is not None else {}
    cause = Request(method="GET", path="/", headers=headers, trace_id="trace").cause("key:anna")
    assert (cause.actor, cause.trace_id, cause.correlation_id) == ("key:anna", "trace", kept)


def a_request(**context: Any) -> Request:
    return Request(method="GET", path="/admin/listings", headers={}, trace_id="0" * 32, context=context)


def test_whom_the_authorizer_let_in_is_who_is_asking() -> None:
    assert principal(a_request(principalId="key:0123456789abcdef", role="viewer")) == "key:0123456789abcdef"


@pytest.mark.parametrize("context", [{}, {"principalId": ""}, {"principalId": None}, {"role": "admin"}], ids=str)
def test_who_came_past_the_authorizer_is_nobody(context: dict[str, Any]) -> None:
    with pytest.raises(UnauthorizedError):
        principal(a_request(**context))


@pytest.mark.parametrize("context", [None, {}, {"authorizer": None}, {"authorizer": {}}], ids=str)
def test_a_request_that_no_authorizer_was_asked_about_is_from_nobody(context: Any) -> None:
    event = {"httpMethod": "GET", "path": "/admin/listings", "headers": None, "requestContext": context}
    with pytest.raises(UnauthorizedError):
        principal(without_body(event))
