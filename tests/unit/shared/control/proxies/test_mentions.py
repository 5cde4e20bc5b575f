"""Names in events and documents: whole words, wherever they stand."""

import pytest

from shared.control.proxies.mentions import Names, texts_in
from tests.support.proxied import a_document, happened


@pytest.mark.parametrize(
    "text", ["PROJ-12", "see proj-12.", "fix/PROJ-12-login", "(PROJ-12)", "a\nPROJ-12\nb", "é PROJ-12"]
)
def test_a_name_is_found_as_a_whole_word(text: str) -> None:
    assert Names(["PROJ-12"]).is_in(text)


@pytest.mark.parametrize("text", ["PROJ-123", "XPROJ-12", "PROJ-1", "PROJ 12", "", "PROJ-12é"])
def test_a_part_of_another_word_is_no_name(text: str) -> None:
    assert not Names(["PROJ-12"]).is_in(text)


def test_marks_in_a_name_are_only_marks() -> None:
    assert Names(["a.b*"]).is_in("x a.b* y")
    assert not Names(["a.b*"]).is_in("aXbb")


def test_an_event_is_named_by_what_it_is_about_by_its_thread_and_by_what_it_says() -> None:
    names = Names(["T-1"])
    assert names.is_of(happened("message.created", subject="T-1"))
    assert names.is_of(happened("message.created", correlation_id="T-1"))
    assert names.is_of(happened("message.created", metadata={"links": [{"to": "about T-1"}]}))
    assert not names.is_of(happened("message.created", metadata={"T-1": 1}, content="T-10"))


def test_a_document_is_named_by_what_is_known_of_it() -> None:
    names = Names(["T-1"])
    assert names.is_about(a_document(title="Notes on T-1"))
    assert names.is_about(a_document(place="T-1"))
    assert names.is_about(a_document(metadata={"labels": ["t-1"]}))
    assert not names.is_about(a_document(content="T-1"))


def test_all_texts_are_found_however_deep_they_stand() -> None:
    assert list(texts_in({"a": ["b", {"c": "d"}, 1, None], "e": ("f",)})) == ["b", "d", "f"]
