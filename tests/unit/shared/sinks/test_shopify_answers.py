"""What Shopify's answers say, in whichever of their layers."""

from typing import Any

import pytest

from shared.runtime.http import NoAnswerError, NotSentError, Verdict
from shared.sinks.options import ShopifyOptions
from shared.sinks.shopify import Shopify
from shared.sinks.shopify_answers import fell_forward, throttled_for
from tests.unit.shared.sinks.far import Far, Said, an_answer, refused
from tests.unit.shared.sinks.samples import SALE, a_message

SOLD = a_message(**SALE)  # a draft order: not to be repeated
TOLD = a_message()  # a metaobject: repeated, it is the same
COST = {"requestedQueryCost": 110, "throttleStatus": {"currentlyAvailable": 10, "restoreRate": 50}}


def errors(*codes: str | None, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": f"it is {code}", "extensions": {"code": code}} for code in codes], **more}


def a_sink(said: Said) -> Shopify:
    return Shopify(Far(said).service, options=ShopifyOptions())


THROTTLED = errors("THROTTLED", extensions={"cost": COST})
UNSURE = (Verdict.AMBIGUOUS, Verdict.RETRY_BACKOFF)  # of what must not be repeated, of what may be


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        (an_answer({"errors": "[API] Invalid API key"}, 401), [Verdict.REFRESH_CREDENTIAL] * 2),
        (an_answer({"errors": "Unavailable Shop"}, 402), [Verdict.TERMINAL] * 2),
        (an_answer({"errors": "no"}, 403), [Verdict.TERMINAL] * 2),
        (an_answer({"errors": "Not Found"}, 404), [Verdict.TERMINAL] * 2),
        (an_answer({"errors": "locked"}, 423), [Verdict.TERMINAL] * 2),
        (an_answer(b"", 430), [Verdict.TERMINAL] * 2),
        (an_answer(b"", 429), [Verdict.RETRY_AFTER] * 2),
        (an_answer(THROTTLED, 429), [Verdict.RETRY_AFTER] * 2),
        (an_answer(THROTTLED), [Verdict.RETRY_AFTER] * 2),
        (an_answer(b"<html>", 500), UNSURE),
        (an_answer(errors(None), 500), UNSURE),
        (an_answer(errors("INTERNAL_SERVER_ERROR"), 500), UNSURE),
        (an_answer(errors("INTERNAL_SERVER_ERROR"), 200), UNSURE),
        (an_answer(b"", 503, retry_after="7"), [Verdict.AMBIGUOUS, Verdict.RETRY_AFTER]),
        (an_answer(errors("ACCESS_DENIED")), [Verdict.TERMINAL] * 2),
        (an_answer(errors("undefinedField", None)), [Verdict.TERMINAL] * 2),
        (an_answer({"errors": [{"message": "syntax"}]}), [Verdict.TERMINAL] * 2),
        (an_answer({"errors": "what"}), [Verdict.TERMINAL] * 2),
        (an_answer({"errors": [], "data": None}), UNSURE),
        (an_answer({"data": {}}), UNSURE),
        (an_answer({}), UNSURE),
        (an_answer([]), UNSURE),
        (an_answer(b"ok"), UNSURE),
        (NoAnswerError("did not answer in time"), UNSURE),
        (NotSentError("cannot be reached"), [Verdict.RETRY_BACKOFF] * 2),
    ],
)
def test_every_outcome_has_a_verdict(said: Said, verdicts: list[Verdict]) -> None:
    assert [refused(a_sink(said), event).verdict for event in (SOLD, TOLD)] == list(verdicts)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([{"field": ["input", "lineItems", "0"], "message": "is bad"}], "input.lineItems.0: is bad"),
        ([{"field": None, "message": "a"}, {"message": "b"}], "a; b"),
        ([{"code": "UNDEFINED_OBJECT_TYPE", "message": ""}], "UNDEFINED_OBJECT_TYPE"),
        (["?"], "it refuses what it was sent"),
    ],
)
def test_what_is_wrong_with_our_input_is_told(found: list[Any], told: str) -> None:
    for event, mutation in ((SOLD, "draftOrderCreate"), (TOLD, "metaobjectUpsert")):
        error = refused(a_sink(an_answer({"data": {mutation: {"userErrors": found}}})), event)
        assert (error.verdict, error.said) == (Verdict.TERMINAL, told)


def test_what_is_told_is_of_bounded_length_and_one_line() -> None:
    error = refused(a_sink(an_answer({"errors": [{"message": "a\n" * 5_000}]})), SOLD)
    assert len(error.said) == 300
    assert "\n" not in error.said


@pytest.mark.parametrize(
    ("cost", "seconds"),
    [
        (COST, 2.0),
        (COST | {"requestedQueryCost": 11}, 1.0),
        (COST | {"requestedQueryCost": 100_000}, 60.0),
        (COST | {"requestedQueryCost": "110"}, 1.0),
        ({"requestedQueryCost": 110, "throttleStatus": {"currentlyAvailable": 10, "restoreRate": 0}}, 1.0),
        ({"requestedQueryCost": 110, "throttleStatus": None}, 1.0),
        ({}, 1.0),
        (None, 1.0),
        ([], 1.0),
    ],
)
def test_who_asked_too_much_waits_until_there_are_points_again(cost: Any, seconds: float) -> None:
    assert throttled_for({"extensions": {"cost": cost}}) == seconds
    error = refused(a_sink(an_answer(errors("THROTTLED", extensions={"cost": cost}))), SOLD)
    assert error.retry_after == seconds


def test_a_wait_that_the_headers_name_is_believed_first() -> None:
    assert refused(a_sink(an_answer(THROTTLED, 429, retry_after="17")), SOLD).retry_after == 17.0


@pytest.mark.parametrize(
    ("headers", "version"),
    [({}, None), ({"x_shopify_api_version": "2026-10"}, None), ({"x_shopify_api_version": "2027-01"}, "2027-01")],
)
def test_an_answer_says_which_version_gave_it(headers: dict[str, str], version: str | None) -> None:
    assert fell_forward(an_answer({}, 200, **headers)) == version
