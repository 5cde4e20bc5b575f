"""Text is made to fit without tearing letters, however it is counted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.text import ELLIPSIS, clean, cut, cut_octets, letters, octets, one_line, split, units

FAMILY = "👨‍👩‍👧"
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("📷é\u0301\u200d\ufe0f\U0001f3fd"), max_size=90
)


@pytest.mark.parametrize(("text", "size"), [("", 0), ("a", 1), ("é", 1), ("📷", 2), ("a📷b", 4), ("\uffff", 1)])
def test_a_unit_is_that_of_utf_16(text: str, size: int) -> None:
    assert units(text) == size == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\tb", "a\tb"),
        ("a\x00b\x1b[31m\x7f\x85", "ab[31m"),
        ("a\ud83db", "ab"),
        ("\u202e\u200fab\u200d", "\u202e\u200fab\u200d"),
    ],
)
def test_what_cannot_be_sent_is_taken_out(text: str, kept: str) -> None:
    assert clean(text) == kept


@pytest.mark.parametrize("letter", ["a", "e\u0301", "👍🏽", FAMILY, "❤\ufe0f", "क\u093f"])
def test_a_letter_is_what_people_see_as_one(letter: str) -> None:
    assert list(letters(letter * 3)) == [letter] * 3


def test_a_letter_does_not_go_on_for_ever() -> None:
    assert max(map(len, letters("Z" + "\u0351" * 1_000))) == 16


@settings(derandomize=True, deadline=None, max_examples=100)
@given(TEXTS, st.integers(16 * 2, 50))
def test_runs_fit_and_are_the_text(text: str, most: int) -> None:
    runs = split(text, most)
    assert "".join(runs) == text
    assert all(0 < units(run) <= most for run in runs)
    assert "".join(letters(text)) == text


@settings(derandomize=True, deadline=None, max_examples=100)
@given(TEXTS, st.integers(1, 60))
def test_what_is_cut_fits_and_says_so(text: str, most: int) -> None:
    short = cut(letters(text), most)
    if units(text) <= most:
        assert short == text
    else:
        assert units(short) <= most
        assert short.endswith(ELLIPSIS)
        assert text.startswith(short.removesuffix(ELLIPSIS))


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "abcd…"),
        ("abc def", 5, "abc…"),
        ("ab📷📷", 5, "ab📷…"),
        ("ab📷📷", 4, "ab…"),
        (f"a{FAMILY}{FAMILY}", 12, f"a{FAMILY}…"),
        (f"a{FAMILY}{FAMILY}", 8, "a…"),
        ("ab", 1, "…"),
    ],
)
def test_no_letter_is_cut_in_two(text: str, most: int, short: str) -> None:
    assert cut(letters(text), most) == short


def test_a_line_is_one() -> None:
    assert one_line(" a\n\tb\x00  c ", 10) == "a b c"
    assert one_line("a\n" * 10, 4) == "a a…"


@settings(derandomize=True, deadline=None, max_examples=100)
@given(TEXTS, st.integers(3, 60))
def test_bytes_are_counted_where_bytes_count(text: str, most: int) -> None:
    short = cut_octets(text, most)
    assert octets(short) <= most
    assert short == text or short.endswith(ELLIPSIS)
