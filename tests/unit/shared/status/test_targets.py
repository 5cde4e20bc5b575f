"""The addresses to ask are read from one line, and what is wrong in it is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.status.targets import MOST_TARGETS, Target, read_targets


@pytest.mark.parametrize("text", ["", " ", ",", " , ,, "])
def test_nothing_names_no_address(text: str) -> None:
    assert read_targets(text) == ()


def test_each_has_its_name_and_its_address() -> None:
    found = read_targets(" shop=https://shop.example/?a=b&c=d , my api = http://api.example:8080/health,")
    assert found == (
        Target(name="shop", url="https://shop.example/?a=b&c=d"),
        Target(name="my api", url="http://api.example:8080/health"),
    )


@pytest.mark.parametrize(
    "text", ["shop", "=https://shop.example", "shop=", "shop=ftp://shop.example", "https://a.example"]
)
def test_what_is_no_address_is_named_and_not_asked(text: str) -> None:
    (found,) = read_targets(text)
    assert (found.url, found.problem) == ("", "it is no name=url")
    assert found.name


def test_of_two_with_one_name_both_are_told_apart() -> None:
    names = [target.name for target in read_targets("a=https://1.example,a=https://2.example,a=https://3.example")]
    assert names == ["a", "a (2)", "a (3)"]


def test_there_is_an_end_to_how_many_are_asked() -> None:
    found = read_targets(",".join(f"a{number}=https://{number}.example" for number in range(MOST_TARGETS + 5)))
    assert [bool(target.problem) for target in found] == [False] * MOST_TARGETS + [True] * 5


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for target in read_targets(text):
        assert target.name
        assert target.problem or target.url.startswith(("http://", "https://"))
