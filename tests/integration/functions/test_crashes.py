"""A function may die before or after any call to AWS; when the message comes again, all is as if it had not."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal

import boto3
import pytest

from functions.receive_webhooks import app as receive_webhooks
from functions.relay_events import app as relay_events
from functions.serve_admin import app as serve_admin
from shared.listings.listing import listing_id
from tests.support.aws_calls import KilledError, watched
from tests.support.builders import a_job, a_match
from tests.support.http_events import LambdaContext, api_event, as_operator, signed_headers
from tests.support.in_process import SCRAPER_SECRET, aws_in_process
from tests.support.stream import event_items, stream_batch

KNOWN = "https://market.example/item/known"
FRESH = "https://market.example/item/fresh"
# What depends on when and in which call it was written, and on nothing else.
_OF_THE_MOMENT = frozenset(
    {"time", "timeline_pk", "trace_id", "correlation_id", "changed_at", "board_sk", "found_at", "last_seen_at"}
    | {"messaging_at"}
)

Deliver = Callable[[], Any]


def ledger_items() -> dict[str, dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName="ledger")["Items"]
    return {
        f"{item['pk']['S']} {item['sk']['S']}": {k: v for k, v in item.items() if k not in _OF_THE_MOMENT}
        for item in found
    }


def a_signed_job(job: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(job)
    headers = signed_headers(body, base64.b64decode(SCRAPER_SECRET), at=datetime.now(UTC))
    return api_event("POST", "/webhooks/scraper/job-complete", body=body, headers=headers)


def a_scrape() -> Deliver:
    """One match is new, one known at another price, one bad."""
    first = a_signed_job(a_job(a_match(KNOWN), job_id="00000000-0000-4000-8000-000000000001"))
    assert receive_webhooks.handler(first, LambdaContext())["statusCode"] == 202
    matches = (a_match(KNOWN, listing__price=380), a_match(FRESH), a_match("ftp://nowhere"))
    event = a_signed_job(a_job(*matches, job_id="00000000-0000-4000-8000-000000000002"))
    return lambda: receive_webhooks.handler(event, LambdaContext())


def a_transition() -> Deliver:
    first = a_signed_job(a_job(a_match(KNOWN), job_id="00000000-0000-4000-8000-000000000001"))
    assert receive_webhooks.handler(first, LambdaContext())["statusCode"] == 202
    target = f"/admin/listings/{listing_id(KNOWN)}/transition"
    event = as_operator("POST", target, body={"to_state": "MESSAGING", "reason": "the price is right"})
    return lambda: serve_admin.handler(event, LambdaContext())


@pytest.mark.parametrize("prepare", [a_scrape, a_transition])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_function_killed_at_any_call_and_asked_again_leaves_what_one_undisturbed_call_leaves(
    prepare: Callable[[], Deliver], moment: Literal["before", "after"]
) -> None:
    with aws_in_process():
        prepare()()
        undisturbed = ledger_items()

    for victim in count():
        with aws_in_process():
            deliver = prepare()
            survived = True
            with watched(kill=(victim, moment)), suppress(KilledError):
                survived = False
                deliver()
                survived = True
            deliver()
            assert ledger_items() == undisturbed
        if survived:
            break
    assert victim >= 2  # it read and it wrote, so it died at both


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_relay_killed_around_the_bus_sends_every_event_with_its_own_id_when_it_comes_again(
    moment: Literal["before", "after"],
) -> None:
    with aws_in_process():
        a_scrape()()
        recorded = event_items()
        batch = stream_batch(recorded)
        with watched(kill=(0, moment)) as first, pytest.raises(KilledError):
            relay_events.handler(batch, LambdaContext())
        with watched() as second:
            answer = relay_events.handler(batch, LambdaContext())

    assert answer == {"batchItemFailures": []}
    assert ids_put(second) == [item["id"]["S"] for item in recorded]
    assert set(ids_put(first)) <= set(ids_put(second))


def ids_put(calls: list[Any]) -> list[str]:
    entries = [entry for call in calls for entry in call.parameters["Entries"]]
    return [json.loads(entry["Detail"])["id"] for entry in entries]
