"""Summaries: sentences of the text, the same each time, never more than there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.proxies.sentences import sentences_in
from shared.control.proxies.summary import MOST_SENTENCES, summarise
from tests.support.ends import little_work

TEXT = (
    "Orders are delivered by the courier. The weather was fine on that day. Every delivery has a record of the courier."
    " A record says when the delivery was made. Somebody had tea. Deliveries without a record are looked for by hand. "
    "The cat slept. It rained later. The courier calls when a delivery fails."
)
PIECES = ["Alpha beta.", "gamma", "\n\n", "Delta!", "一二三。", "# x\n", "- y"]
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES)).map(" ".join))


def test_what_says_most_is_kept_in_its_order() -> None:
    summary = summarise(TEXT)
    assert summary.text == (
        "Orders are delivered by the courier. Every delivery has a record of the courier. "
        "Deliveries without a record are looked for by hand."
    )
    assert (summary.kept, summary.of) == (3, 9)
    assert {"delivery", "record", "courier"} <= set(summary.keywords)


def test_a_keyword_makes_its_sentence_count_more() -> None:
    assert "Somebody had tea." not in summarise(TEXT).text
    assert "Somebody had tea." in summarise(TEXT, ["TEA"]).text


def test_what_is_said_twice_is_kept_once() -> None:
    assert (
        summarise("A good sentence here. A good sentence  here. A GOOD sentence here.").text == "A good sentence here."
    )


def test_languages_without_blanks_are_summarised_alike() -> None:
    text = "快递员送货。天气很好。快递员有送货记录。猫在睡觉。送货记录很重要。下雨了。"
    summary = summarise(text)
    assert summary.kept == 2
    assert "送货记录" in summary.text
    assert summarise("一二三。四五。", ["一", "四"]).text == "一二三。"


@pytest.mark.parametrize("text", ["", " \n ", "```\nonly code\n```"])
def test_where_there_is_no_sentence_there_is_no_summary(text: str) -> None:
    assert summarise(text).text == ""
    assert summarise(text).kept == 0


@given(texts)
def test_a_summary_is_never_longer_than_its_text(text: str) -> None:
    assert len(summarise(text).text) <= len(text)


@given(texts)
def test_a_summary_has_only_sentences_of_its_text(text: str) -> None:
    rest = summarise(text).text
    for sentence in (" ".join(text[start:end].split()) for start, end in sentences_in(text)):
        rest = rest.removeprefix(sentence).removeprefix(" ") if rest.startswith(sentence) else rest
    assert rest == ""


@given(texts, st.lists(st.text(max_size=5), max_size=3))
def test_a_summary_is_the_same_each_time_and_of_bounded_size(text: str, keywords: list[str]) -> None:
    summary = summarise(text, keywords)
    assert summary == summarise(text, keywords)
    assert summary.kept <= min(MOST_SENTENCES, summary.of)


@pytest.mark.parametrize("unit", ["a ", "! ", ".", "a.b ", "Word one is here. ", "\n", "# ", "```\n", "你", "[", '"'])
def test_a_summary_takes_time_linear_in_the_length_of_its_text(unit: str) -> None:
    with little_work(10):
        summarise(unit * (131_072 // len(unit)))
