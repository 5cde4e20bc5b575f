"""Refusals and failures in one line each, and the codes they end with."""

import json
from typing import Any

import pytest

from scripts.control.codes import NO_ANSWER, REFUSED, WORDS, code_of
from scripts.control.telling import told
from shared.runtime.http import Answer, ServiceError, Verdict, saying

KEY = "swy_0123456789abcdef_secret"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def error(status: int, body: Any, **headers: str) -> ServiceError:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status=status, headers=headers, body=text)
    return ServiceError("the API", Verdict.TERMINAL, saying(answer), answer=answer)


def test_a_problem_is_told_with_its_trace() -> None:
    problem = {"title": "Not Found", "status": 404, "detail": "there is no run x", "trace_id": TRACE}
    assert told(error(404, problem), key=KEY) == f"404 there is no run x [trace {TRACE}]"


def test_values_that_are_wrong_are_named() -> None:
    errors = [{"at": "query.limit", "problem": "Input should be less than 201"}, "x", {"at": "body.rate"}]
    problem = {"detail": "some values cannot be used; see errors", "errors": errors}
    assert told(error(422, problem), key=KEY) == (
        "422 some values cannot be used; see errors (query.limit: Input should be less than 201; body.rate: None)"
    )


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b"[]", b"5"])
def test_what_lies_between_may_answer_anything(body: bytes) -> None:
    assert told(error(502, body), key=KEY) == "502 Bad Gateway"
    assert told(error(599, body, **{"x-amzn-requestid": "abc"}), key=KEY) == "599 [request abc]"


def test_where_nobody_answered_it_is_told_and_also_that_it_may_have_been_done() -> None:
    away = ServiceError("the API", Verdict.RETRY_BACKOFF, "cannot be reached")
    assert told(away, key=KEY) == "the API cannot be reached"
    silent = ServiceError("the API", Verdict.AMBIGUOUS, "did not answer in time")
    assert told(silent, key="") == "the API did not answer in time; it may have been done"


def test_the_key_is_told_nobody_and_the_terminal_is_not_steered() -> None:
    said = told(error(400, {"detail": f"what is {KEY}?\n\x1b[2J"}), key=KEY)
    assert said == "400 what is [key]? [2J"


@pytest.mark.parametrize(
    ("status", "code"), [(400, REFUSED), (404, REFUSED), (429, REFUSED), (500, NO_ANSWER), (301, NO_ANSWER)]
)
def test_a_refusal_and_a_failure_end_with_different_codes(status: int, code: int) -> None:
    assert code_of(error(status, {})) == code
    assert code_of(ServiceError("the API", Verdict.RETRY_BACKOFF, "cannot be reached")) == NO_ANSWER


def test_every_code_is_explained() -> None:
    assert [line.split()[0] for line in WORDS.splitlines()[1:]] == ["0", "1", "2", "3", "4", "130"]
