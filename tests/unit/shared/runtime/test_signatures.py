"""Standard Webhooks signatures: held against the reference implementation, and against everything malformed."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from shared.runtime.errors import UnauthorizedError
from shared.runtime.signatures import SignedMessage, claimed_message, is_fresh, is_signed, secret_bytes, signature
from tests.support.builders import NOON
from tests.support.http_events import signed_headers

SECRET = "whsec_c2NyYXBlciBzZWNyZXQgb2YgdGhlIHRlc3RzLCAzMyBi"
KEY, PREVIOUS, STRANGE = secret_bytes(SECRET), b"the secret before", b"a stranger's secret"
BODY = '{"job_id": "6f1d1f5e", "matches": []}'
MESSAGE = SignedMessage(id="msg_1", timestamp=int(NOON.timestamp()))
GOOD = signature(KEY, MESSAGE.id, MESSAGE.timestamp, BODY.encode())
IDS = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters="-_."), min_size=1, max_size=40)


def headers(**changes: str | Sequence[str]) -> dict[str, list[str]]:
    good = signed_headers(BODY, KEY, at=NOON, message_id=MESSAGE.id)
    told = {**good, **{f"webhook-{name}": value for name, value in changes.items()}}
    return {name: [value] if isinstance(value, str) else list(value) for name, value in told.items()}


def signed(header: str, *secrets: bytes, message: SignedMessage = MESSAGE, body: str = BODY) -> bool:
    return is_signed(message, header, body.encode(), secrets or [KEY])


@settings(derandomize=True, deadline=None, max_examples=50)
@given(IDS, st.text(st.characters(codec="utf-8")), st.binary(min_size=1, max_size=64))
def test_what_the_reference_implementation_signs_we_accept(message_id: str, body: str, secret: bytes) -> None:
    message = SignedMessage(id=message_id, timestamp=MESSAGE.timestamp)
    assert signed(Webhook(secret).sign(message_id, NOON, body), secret, message=message, body=body)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(IDS, st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3))
def test_what_we_sign_the_reference_implementation_accepts(message_id: str, data: dict[str, int | str]) -> None:
    body = json.dumps(data)
    told = signed_headers(body, KEY, at=datetime.now(UTC), message_id=message_id)
    assert Webhook(SECRET).verify(body, told) == data


def test_the_prefix_of_a_secret_may_be_left_out() -> None:
    assert secret_bytes(SECRET.removeprefix("whsec_")) == KEY


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ="])
def test_a_secret_that_could_be_guessed_is_no_secret(secret: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        secret_bytes(secret)


@pytest.mark.parametrize("secret", ["whsec_é", "whsec_abc", "abcd!", "not base64!"])
def test_a_secret_that_is_not_base64_is_no_secret(secret: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)base64|padding|ascii"):
        secret_bytes(secret)


def test_headers_say_which_message_it_is_and_when_it_was_sent() -> None:
    assert claimed_message(headers()) == MESSAGE


@pytest.mark.parametrize("message_id", ["x", "x" * 255, "msg_1-2.3~"])
def test_an_id_is_visible_text_of_any_common_length(message_id: str) -> None:
    assert claimed_message(headers(id=message_id)).id == message_id


@pytest.mark.parametrize(("seconds", "fresh"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_message_is_good_for_five_minutes_either_way(seconds: int, fresh: bool) -> None:
    assert is_fresh(MESSAGE, now=NOON + timedelta(seconds=seconds)) is fresh


@pytest.mark.parametrize(
    "changes",
    [
        {"id": []},
        {"id": ""},
        {"id": ["msg_1", "msg_1"]},
        {"id": "msg 1"},
        {"id": "msg_1\n"},
        {"id": "msg\x00"},
        {"id": "mßg"},
        {"id": "x" * 256},
        {"id": "x" * 1_000_000},
        {"timestamp": []},
        {"timestamp": ""},
        {"timestamp": [str(MESSAGE.timestamp)] * 2},
        {"timestamp": f" {MESSAGE.timestamp}"},
        {"timestamp": f"{MESSAGE.timestamp}\n"},
        {"timestamp": f"{MESSAGE.timestamp}.0"},
        {"timestamp": f"+{MESSAGE.timestamp}"},
        {"timestamp": f"-{MESSAGE.timestamp}"},
        {"timestamp": f"{MESSAGE.timestamp}000"},
        {"timestamp": "1_772_366_400"},
        {"timestamp": "nan"},
        {"timestamp": "1e400"},
        {"timestamp": "2026-03-01T12:00:00Z"},
        {"timestamp": "٤"},
        {"timestamp": "²"},
        {"timestamp": "9" * 5_000},
        {"signature": []},
        {"signature": [GOOD, GOOD]},
    ],
    ids=lambda changes: ascii(changes)[:40],
)
def test_headers_that_are_missing_repeated_or_malformed_let_nobody_in(changes: dict[str, str]) -> None:
    with pytest.raises(UnauthorizedError):
        claimed_message(headers(**changes))


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        ",",
        "v1",
        "v1,",
        GOOD[3:],
        f"V1{GOOD[2:]}",
        f"v2{GOOD[2:]}",
        f"v1a{GOOD[2:]}",
        f"v1,{GOOD}",
        f"v1,,{GOOD[3:]}",
        f"{GOOD},{GOOD}",
        f"{GOOD}=",
        GOOD[:-1],
        GOOD.lower(),
        GOOD.replace("v1,", "v1, "),
        f"{GOOD}\n",
        f"{GOOD}\u00e9",
        "v1,é漢",
        "v1," + "A" * 1_000_000,
    ],
    ids=lambda header: ascii(header)[:25],
)
def test_a_malformed_signature_is_none(header: str) -> None:
    assert not signed(header)


@pytest.mark.parametrize(
    "header",
    [
        GOOD,
        f"v2,{GOOD[3:]} {GOOD}",
        f"v1a,abc {GOOD}",
        f"{GOOD} v1,nonsense",
        f"nonsense é {GOOD}",
        f" {GOOD}",
        " ".join(["v1,nonsense"] * 15 + [GOOD]),
    ],
    ids=["alone", "after v2", "after v1a", "before another", "after noise", "after a space", "as the sixteenth"],
)
def test_one_good_signature_among_others_is_enough(header: str) -> None:
    assert signed(header)


def test_a_thousand_signatures_are_not_all_tried() -> None:
    assert not signed(" ".join(["v1,nonsense"] * 999 + [GOOD]))


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (MESSAGE, f"{BODY}\n"),
        (MESSAGE, json.dumps(json.loads(BODY), indent=1)),
        (MESSAGE, BODY.replace("6f", "6F")),
        (MESSAGE, ""),
        (SignedMessage(id="msg_2", timestamp=MESSAGE.timestamp), BODY),
        (SignedMessage(id=MESSAGE.id, timestamp=MESSAGE.timestamp + 1), BODY),
    ],
)
def test_a_signature_is_good_for_one_message_at_one_time_with_one_body(message: SignedMessage, body: str) -> None:
    assert not signed(GOOD, message=message, body=body)


def test_a_previous_secret_is_good_while_it_is_kept_and_not_after() -> None:
    before = signature(PREVIOUS, MESSAGE.id, MESSAGE.timestamp, BODY.encode())
    assert signed(before, KEY, PREVIOUS)
    assert not signed(before, KEY)
    assert not signed(GOOD, STRANGE)


def test_without_a_secret_nothing_is_signed() -> None:
    assert not is_signed(MESSAGE, GOOD, BODY.encode(), [])
