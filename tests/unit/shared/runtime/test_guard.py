"""URLs that a caller may choose: every way to write one that leads elsewhere is refused, with the reason."""

from collections.abc import Callable, Sequence

import pytest

from shared.runtime.errors import DependencyError, InvalidInputError
from shared.runtime.guard import UnknownHostError, UrlGuard
from shared.runtime.http import Call, NotSentError
from shared.runtime.name_lookup import UnknownNameError
from shared.runtime.origin import Origin, origin_of, origins
from tests.support.bad_urls import BAD_SPELLINGS, LITERALS

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946"
POST = Call(method="POST", path="", json={}, repeatable=True)


def leading_to(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: addresses


def nobody(host: str, port: int) -> Sequence[str]:
    raise AssertionError(f"{host} was looked up")


GOOD = [
    "https://agent.example",
    "https://agent.example/",
    "https://agent.example:443/hook",
    "https://agent.example?x=1",
    "HTTPS://Agent.Example/Hook?to=%2F&b=[1]",
    "https://my_agent.xn--bcher-kva.example/hook;v=1",
    "https://1password.example/",
    "https://0xdead.example/",
    f"https://{PUBLIC}/hook",
    f"https://[{PUBLIC_6}]/hook",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_plain_url_that_leads_to_the_public_internet_may_be_called(url: str) -> None:
    UrlGuard(resolve=leading_to(PUBLIC, PUBLIC_6)).check(url)


@pytest.mark.parametrize("url", BAD_SPELLINGS)
def test_what_is_no_plain_url_with_a_whole_name_is_refused_without_looking_anything_up(url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"the (host of the )?URL"):
        UrlGuard(resolve=nobody).check(url)
    with pytest.raises(NotSentError, match="may not be called"):
        UrlGuard(resolve=nobody).send_guarded(url, POST, {})


@pytest.mark.parametrize("host", LITERALS)
def test_an_address_in_whatever_spelling_leads_nowhere_unless_it_is_public(host: str) -> None:
    guard = UrlGuard(resolve=nobody)
    with pytest.raises(InvalidInputError, match="the URL"):
        guard.check(f"https://{host}/hook")
    with pytest.raises(NotSentError):
        guard.send_guarded(f"https://{host}/hook", POST, {})
    if not host.startswith("["):  # as who connects is told it
        with pytest.raises(NotSentError):
            guard.addresses(host, 443)


PRIVATE = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "::1", "::ffff:93.184.216.34", "fe80::1%eth0"]


@pytest.mark.parametrize("private", PRIVATE)
@pytest.mark.parametrize("others", [(), (PUBLIC,), (PUBLIC_6, PUBLIC)])
def test_a_name_with_one_address_that_is_not_public_is_refused_whatever_the_others_are(
    private: str, others: tuple[str, ...]
) -> None:
    for addresses in ((private, *others), (*others, private)):
        with pytest.raises(InvalidInputError, match="not of the public internet"):
            UrlGuard(resolve=leading_to(*addresses)).check("https://agent.example/")


def test_the_reason_does_not_tell_what_is_in_a_private_network() -> None:
    with pytest.raises(InvalidInputError) as refused:
        UrlGuard(resolve=leading_to("10.1.2.3")).check("https://agent.example/")
    assert "10.1" not in str(refused.value)


def test_a_name_that_there_is_not_is_refused() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise UnknownNameError

    for resolve in (unknown, leading_to()):
        with pytest.raises(UnknownHostError, match="there is no such host"):
            UrlGuard(resolve=resolve).check("https://agent.example/")
        with pytest.raises(NotSentError, match="no such host"):
            UrlGuard(resolve=resolve).addresses("agent.example", 443)


def test_where_names_cannot_be_looked_up_nobody_says_that_the_url_is_bad() -> None:
    def unwell(host: str, port: int) -> Sequence[str]:
        raise DependencyError("names cannot be looked up now")

    with pytest.raises(DependencyError):
        UrlGuard(resolve=unwell).check("https://agent.example/")
    with pytest.raises(NotSentError, match="cannot be looked up"):
        UrlGuard(resolve=unwell).addresses("agent.example", 443)


ALLOWED = origins("http://127.0.0.1:8001, http://localhost:8002,https://agents.internal,http://[::1]:8003")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8001/hook",
        "http://localhost:8002",
        "HTTP://LocalHost:8002/x?y",
        "https://agents.internal/hook",
        "https://agents.internal:443/hook",
        "http://[::1]:8003/",
        "http://[0:0::1]:8003/",
    ],
)
def test_an_origin_that_is_allowed_may_be_private(url: str) -> None:
    UrlGuard(ALLOWED, resolve=leading_to("127.0.0.1")).check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8002/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://127.0.0.1:8001/",
        "http://127.0.0.2:8001/",
        "http://2130706433:8001/",
        "http://127.1:8001/",
        "http://localhost:8001/",
        "https://localhost:8002/",
        "http://agents.internal/",
        "http://agents.internal:443/",
        "https://agents.internal:8443/",
        "https://sub.agents.internal/",
        "https://agents.internal.example/",
        "https://user@agents.internal/",
        "http://[::1]:8001/",
        "http://[::ffff:127.0.0.1]:8001/",
    ],
)
def test_an_origin_that_is_allowed_is_neither_a_host_nor_a_range(url: str) -> None:
    guard = UrlGuard(ALLOWED, resolve=leading_to("127.0.0.1"))
    with pytest.raises(InvalidInputError):
        guard.check(url)
    with pytest.raises(NotSentError):
        guard.send_guarded(url, POST, {})


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "http://*",
        "http://*:8001",
        "http://127.0.0.0/8",
        "127.0.0.1:8001",
        "http://127.0.0.1:8001/",
        "http://127.0.0.1:8001/hook",
        "http://127.0.0.1:8001?x",
        "http://user@127.0.0.1:8001",
        "http://127.0.0.1:*",
        "http://127.0.0.1:8001-8010",
        "http://127.1:8001",
        "http://a.example;http://b.example",
    ],
)
def test_what_is_more_or_less_than_an_origin_cannot_be_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        origins(text)


def test_nothing_is_allowed_where_nothing_is_said() -> None:
    assert origins("") == origins(" , ") == frozenset()


def test_an_origin_is_the_same_in_all_its_spellings() -> None:
    assert origin_of("HTTPS://A.Example/x") == origin_of("https://a.example:443") == Origin("https", "a.example", 443)
