"""Cursors: carried by callers, made by nobody but us."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.cursor import seal, unseal
from shared.runtime.errors import InvalidInputError

SECRET, SCOPE = b"the key under the cursors", "listings|FOUND|sony"
POSITION = "2026-03-01T12:00:00.000000Z#3cec9139-ec85-5dc9-9af2-195fa7e8e7cf"
CURSOR = seal(POSITION, scope=SCOPE, secret=SECRET)
TEXT = st.text(st.characters(codec="utf-8"), max_size=100)


def refused(cursor: str, *, scope: str = SCOPE, secret: bytes = SECRET) -> bool:
    try:
        unseal(cursor, scope=scope, secret=secret)
    except InvalidInputError:
        return True
    return False


@settings(derandomize=True, deadline=None, max_examples=100)
@given(TEXT, TEXT, st.binary(max_size=50))
def test_a_cursor_leads_back_to_its_place(position: str, scope: str, secret: bytes) -> None:
    assert unseal(seal(position, scope=scope, secret=secret), scope=scope, secret=secret) == position


def test_a_cursor_fits_into_an_address_as_it_is() -> None:
    assert CURSOR.replace("-", "").replace("_", "").isalnum()


def test_a_cursor_that_was_tampered_with_anywhere_is_refused() -> None:
    sealed = base64.urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4))
    for place in range(len(sealed)):
        for bit in (0x01, 0x80):
            other = bytes([*sealed[:place], sealed[place] ^ bit, *sealed[place + 1 :]])
            assert refused(base64.urlsafe_b64encode(other).decode().rstrip("="))


def test_a_cursor_that_was_cut_or_lengthened_is_refused() -> None:
    assert all(refused(CURSOR[:length]) for length in range(len(CURSOR)))
    assert all(refused(CURSOR + more) for more in ("A", "AA", "AAAA", "é", " ", "!!!!", "    "))


@pytest.mark.parametrize(
    "scope", ["listings|FOUND|canon", "listings||sony", "listings|FOUND|", "events|FOUND|sony", ""]
)
def test_a_cursor_of_another_list_is_refused(scope: str) -> None:
    assert refused(CURSOR, scope=scope)


def test_a_cursor_made_with_another_secret_is_refused() -> None:
    assert refused(CURSOR, secret=b"another secret")


@pytest.mark.parametrize(
    "junk",
    ["", "=", "====", "null", "0", "../..", "é", "\ud800", "\x00", " ", "A" * 22, "A" * 1_000_000, POSITION],
    ids=lambda junk: ascii(junk)[:20],
)
def test_junk_is_no_cursor(junk: str) -> None:
    assert refused(junk)


def test_a_place_without_a_seal_is_no_cursor() -> None:
    assert refused(base64.urlsafe_b64encode(b"\0" * 16 + POSITION.encode()).decode())
