"""Who is let in, and that nobody else is: on the deployed template, through its authorizer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from scripts.stack import Stack, environment
from shared.ledger.store import DynamoLedger
from shared.runtime.auth import Role, new_key
from shared.runtime.keys import LedgerKeys
from shared.runtime.signatures import secret_bytes, signature
from tests.support.api import WEBHOOK, Api
from tests.support.builders import a_cause, a_job, a_match
from tests.support.command import switchyard
from tests.support.http_events import signed_headers

MakeKey = Callable[..., str]


def command(stack: Stack, *arguments: str) -> str:
    return switchyard(environment(stack), "--stack", stack.stack_name, "keys", *arguments)


def an_expired_key(stack: Stack) -> str:
    client = boto3.client("dynamodb", endpoint_url=stack.aws_endpoint_url)
    now = datetime.now(UTC)
    token, key = new_key("late", Role.OPERATOR, expires_at=now - timedelta(seconds=1), at=now - timedelta(days=1))
    LedgerKeys(DynamoLedger(client, stack.outputs["LedgerTableName"])).save(key, a_cause("command:keys"))
    return token


@pytest.mark.parametrize(
    ("role", "may_read", "may_move"), [("viewer", 200, 403), ("operator", 200, 200), ("admin", 200, 200)]
)
def test_a_role_reads_or_moves_as_far_as_it_goes(
    api: Api, listing_id: str, role: str, may_read: int, may_move: int
) -> None:
    path = f"/admin/listings/{listing_id}"
    assert api.call("GET", path, role=role).status_code == may_read
    assert api.call("POST", f"{path}/transition", role=role, json={"to_state": "MESSAGING"}).status_code == may_move


def test_a_key_is_shown_in_either_header_and_in_one_of_them_only(api: Api) -> None:
    key = api.stack.keys["viewer"]
    good: list[dict[str, str]] = [{"x-api-key": key}, {"Authorization": f"bearer {key}"}]
    bad: list[Any] = [
        {},
        {"Authorization": f"Bearer {key}", "x-api-key": key},
        {"Authorization": key},
        {"Authorization": f"Basic {key}"},
        {"Authorization": f"Bearer  {key}"},
        [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")],
    ]
    assert [api.http.get("/admin/listings", headers=headers).status_code for headers in good] == [200, 200]
    assert [api.http.get("/admin/listings", headers=headers).status_code for headers in bad] == [401] * len(bad)
    assert api.http.get("/admin/listings", params={"x-api-key": key}).status_code == 401


def test_a_key_that_is_wrong_in_whatever_way_is_refused_with_the_same_words(api: Api, make_key: MakeKey) -> None:
    good = api.stack.keys["operator"]
    revoked = make_key("--role", "operator")
    command(api.stack, "revoke", revoked.split("_")[1])
    wrong = {
        "another secret": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "nobody's": f"swy_{'0' * 16}_{'A' * 43}",
        "no key": "hello",
        "long": "x" * 6_000,
        "revoked": revoked,
        "expired": an_expired_key(api.stack),
    }
    answers = {why: api.http.get("/admin/listings", headers={"x-api-key": key}) for why, key in wrong.items()}
    assert {why: answer.status_code for why, answer in answers.items()} == dict.fromkeys(wrong, 401)
    said = {(a.headers["content-type"], a.json()["title"], a.json()["detail"]) for a in answers.values()}
    assert len(said) == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--role", "service", "--source", "scraper"), 202),
        (("--role", "admin"), 202),
        (("--role", "service", "--source", "chatterbot"), 403),
        (("--role", "operator"), 403),
        (("--role", "viewer"), 403),
        (("--role", "agent", "--agent", "default/Writer"), 403),
    ],
)
def test_only_a_key_that_may_speak_for_the_scraper_reports_a_job(
    api: Api, make_key: MakeKey, arguments: tuple[str, ...], status: int
) -> None:
    body = json.dumps(a_job(a_match(f"https://market.example/{uuid4().hex}")))
    assert api.post_webhook(body, {"x-api-key": make_key(*arguments)}).status_code == status


@pytest.mark.parametrize(
    "arguments",
    [("--role", "service", "--source", "scraper"), ("--role", "agent", "--agent", "default/Writer")],
    ids=["service", "agent"],
)
def test_services_and_agents_have_no_business_in_the_admin_api(
    api: Api, make_key: MakeKey, arguments: tuple[str, ...]
) -> None:
    key = make_key(*arguments)
    assert api.http.get("/admin/listings", headers={"x-api-key": key}).status_code == 403


def test_a_signature_must_be_there_good_fresh_and_over_this_body(api: Api) -> None:
    body, now = json.dumps(a_job(a_match(f"https://market.example/{uuid4().hex}"))), datetime.now(UTC)
    secret = secret_bytes(api.stack.webhook_secrets["scraper"])
    good = signed_headers(body, secret, at=now)
    bad: dict[str, dict[str, str]] = {
        "missing": {},
        "no id": good | {"webhook-id": ""},
        "no timestamp": {name: value for name, value in good.items() if name != "webhook-timestamp"},
        "other id": good | {"webhook-id": "msg_other"},
        "other time": good | {"webhook-timestamp": str(int(now.timestamp()) + 1)},
        "no number": good | {"webhook-timestamp": "nan"},
        "not base64": good | {"webhook-signature": "v1,???"},
        "no comma": good | {"webhook-signature": good["webhook-signature"][3:]},
        "other version": good | {"webhook-signature": "v2," + good["webhook-signature"][3:]},
        "other secret": signed_headers(body, b"x" * 33, at=now),
        "other body": signed_headers(body + " ", secret, at=now),
        "too old": signed_headers(body, secret, at=now - timedelta(seconds=310)),
        "too new": signed_headers(body, secret, at=now + timedelta(seconds=310)),
    }
    answers = {why: api.post_webhook(body, headers) for why, headers in bad.items()}
    assert {why: answer.status_code for why, answer in answers.items()} == dict.fromkeys(bad, 401)
    assert len({answer.json()["detail"] for answer in answers.values()}) == 1
    assert api.post_webhook(body, good).json()["created_listings"] == 1


def test_a_signature_is_good_once_and_the_sender_who_tries_again_signs_anew(api: Api) -> None:
    body, message_id = json.dumps(a_job(a_match(f"https://market.example/{uuid4().hex}"))), f"msg_{uuid4().hex}"
    secret, now = secret_bytes(api.stack.webhook_secrets["scraper"]), int(datetime.now(UTC).timestamp())

    def signed(text: str, timestamp: int) -> dict[str, str]:
        made = signature(secret, message_id, timestamp, text.encode())
        return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": made}

    assert api.post_webhook(body, signed(body, now - 2)).status_code == 202
    assert api.post_webhook(body, signed(body, now - 2)).status_code == 401
    again = api.post_webhook(body, signed(body, now - 1))
    assert (again.status_code, again.json()["created_listings"], again.json()["skipped"]) == (202, 0, 1)
    other = body.replace("Leeds", "York")
    assert api.post_webhook(other, signed(other, now)).status_code == 409


def test_there_is_one_source_of_webhooks_and_no_way_around_it(api: Api) -> None:
    for path in ("/webhooks/other/job-complete", "/webhooks/", "/webhooks/scraper", f"{WEBHOOK}/more"):
        assert api.http.post(path, json={}, headers={"x-api-key": api.stack.keys["admin"]}).status_code in (403, 404)
