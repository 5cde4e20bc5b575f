"""Documents that say the same: which are found, how sure that is, and that it does not take for ever."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.proxies.similarity import LEAST, Candidate, Sketch, candidates_in, resemblance, sketch_of
from tests.support.ends import little_work
from tests.support.proxied import a_document

WORDS = [f"word{number}" for number in range(400)]


def prose(seed: int, words: int = 200) -> str:
    chooser = random.Random(seed)
    return " ".join(chooser.choices(WORDS, k=words))


def sketch(id: str, content: str, **known: Any) -> Sketch:
    return sketch_of(a_document(id, content, **{"title": f"Title of {id}"} | known), content)


def found(*sketches: Sketch, least: float = 0.0) -> list[Candidate]:
    return candidates_in(sketches, least=least)


def ids(candidate: Candidate) -> list[str]:
    return [one["id"] for one in candidate.documents]


def test_documents_with_one_content_are_certain_to_be_one() -> None:
    (candidate,) = found(sketch("a", prose(1)), sketch("b", prose(2)), sketch("c", prose(1), source="confluence"))
    assert (candidate.id, ids(candidate), candidate.confidence) == ("a", ["a", "c"], 1.0)
    assert candidate.flags == ("same_content",)
    assert candidate.documents[1] == {
        "id": "c",
        "source": "confluence",
        "place": None,
        "title": "Title of c",
        "url": None,
    }


def test_documents_that_were_changed_a_little_are_nearly_certain() -> None:
    text = prose(1, words=400)
    (candidate,) = found(sketch("a", text), sketch("b", text + " and one more line"))
    assert 0.9 <= candidate.confidence < 1
    assert candidate.flags == ("similar_content",)


def test_documents_that_share_a_half_are_not_certain_enough() -> None:
    half = prose(1)
    assert found(sketch("a", f"{half} {prose(2)}"), sketch("b", f"{half} {prose(3)}")) == []


def test_a_title_that_two_share_makes_them_candidates() -> None:
    (candidate,) = found(sketch("a", prose(1), title="How we ship"), sketch("b", prose(2), title="How we SHIP!"))
    assert (candidate.confidence, candidate.flags) == (LEAST, ("same_title",))


def test_a_title_of_one_word_makes_nothing_of_them() -> None:
    assert found(sketch("a", prose(1), title="README"), sketch("b", prose(2), title="README")) == []


def test_only_what_is_certain_enough_is_found() -> None:
    two = sketch("a", prose(1), title="How we ship"), sketch("b", prose(2), title="How we ship")
    assert found(*two, least=0.5)
    assert not found(*two, least=0.51)


def test_what_is_linked_over_another_is_one_group_as_certain_as_its_least_certain() -> None:
    text = prose(1)
    (candidate,) = found(
        sketch("a", text, title="How we ship", metadata={"owner": "zoe"}),
        sketch("b", text, title="Ship", metadata={"owner": "anna"}),
        sketch("c", prose(9), title="How we ship", metadata={"owner": 7}),
    )
    assert (ids(candidate), candidate.confidence) == (["a", "b", "c"], 0.5)
    assert candidate.flags == ("same_content", "same_title")
    assert candidate.owners == ("anna", "zoe")


def test_the_most_certain_come_first() -> None:
    many = [
        sketch("a", prose(1), title="One title"),
        sketch("b", prose(2), title="One title"),
        sketch("c", prose(3)),
        sketch("d", prose(3)),
    ]
    assert [candidate.id for candidate in found(*many)] == ["c", "a"]


def test_what_all_have_in_common_is_a_form_and_makes_nobody_alike() -> None:
    form = prose(0, words=30)
    assert found(*(sketch(f"d{number}", f"{form} {prose(number, words=40)}") for number in range(1, 60))) == []


def test_empty_documents_have_one_content() -> None:
    assert [ids(one) for one in found(sketch("a", ""), sketch("b", ""))] == [["a", "b"]]
    assert resemblance(sketch("a", ""), sketch("b", "")) == 0
    assert resemblance(sketch("a", "two words"), sketch("b", "Two words.")) == 1


@given(st.integers(0, 99), st.integers(0, 99))
def test_resemblance_goes_both_ways_and_is_a_share(one: int, other: int) -> None:
    first, second = sketch("a", prose(one)), sketch("b", prose(other))
    assert resemblance(first, second) == resemblance(second, first)
    assert 0 <= resemblance(first, second) <= 1
    assert resemblance(first, first) == 1


@pytest.mark.parametrize("content", [None, "the same"])
def test_a_thousand_documents_are_not_compared_each_with_each(content: str | None) -> None:
    words = prose(1, words=40)
    sketches = [sketch(f"d{number}", content or f"{words} {number} {number + 1}") for number in range(1_000)]
    with little_work(1.5):
        candidates_in(sketches, least=0.5)
