"""What instances tell each other, and which of two that differ counts: rules without a network."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from shared.control.registry.contracts import WrittenIn
from shared.control.registry.description import Description, Written
from shared.control.registry.peer import LONGEST_URL, MOST_PEERS, Peer, PeerStatus, peer_urls, plain_url
from shared.control.registry.replication import (
    GONE_TOLD_FOR,
    LARGEST_BATCH,
    MOST_HOPS,
    MOST_IN_BATCH,
    Verdict,
    bodies,
    entries_for,
    entry_of,
    is_told,
    refusal_of,
    verdict_on,
)
from shared.control.registry.service import Service, new_service
from shared.control.registry.stamp import Stamp
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON

US = "https://a.example"
B = Peer(url="https://b.example", origin="b")


def a_service(name: str = "docs", *, origin: str = US, **changes: Any) -> Service:
    said = Description(base_url=f"https://{name}.example", owner="o", metadata='{"a":1}', endpoints=("/x",))
    return replace(new_service(name, said, origin=origin, at=NOON), **changes)


def written(service: Service | None = None, *, hops: int = 1, clock: int | None = None, origin: str = "b") -> Written:
    known = service or a_service(origin=origin)
    stamp = Stamp(known.stamp.clock if clock is None else clock, origin)
    return Written(name=known.name, said=known.said, presence=known.presence, stamp=stamp, hops=hops, via="b")


def test_what_is_told_comes_back_as_what_it_was() -> None:
    service = a_service(origin="b", hops=1)
    read = WrittenIn.model_validate(json.loads(json.dumps(entry_of(service)))).written("b")
    assert (read.name, read.said, read.presence, read.stamp) == (
        service.name,
        service.said,
        service.presence,
        service.stamp,
    )
    assert read.hops == service.hops + 1


@pytest.mark.parametrize("hops", range(MOST_HOPS + 2))
def test_what_has_come_far_enough_goes_no_further(hops: int) -> None:
    assert is_told(a_service(hops=hops), B, at=NOON) is (hops < MOST_HOPS)


def test_nothing_goes_back_to_where_it_was_written_or_to_who_told_us() -> None:
    assert not is_told(a_service(origin="b", via="c", hops=1), B, at=NOON)
    assert not is_told(a_service(origin="c", via="b", hops=1), B, at=NOON)
    assert is_told(a_service(origin="c", via="d", hops=1), B, at=NOON)
    unknown = replace(B, origin=None)
    assert is_told(a_service(origin="b", via="c", hops=1), unknown, at=NOON), "nobody knows yet who it is"


def test_that_a_service_is_gone_is_told_for_a_month() -> None:
    gone = a_service().deregistered(origin=US, at=NOON)
    assert is_told(gone, B, at=NOON + GONE_TOLD_FOR)
    assert not is_told(gone, B, at=NOON + GONE_TOLD_FOR + timedelta(seconds=1))
    assert is_told(a_service(), B, at=NOON + timedelta(days=1_000))


@pytest.mark.parametrize("number", [0, 1, MOST_IN_BATCH, MOST_IN_BATCH + 1, 3 * MOST_IN_BATCH])
def test_what_is_told_goes_in_messages_of_a_bounded_size(number: int) -> None:
    entries = entries_for(B, [a_service(f"s{n}") for n in range(number)], at=NOON)
    read = [json.loads(body) for body in bodies(US, entries)]
    assert [one for message in read for one in message["services"]] == entries
    assert all(message["from"] == US and len(message["services"]) <= MOST_IN_BATCH for message in read)
    assert len(read) == max(1, -(-number // MOST_IN_BATCH)), "and one that says nothing shows that we are there"


def test_large_descriptions_go_in_more_messages() -> None:
    said = replace(a_service().said, metadata=json.dumps({"a": "x" * 4_000}), endpoints=("/" + "y" * 199,) * 50)
    entries = [entry_of(a_service(f"s{n}", said=said)) for n in range(MOST_IN_BATCH)]
    read = list(bodies(US, entries))
    assert all(len(body) <= LARGEST_BATCH for body in read)
    assert sum(len(json.loads(body)["services"]) for body in read) == MOST_IN_BATCH


def test_the_later_word_counts_and_what_was_written_here_nobody_has_to_tell_us() -> None:
    known = a_service(origin="b", hops=1, via="b")
    clock = known.stamp.clock
    assert verdict_on(written(clock=clock + 1), known, us=US) is Verdict.TAKE
    assert verdict_on(written(clock=clock - 1), known, us=US) is Verdict.KNOWN
    assert verdict_on(written(), known, us=US) is Verdict.KNOWN
    assert verdict_on(written(), None, us=US) is Verdict.TAKE
    for service in (None, known):
        assert verdict_on(written(origin=US, clock=clock + 1), service, us=US) is Verdict.IGNORE


def test_the_same_by_a_shorter_way_is_taken_so_that_it_goes_as_far_as_it_may() -> None:
    known = a_service(origin="b", hops=2, via="c")
    assert verdict_on(written(hops=1), known, us=US) is Verdict.TAKE
    assert verdict_on(written(hops=2), known, us=US) is Verdict.KNOWN
    assert verdict_on(written(hops=3), known, us=US) is Verdict.KNOWN


def test_in_whatever_order_it_comes_the_same_is_kept() -> None:
    words = [written(clock=5, origin="b"), written(clock=5, origin="c"), written(clock=4, origin="z")]
    for order in permutations(words):
        known: Service | None = None
        for word in order:
            if verdict_on(word, known, us=US) is Verdict.TAKE:
                known = (known or a_service()).taken(word, at=NOON)
        assert known is not None
        assert known.stamp == Stamp(5, "c")


@pytest.mark.parametrize(("hops", "is_refused"), [(-1, True), (0, True), (1, False), (3, False), (4, True), (99, True)])
def test_what_has_come_too_far_is_refused(hops: int, is_refused: bool) -> None:
    assert bool(refusal_of(written(hops=hops), at=NOON)) is is_refused


def test_what_was_written_in_the_future_is_refused() -> None:
    clock = int((NOON + timedelta(minutes=6)).timestamp() * 1_000)
    assert "future" in (refusal_of(written(clock=clock), at=NOON) or "")
    assert refusal_of(written(clock=clock), at=NOON + timedelta(minutes=2)) is None


# which peers there are


def test_each_peer_is_told_once_in_whatever_spelling_and_we_are_none() -> None:
    wanted = [
        "https://B.example/",
        "https://b.example",
        "https://b.example:443//",
        "https://c.example:8443/prod/",
        "https://A.example/prod",
        "http://127.0.0.1:9000",
        "http://[::1]:80",
    ]
    assert peer_urls(wanted, own_urls=["https://a.example/prod/", ""]) == (
        "https://b.example",
        "https://c.example:8443/prod",
        "http://127.0.0.1:9000",
        "http://[::1]",
    )
    assert peer_urls([], own_urls=[]) == ()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "b.example",
        "//b.example",
        "ftp://b.example",
        "file:///etc/passwd",
        "https://user:password@b.example",
        "https://a.example@b.example",
        "https://b.example#a.example",
        "https://b.example\\@a.example",
        "https://b.example/a b",
        "https://b.example/\r\nHost: a.example",
        "https://b.example:0",
        "https://127.1",
        "https://0x7f000001",
        "https://bücher.example",
    ],
)
def test_what_is_no_plain_url_is_no_peer(url: str) -> None:
    with pytest.raises(InvalidInputError):
        peer_urls([url], own_urls=[])


def test_there_is_an_end_to_peers_and_to_their_urls() -> None:
    many = [f"https://p{number}.example" for number in range(MOST_PEERS + 1)]
    assert len(peer_urls(many[1:], own_urls=[])) == MOST_PEERS
    with pytest.raises(InvalidInputError, match="at most"):
        peer_urls(many, own_urls=[])
    for url in ("https://b.example/?a=b", "https://b.example/" + "a" * LONGEST_URL):
        with pytest.raises(InvalidInputError, match="query"):
            plain_url(url)


# how a peer is


def test_a_peer_that_is_down_is_news_once_and_is_left_alone_longer_each_time() -> None:
    peer, pauses = Peer(url="https://b.example"), []
    for _ in range(10):
        peer = peer.missed("it cannot be reached", at=NOON)
        assert peer.next_try_at is not None
        pauses.append(int((peer.next_try_at - NOON).total_seconds()))
        assert not peer.is_due(at=peer.next_try_at - timedelta(seconds=1))
        assert peer.is_due(at=peer.next_try_at)
    assert pauses == [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600]
    back = peer.reached("b", 3, us=US, at=NOON)
    assert [fact.type for fact in back.facts] == ["peer.unreachable", "peer.reachable"]
    assert (back.status, back.failures, back.last_error, back.next_try_at) == (PeerStatus.REACHABLE, 0, None, None)
    assert back.reached("b", 4, us=US, at=NOON).facts == back.facts


def test_a_peer_that_says_it_is_who_we_are_is_ourselves_and_no_news() -> None:
    peer = Peer(url="https://alias.example").reached(US, 3, us=US, at=NOON)
    assert (peer.status, peer.facts, peer.told) == (PeerStatus.OURSELVES, (), 0)
