"""Hints that a text is not for everybody: what is found, and that nothing of it is repeated."""

import pytest

from shared.control.proxies.patterns import PATTERNS, hints_in
from tests.support.ends import little_work


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to anna.b+c@mail.example.com now", {"email address": 1}),
        ("-----BEGIN RSA PRIVATE KEY-----", {"private key": 1}),
        ("id AKIAIOSFODNN7EXAMPLE here", {"AWS access key id": 1}),
        ("ghp_0123456789abcdefghij and sk-0123456789abcdefghij", {"token": 2}),
        ("password: hunter2", {"password": 1}),
        ('{"api_key": "x"}', {"password": 1}),
        ("SSN 078-05-1120", {"social security number": 1}),
        ("card 4111 1111 1111 1111.", {"payment card number": 1}),
        ("card 4111-1111-1111-1111", {"payment card number": 1}),
        ("no card 4111 1111 1111 1112", {}),
        ("order 12345678901234567890", {}),
        ("a password is needed", {}),
        ("078-05-11201", {}),
        ("", {}),
    ],
)
def test_what_looks_as_if_it_were_secret_is_counted(text: str, found: dict[str, int]) -> None:
    assert hints_in(text) == found


def test_keywords_are_found_in_capitals_or_not() -> None:
    assert hints_in("ACME and Acme", ["acme", "other", " "]) == {"keyword: acme": 2}


@pytest.mark.parametrize(
    "unit", ["1 ", "1-", "a@", "a.", "-----BEGIN ", "A", "sk-", "password", "password  ", "a@a.a", "4111 "]
)
def test_looking_takes_time_linear_in_the_length_of_the_text(unit: str) -> None:
    with little_work(3):
        hints_in(unit * (100_000 // len(unit)))


def test_every_pattern_has_a_name_that_people_understand() -> None:
    assert all(name.replace(" ", "").isalpha() for name in PATTERNS)
