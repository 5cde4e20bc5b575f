"""What may hold a secret is shown without it, and with as much of the rest as helps."""

import json
from typing import Any

import pytest

from shared.runtime.redaction import BLOT, is_secret, redacted, redacted_text
from tests.support.ends import little_work

# Each with what stays of it.
TEXTS = [
    ("swy_0123456789abcdef_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", BLOT),
    ("Authorization: Bearer swy_0123456789abcdef_AbCdEfGh", f"Authorization: {BLOT}"),
    ("sent Bearer abcdef012345 to", f"sent {BLOT} to"),
    ("Basic dXNlcjpwYXNzd29yZA==", BLOT),
    ("Bot MTIzNDU2Nzg5MDEyMzQ1Njc4.GhIjKl.abcdefghijklmnopqrstuvwxyz0123456789AB", BLOT),
    ("whsec_c2NyYXBlciBzZWNyZXQgb2YgdGhlIHRlc3RzLCAzMyBi is it", f"{BLOT} is it"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4", BLOT),
    ("ghp_0123456789abcdefghijABCDEFGHIJ012345", BLOT),
    ("github_pat_11ABCDEFG0123456789_abcdefghijkl", BLOT),
    ("ntn_0123456789abcdefghijABCDEFGHIJ", BLOT),
    ("shpat_0123456789abcdef0123456789abcdef", BLOT),
    ("AKIAIOSFODNN7EXAMPLE", BLOT),
    ("ya29.a0AfH6SMBx-0123456789", BLOT),
    ("https://api.telegram.org/bot1234567:AAF-abcdefghijklmnopqrstuvwx/getMe", f"https://api.telegram.org/bot{BLOT}/getMe"),
    ("/webhooks/123456789012345678/aW50ZXJhY3Rpb246MTIz", f"/webhooks/123456789012345678/{BLOT}"),
    ("/interactions/1234567890/aW50ZXJhY3Rpb246MTIz/callback", f"/interactions/1234567890/{BLOT}/callback"),
    ("rediss://user:hunter2@cache.example:6379/0", f"rediss://{BLOT}@cache.example:6379/0"),
    ("https://x.example/a?p=2&X-Amz-Signature=0123abc&d=1", f"https://x.example/a?p=2&X-Amz-Signature={BLOT}&d=1"),
    ("token=abc123; api_key: 'k-1234', password = hunter2", f"token={BLOT}; api_key: '{BLOT}', password = {BLOT}"),
    ('{"client_secret": "s3cr3t", broken', f'{{"client_secret": "{BLOT}", broken'),
    ('bad body {\\"token\\": \\"abc123\\"}, sorry', f'bad body {{\\"token\\": \\"{BLOT}\\"}}, sorry'),
    ('{\\\\\\"password\\\\\\":\\\\\\"hunter2\\\\\\"', f'{{\\\\\\"password\\\\\\":\\\\\\"{BLOT}\\\\\\"'),
    ('password="my, pass phrase" was wrong', f'password="{BLOT}" was wrong'),
    (r"password=a\b123, password: 'a\b c'", f"password={BLOT}, password: '{BLOT}'"),
    ("pwd=hunter2", f"pwd={BLOT}"),
    ("postgres://user:p@ss@db.example/x", f"postgres://{BLOT}@db.example/x"),
    ("https://hooks.slack.com/services/T012/B012/aW50ZXJhY3", f"https://hooks.slack.com/services/{BLOT}"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- there", f"{BLOT} there"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE", BLOT),
]  # fmt: skip

SECRETS = """
    token bot_token accessToken Authorization x-api-key apiKey client_secret private_key password Set-Cookie
    webhook-signature credentials passphrase SecretString signing_key
"""

HARMLESS = [
    "notion: 400 body failed validation: body.parent.page_id should be defined",
    "the token was refused",
    "invalid token provided",
    "Basic configuration is missing",
    "the ledger cannot answer now",
    "KeyError: 'title'",
    "listing:0191f8a2-7c1b-7d3e-9c4f-1a2b3c4d5e6f:3",
    "arn:aws:sqs:us-east-1:123456789012:queue",
    "2026-03-01T12:00:00.000000Z",
    "https://market.example/item/1?page=2&sort=price",
    "Größe 📷 — café",
    "",
]


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_what_looks_like_a_secret_is_blotted_out_and_what_leads_to_it_stays(text: str, shown: str) -> None:
    assert redacted_text(text) == shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_helps_stays(text: str) -> None:
    assert redacted_text(text) == text


@pytest.mark.parametrize("text", [text for text, _ in TEXTS])
def test_what_was_blotted_out_once_stays_as_it_is(text: str) -> None:
    once = redacted_text(text)
    assert redacted_text(once) == once


def test_what_is_no_text_is_left_out() -> None:
    assert redacted_text("a\ud800b\x00c\x1b[31m") == "abc[31m"


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "bot_token",
        "accessToken",
        "Authorization",
        "x-api-key",
        "apiKey",
        "client_secret",
        "private_key",
        "password",
        "Set-Cookie",
        "webhook-signature",
        "credentials",
        "passphrase",
        "SecretString",
        "signing_key",
    ],
)
def test_what_is_called_a_secret_is_one(name: str) -> None:
    assert is_secret(name)
    assert redacted({name: "anything", "deep": [{name: {"a": 1}}]}) == {name: BLOT, "deep": [{name: BLOT}]}


@pytest.mark.parametrize("name", ["id", "title", "run_key_name", "next_token", "pageToken", "author", "monkey", "to"])
def test_what_is_called_otherwise_is_none(name: str) -> None:
    assert not is_secret(name)
    assert redacted({name: "anything"}) == {name: "anything"}


@pytest.mark.parametrize("nothing", [None, "", True, False])
def test_that_there_is_no_secret_may_be_known(nothing: Any) -> None:
    assert redacted({"token": nothing}) == {"token": nothing}


def test_values_that_are_no_text_stay() -> None:
    values: dict[str, Any] = {
        "number": 1,
        "fraction": 1.5,
        "none": None,
        "yes": True,
        "list": [1, "a", []],
        "empty": {},
    }
    assert redacted(values) == values


def test_json_within_a_text_is_looked_into() -> None:
    inner = json.dumps({"token": "abc", "title": "é"})
    shown = redacted({"Records": [{"body": inner}]})
    assert json.loads(shown["Records"][0]["body"]) == {"token": BLOT, "title": "é"}


@pytest.mark.parametrize(
    "text", ["{not json: token=abc123}", "[" * 100_000, "{" * 100_000, '{"a": ' + "1" * 5_000 + "}"]
)
def test_what_only_begins_like_json_is_a_text(text: str) -> None:
    assert "abc123" not in str(redacted(text))


def test_what_lies_too_deep_is_blotted_out() -> None:
    deep: Any = "swy_0123456789abcdef_AbCdEfGh"
    for _ in range(200):
        deep = {"a": [deep]}
    assert "swy_" not in json.dumps(redacted(deep))


NASTY = ["token", "Bearer ", "a://", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "eyJaaaaa.", "1234567:", "a", "a-"]
NASTY += ["secret=", " ", "a.b", "/webhooks/", ".aaaaaa.", "token  ", "0", "=", "•", "Token Bearer token: "]


@pytest.mark.parametrize("part", NASTY)
def test_no_text_takes_long(part: str) -> None:
    nasty = "A" * 25 + part * (60_000 // len(part))
    with little_work(2):
        redacted_text(nasty)
