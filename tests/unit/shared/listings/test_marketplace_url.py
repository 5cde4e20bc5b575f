"""When two addresses mean one item, when they mean two, and when they are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.listings.marketplace_url import normalised
from shared.runtime.errors import InvalidInputError

ITEM = "https://market.example/Item/1"
WITH_QUERY = "https://market.example/item?id=1&colour=black"

VISIBLE = st.characters(codec="ascii", categories=["L", "N"]) | st.sampled_from("-._~!$'()*,;:@%é漢")
SEGMENT = st.text(VISIBLE, max_size=8)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
SCHEMES = st.sampled_from(["http", "https", "HTTP", "Https"])
HOSTS = st.lists(NAME, min_size=1, max_size=3).map(".".join) | st.sampled_from(
    ["[::1]", "127.0.0.1", "bücher.example."]
)
PORTS = st.sampled_from(["", ":", ":80", ":443", ":8443"])
QUERIES = st.lists(st.tuples(SEGMENT | st.just("utm_source"), SEGMENT).map("=".join), max_size=3).map("&".join)


@st.composite
def urls(draw: st.DrawFn) -> str:
    path = "/".join(draw(st.lists(SEGMENT, max_size=4)))
    return f"{draw(SCHEMES)}://{draw(HOSTS)}{draw(PORTS)}/{path}?{draw(QUERIES)}#{draw(SEGMENT)}"


@pytest.mark.parametrize(
    ("url", "same_as"),
    [
        ("HTTPS://market.example/Item/1", ITEM),
        ("https://Market.EXAMPLE/Item/1", ITEM),
        ("https://market.example./Item/1", ITEM),
        ("https://market.example:443/Item/1", ITEM),
        ("https://market.example:/Item/1", ITEM),
        ("https://market.example/Item/1/", ITEM),
        ("https://market.example/Item/1//", ITEM),
        ("https://market.example/Item/1#photos", ITEM),
        ("https://market.example/Item/1?", ITEM),
        ("https://market.example/Item/1?&", ITEM),
        ("  https://market.example/Item/1\n", ITEM),
        ("https://market.example/Item/1?utm_source=mail&utm_campaign=x", ITEM),
        ("https://market.example/Item/1?UTM_Source=mail", ITEM),
        ("https://market.example/Item/1?fbclid=abc", ITEM),
        ("https://market.example/Item/1?gclid", ITEM),
        ("https://market.example/Item/1/?__cft__[0]=abc&__tn__=%2CO#x", ITEM),
        ("http://market.example:80/item", "http://market.example/item"),
        ("https://market.example/", "https://market.example"),
        ("https://market.example?utm_source=a", "https://market.example"),
        ("https://market.example/item?id=1&utm_medium=x&colour=black", WITH_QUERY),
        ("https://market.example/item?&id=1&&colour=black&", WITH_QUERY),
        ("https://market.example/item/?id=1&colour=black", WITH_QUERY),
        ("https://[2001:DB8::1]:443/item", "https://[2001:db8::1]/item"),
        ("https://market.example/cafe\u0301", "https://market.example/caf\u00e9"),
    ],
)
def test_two_spellings_of_one_address_are_one(url: str, same_as: str) -> None:
    assert normalised(url) == normalised(same_as)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("http://market.example/Item/1", ITEM),
        ("https://market.example/item/1", ITEM),
        ("https://market.example/Item/2", ITEM),
        ("https://market.example/Item/1/2", ITEM),
        ("https://www.market.example/Item/1", ITEM),
        ("https://market.example:8443/Item/1", ITEM),
        ("https://market.example:80/Item/1", ITEM),
        ("http://market.example:443/item", "http://market.example/item"),
        ("https://market.example/Item/1?id=2", ITEM),
        ("https://market.example/Item/1?utm=2", ITEM),
        ("https://market.example/Item/1?id=utm_source", ITEM),
        ("https://market.example/item?id=2&colour=black", WITH_QUERY),
        ("https://market.example/item?ID=1&colour=black", WITH_QUERY),
    ],
)
def test_two_addresses_stay_two(url: str, other: str) -> None:
    assert normalised(url) != normalised(other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "market.example/item/1",
        "//market.example/item/1",
        "/item/1",
        "https:/market.example/item/1",
        "https:market.example/item/1",
        "https://",
        "https:///item/1",
        "https://:443/item/1",
        "https://?id=1",
        "ftp://market.example/item/1",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://anna@market.example/item/1",
        "https://anna:secret@market.example/item/1",
        "https://@market.example/item/1",
        "https://market.example:99999/item/1",
        "https://market.example:-1/item/1",
        "https://market.example:web/item/1",
        "https://[::1/item/1",
        "https://[market.example]/item/1",
        "https://market.example\uff0fitem/1",
        "http://./",
        "https://market.example/item/1 #photos",
        "https://market.example/item 1/",
        "https://market.example/item/1\x00",
        "https://market.example/item\n/1",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError):
        normalised(url)


def test_a_refusal_does_not_repeat_the_password_in_an_address() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        normalised("https://anna:hunter2@market.example/")
    assert "hunter2" not in str(refusal.value)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(urls())
def test_the_one_spelling_of_an_address_is_its_own(url: str) -> None:
    once = normalised(url)
    assert normalised(once) == once


@settings(derandomize=True, deadline=None, max_examples=50)
@given(urls(), st.sampled_from(["utm_source=x", "fbclid=1", "mc_eid=2", "GCLID=3", "_trkparms=4"]))
def test_who_passed_a_link_on_does_not_change_what_it_means(url: str, mark: str) -> None:
    plain, _, fragment = url.partition("#")
    assert normalised(f"{plain}&{mark}#{fragment}") == normalised(url)
