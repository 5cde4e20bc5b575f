"""Services and peers in each ledger: what comes back is what was kept, and of two who write one is told so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.control.registry.description import Description, Document
from shared.control.registry.peer import Peer, PeerStatus
from shared.control.registry.peer_store import LedgerPeers
from shared.control.registry.replication import entry_of
from shared.control.registry.service import Service, new_service, told_service
from shared.control.registry.stamp import Stamp
from shared.control.registry.statuses import Outcome, Presence
from shared.control.registry.store import LedgerServices
from shared.ledger.ledger import Ledger
from shared.runtime.errors import ConflictError, NotFoundError
from shared.state.memory import MemoryState
from tests.support.builders import NOON, a_cause
from tests.unit.shared.control.registry.test_replication import written

HERE = "https://a.example"
SAID = Description(
    base_url="https://docs.example",
    openapi_url="https://docs.example/openapi.json",
    endpoints=("/a", "/b"),
    metadata='{"n":1.5,"team":"docs"}',
    lease_seconds=60,
    owner="0123456789abcdef",
)
BARE = Description(base_url="https://docs.example", owner="o")
DRIFT: dict[str, Any] = {name: [] for name in ("added", "removed", "changed", "breaking")} | {
    f"{name}_count": 0 for name in ("added", "removed", "changed", "breaking")
}


def a_document(number: int) -> Document:
    return Document(hash=f"{number:064x}", version="3.1.0", operations=number, at=NOON + timedelta(hours=number))


def fresh(name: str = "docs", said: Description = SAID) -> Service:
    return new_service(name, said, origin=HERE, at=NOON)


STEPS: list[Callable[[Service], Service]] = [
    lambda it: it,
    lambda it: it.registered(BARE, origin=HERE, at=NOON),
    lambda it: it.maintained(True, origin=HERE, at=NOON),
    lambda it: it.looked_at(Outcome.UNWELL, "it answers 500", at=NOON),
    lambda it: it.documented(a_document(1), None),
    lambda it: it.expired(None, origin=HERE, at=NOON),
    lambda it: it.deregistered(origin=HERE, at=NOON),
    lambda it: it.taken(written(clock=10**13, hops=2), at=NOON),
]


@pytest.mark.parametrize("step", STEPS, ids=range(len(STEPS)))
def test_a_service_comes_back_as_it_was_kept(any_ledger: Ledger, step: Callable[[Service], Service]) -> None:
    services = LedgerServices(any_ledger)
    kept = services.save(step(fresh()), a_cause())
    assert services.get("docs") == kept == services.get_many(["docs", "none"])["docs"]
    assert list(services.all(list(Presence))) == [kept]
    assert list(services.all()) == ([kept] if kept.is_registered else [])


def test_one_that_was_never_registered_is_not_there(any_ledger: Ledger) -> None:
    services = LedgerServices(any_ledger)
    assert services.get_many([]) == {}
    with pytest.raises(NotFoundError, match="no service docs"):
        services.get("docs")


def test_of_two_who_register_at_the_same_moment_one_is_told_so(any_ledger: Ledger) -> None:
    services = LedgerServices(any_ledger)
    first = services.save(fresh(), a_cause())
    for other in (fresh(), told_service(written(), at=NOON), replace(first, version=0, facts=fresh().facts)):
        with pytest.raises(ConflictError):
            services.save(other, a_cause())
    assert services.save(first, a_cause()) is first, "without news nothing is written"


def test_what_was_offered_is_listed_newest_first(any_ledger: Ledger) -> None:
    services = LedgerServices(any_ledger)
    service = services.save(fresh(), a_cause())
    for number in range(1, 5):
        drift = None if number == 1 else DRIFT
        service = services.save(service.documented(a_document(number), drift), a_cause())
    places, lines = zip(*services.documents("docs"), strict=True)
    assert [line["operations"] for line in lines] == [4, 3, 2, 1]
    assert [line["type"] for line in lines] == ["service.drifted"] * 3 + ["service.described"]
    assert [line["operations"] for _, line in services.documents("docs", before=places[1])] == [2, 1]
    assert list(services.documents("other")) == []


def test_the_newest_change_comes_first_and_a_place_is_where_it_goes_on(any_ledger: Ledger) -> None:
    services = LedgerServices(any_ledger)
    for number in range(3):
        at = NOON + timedelta(seconds=number)
        services.save(new_service(f"s{number}", SAID, origin=HERE, at=at), a_cause())
    found = list(services.placed([Presence.REGISTERED]))
    assert [service.name for _, service in found] == ["s2", "s1", "s0"]
    assert [one.name for _, one in services.placed([Presence.REGISTERED], before=found[0][0])] == ["s1", "s0"]
    assert entry_of(found[0][1])["metadata"] == {"n": 1.5, "team": "docs"}


def test_a_stamp_is_kept_to_the_millisecond(any_ledger: Ledger) -> None:
    services = LedgerServices(any_ledger)
    services.save(replace(fresh(), stamp=Stamp(2**53 - 1, "b")), a_cause())
    assert services.get("docs").stamp == Stamp(2**53 - 1, "b")


def test_a_peer_comes_back_as_it_was_kept(any_ledger: Ledger) -> None:
    peers = LedgerPeers(any_ledger, state=MemoryState(clock=lambda: NOON))
    url = "https://b.example/prod"
    (peer,) = peers.get_all([url])
    assert peer == Peer(url=url)
    changes: list[Callable[[Peer], Peer]] = [
        lambda it: it.missed("it cannot be reached", at=NOON),
        lambda it: it.missed("it cannot be reached", at=NOON),
        lambda it: it.reached("b", 3, us=HERE, at=NOON),
        lambda it: it.reached(HERE, 3, us=HERE, at=NOON),
    ]
    for change in changes:
        peer = peers.save(change(peer), a_cause())
        known = peers.get_all(["https://c.example", url])
        assert [one.url for one in known] == ["https://c.example", url]
        assert replace(known[1], since=peer.since) == peer
    events = list(any_ledger.history("PEER", url))
    assert [event.type for event in events] == ["peer.unreachable", "peer.reachable"]
    assert peer.status is PeerStatus.OURSELVES


def test_of_many_who_register_the_same_at_once_one_is_first(racing_ledger: Ledger) -> None:
    services = LedgerServices(racing_ledger)

    def register(number: int) -> bool:
        try:
            services.save(new_service("docs", replace(SAID, owner=str(number)), origin=HERE, at=NOON), a_cause())
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(register, range(8)))
    assert sum(won) == 1
    assert services.get("docs").said.owner == str(won.index(True))
    assert len(list(racing_ledger.history("SERVICE", "docs"))) == 1
