"""Words and sentences, in any language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.proxies.sentences import LONGEST, sentences_in
from shared.control.proxies.words import words_in


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences_in(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It costs 3.50 at example.com. Really?!", ["It costs 3.50 at example.com.", "Really?!"]),
        ("Some tools, e.g. this one, help. So do others.", ["Some tools, e.g. this one, help.", "So do others."]),
        ('He said "no." She left.', ['He said "no."', "She left."]),
        ("一二三。四五！六", ["一二三。", "四五！", "六"]),  # noqa: RUF001
        ("क ख। ग घ।", ["क ख।", "ग घ।"]),
        ("هل هذا؟ نعم.", ["هل هذا؟", "نعم."]),
        ("A line\nthat goes on.\n\nA paragraph", ["A line\nthat goes on.", "A paragraph"]),
        ("# Title\nText.\n## Other", ["Title", "Text.", "Other"]),
        ("- one\n- two\n  goes on\n1. three", ["one", "two\n  goes on", "three"]),
        ("Before\n```\ncode. here.\n```\nAfter", ["Before", "After"]),
        ("Before\n| a | b |\n| - | - |\nAfter", ["Before", "After"]),
        ("Never ends\n~~~\ncode", ["Never ends"]),
        ("", []),
        (" \n\t\n ", []),
        ("...", ["..."]),
    ],
)
def test_sentences_are_found(text: str, found: list[str]) -> None:
    assert sentences(text) == found


def test_what_has_no_end_is_cut_at_a_blank() -> None:
    pieces = sentences("word " * 300)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert " ".join(pieces) == ("word " * 300).strip()
    assert [len(piece) for piece in sentences("x" * (LONGEST + 1))] == [LONGEST, 1]


@given(st.text(alphabet=st.sampled_from("aB1 .!?\n\t#-|`~。。é\u200b你\x1c\u2028"), max_size=200))
def test_sentences_stand_in_the_text_in_order_and_not_in_each_other(text: str) -> None:
    last = 0
    for start, end in sentences_in(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        last = end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The well-known e-mail, (again)!", ["the", "well-known", "e-mail", "again"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("我们学习。", ["我们", "们学", "学习"]),
        ("Python语言3", ["python", "语言", "3"]),
        ("中", ["中"]),
        ("-- … !", []),
    ],
)
def test_words_are_found_in_any_script(text: str, words: list[str]) -> None:
    assert list(words_in(text)) == words
