"""Whole words and phrases are found, and parts of words are not."""

import pytest

from shared.messages.words import Phrases, folded


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("invoice", "The INVOICE, please"),
        ("invoice", "invoice"),
        ("due date", "due\n  date"),
        ("Due Date", "the due\u00a0date."),
        ("café", "Un CAFE\u0301 noir"),
        ("straße", "in der STRASSE"),
        ("c++", "in c++?"),
        ("£50", "for £50."),
        ("#urgent", "this is #urgent!"),
        ("счёт", "Ваш СЧЁТ готов"),
        ("a.b", "see a.b"),
        ("हिन्दी", "यह हिन्दी है"),
    ],
)
def test_a_phrase_is_found_whatever_its_case(phrase: str, text: str) -> None:
    assert Phrases([phrase]).first_in(folded(text)) == phrase


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("invoice", "invoices"),
        ("invoice", "reinvoice"),
        ("invoice", "invoice_2"),
        ("due date", "due for a date"),
        ("due date", "duedate"),
        ("cafe", "un cafe\u0301"),
        ("a.b", "see acb"),
        ("हिन्द", "यह हिन्दी है"),
        ("word", ""),
    ],
)
def test_a_part_of_a_word_is_not_the_word(phrase: str, text: str) -> None:
    assert Phrases([phrase]).first_in(folded(text)) is None


def test_of_many_phrases_the_first_in_the_text_is_named_as_it_was_written() -> None:
    phrases = Phrases(["due", "Due Date", "invoice"])
    assert phrases.first_in(folded("its DUE  DATE and the invoice")) == "Due Date"
    assert phrases.first_in(folded("due, the invoice")) == "due"


def test_a_part_of_a_word_does_not_hide_the_word_behind_it() -> None:
    assert Phrases(["हिन्द"]).first_in(folded("हिन्दी हिन्द")) == "हिन्द"
