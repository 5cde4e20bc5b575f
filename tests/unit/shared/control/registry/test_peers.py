"""Instances that name each other: all of them come to know the same, by a bounded number of messages, and no loop."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.registry.peer import PeerStatus
from shared.control.registry.registering import change_service, deregister, renew
from shared.control.registry.replication import MOST_HOPS
from shared.control.registry.statuses import Presence
from shared.control.registry.syncing import known_peers
from shared.runtime.errors import DependencyError, IllegalTransitionError, InvalidInputError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Answer, NoAnswerError
from shared.runtime.signatures import signing_headers
from tests.support.builders import NOON, a_cause
from tests.support.registries import SECRET, Instance, Net, Time, a_caller, said


def instances(number: int) -> list[Instance]:
    net, time = Net(), Time()
    return [Instance(f"https://i{one}.example", net=net, time=time) for one in range(number)]


def ring(number: int) -> list[Instance]:
    """Each names the next."""
    all_of_them = instances(number)
    for one, following in zip(all_of_them, all_of_them[1:] + all_of_them[:1], strict=True):
        one.names(following.origin)
    return all_of_them


def mesh(number: int) -> list[Instance]:
    """Each names all, itself too."""
    all_of_them = instances(number)
    for one in all_of_them:
        one.names(*(other.origin for other in all_of_them))
    return all_of_them


def round_of(all_of_them: list[Instance]) -> int:
    """Everybody tells everybody once; how many messages that takes."""
    before = len(all_of_them[0].net.asked)
    for one in all_of_them:
        one.sync()
    return len(one.net.asked) - before


@pytest.mark.parametrize(("make", "messages"), [(ring, 3), (mesh, 6)])
def test_three_instances_come_to_know_the_same_and_then_nothing_is_written_any_more(
    make: Callable[[int], list[Instance]], messages: int
) -> None:
    all_of_them = make(3)
    for number, one in enumerate(all_of_them):
        one.register(f"s{number}", metadata={"n": number})
        one.time.pass_by(seconds=1)
    counts = [round_of(all_of_them) for _ in range(3)]
    assert counts == [messages] * 3, "a message for each peer and round, whatever was said before"
    known = [one.known() for one in all_of_them]
    assert known[0] == known[1] == known[2]
    assert sorted(known[0]) == ["s0", "s1", "s2"]
    written = [len(one.events(name)) for one in all_of_them for name in known[0]]
    round_of(all_of_them)
    assert [len(one.events(name)) for one in all_of_them for name in known[0]] == written


@pytest.mark.parametrize("number", [1, 2])
def test_who_names_himself_and_who_name_each_other_do_not_go_round(number: int) -> None:
    all_of_them = mesh(number)
    all_of_them[0].register()
    assert [round_of(all_of_them) for _ in range(3)] == [number * (number - 1)] * 3
    for one in all_of_them:
        assert list(one.known()) == ["docs"]
        assert len(one.events()) == 1


def test_who_is_named_by_another_name_of_his_says_that_he_is_himself_and_is_told_no_more() -> None:
    (one,) = instances(1)
    one.names("https://alias.example")
    one.net.served["https://alias.example"] = lambda url, call, headers: one.replicate(call.content or b"", headers)
    one.register()
    result = one.sync()
    assert result == {
        "sent": 0,
        "peers": 1,
        "results": [{"peer": "https://alias.example", "status": "ourselves", "sent": 0}],
    }
    asked = len(one.net.asked)
    one.time.pass_by(hours=1)
    one.sync()
    assert len(one.net.asked) == asked
    assert known_peers(one.ports)[0].status is PeerStatus.OURSELVES
    assert (one.types(), one.types("https://alias.example", "PEER")) == (["service.registered"], [])


def test_an_address_that_was_ours_and_is_somebody_elses_by_now_is_told_when_somebody_insists() -> None:
    one, other = instances(2)
    one.names("https://alias.example")
    one.net.served["https://alias.example"] = lambda url, call, headers: one.replicate(call.content or b"", headers)
    one.register()
    one.sync()
    for _ in range(2):
        assert one.sync(insistent=True)["results"][0]["status"] == "ourselves"
    one.net.served["https://alias.example"] = lambda url, call, headers: other.replicate(call.content or b"", headers)
    assert one.sync()["sent"] == 0
    assert one.sync(insistent=True)["sent"] == 1
    assert list(other.known()) == ["docs"]
    assert known_peers(one.ports)[0].status is PeerStatus.REACHABLE


def test_what_is_written_at_one_end_of_a_line_goes_three_hops_and_no_further() -> None:
    line = instances(MOST_HOPS + 2)
    for one, following in pairwise(line):
        one.names(following.origin)
    line[0].register()
    for _ in range(3):
        round_of(line)
    hops = [one.services.get("docs").hops for one in line[:-1]]
    assert hops == list(range(MOST_HOPS + 1))
    assert line[-1].known() == {}


def test_the_shorter_way_counts_though_the_longer_was_faster() -> None:
    """a → b → c and a → c, c → d → e: through b alone it would not come to e."""
    a, b, c, d, e = instances(5)
    a.names(b.origin)
    b.names(c.origin)
    c.names(d.origin)
    d.names(e.origin)
    a.register()
    for _ in range(3):
        round_of([a, b, c, d, e])
    assert e.known() == {}
    a.names(b.origin, c.origin)
    for _ in range(3):
        round_of([a, b, c, d, e])
    assert e.known() == a.known()


def test_the_last_word_counts_wherever_it_was_said() -> None:
    a, b = mesh(2)
    a.register(metadata={"by": "a"})
    round_of([a, b])
    a.time.pass_by(seconds=1)
    b.register(metadata={"by": "b"}, is_person=True)
    a.time.pass_by(seconds=1)
    round_of([a, b])
    assert a.known() == b.known()
    assert json.loads(a.services.get("docs").said.metadata) == {"by": "b"}
    assert a.types() == ["service.registered", "service.replicated"]
    assert a.events()[-1].data == {
        "name": "docs",
        "base_url": "https://docs.example",
        "presence": "registered",
        "origin": b.origin,
        "clock": b.services.get("docs").stamp.clock,
        "via": b.origin,
        "hops": 1,
    }


def test_what_is_written_at_one_moment_at_two_places_is_the_same_everywhere_in_the_end() -> None:
    all_of_them = mesh(3)
    for number, one in enumerate(all_of_them):
        one.register("docs", metadata={"n": number}, key=str(number) * 16)
    for _ in range(2):
        round_of(all_of_them)
    assert all_of_them[0].known() == all_of_them[1].known() == all_of_them[2].known()
    assert json.loads(all_of_them[0].services.get("docs").said.metadata) == {"n": 2}, "the name that sorts last"


def test_a_service_that_is_gone_is_gone_everywhere_and_does_not_come_back() -> None:
    all_of_them = mesh(3)
    all_of_them[0].register()
    round_of(all_of_them)
    all_of_them[0].time.pass_by(seconds=1)
    deregister("docs", a_caller("p" * 16, is_person=True), all_of_them[1].ports)
    for _ in range(3):
        round_of(all_of_them)
    assert {one.services.get("docs").presence for one in all_of_them} == {Presence.DEREGISTERED}


def test_maintenance_is_told_too_and_health_is_everybody_s_own() -> None:
    a, b = mesh(2)
    a.register()
    change_service("docs", lambda it, at: it.maintained(True, origin=a.origin, at=at), a_caller(), a.ports)
    round_of([a, b])
    assert b.services.get("docs").status.value == "maintenance"


def test_a_lease_is_kept_where_the_service_registered() -> None:
    a, b = mesh(2)
    a.register(lease_seconds=60)
    round_of([a, b])
    a.time.pass_by(seconds=600)
    assert not b.services.get("docs").is_overdue(None, at=b.time())
    with pytest.raises(IllegalTransitionError, match="kept at https://i0"):
        renew("docs", a_caller(), b.ports)
    service, _ = b.registered(lease_seconds=60)
    assert service.via is None
    assert b.events()[-1].data["changed"] == ["origin"]
    renew("docs", a_caller(), b.ports)
    round_of([b, a])
    assert not a.services.get("docs").is_overdue(None, at=a.time() + timedelta(days=1)), "it is b's to keep now"


# trouble


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "it cannot be reached"),
        (NoAnswerError("did not answer in time"), "it did not answer in time"),
        (said(401), "it does not believe that it is us: 401"),
        (said(403), "it does not believe that it is us: 403"),
        (said(503), "it answers 503, and not as a registry does"),
        (said(200, b"<html>"), "it answers 200, and not as a registry does"),
        (said(200, b"[]"), "it answers 200, and not as a registry does"),
        (said(200, b'{"origin": 7}'), "it answers 200, and not as a registry does"),
        (said(200, json.dumps({"origin": "a" * 501}).encode()), "it answers 200, and not as a registry does"),
        (said(302, b"", Location="https://i0.example"), "it answers 302, and not as a registry does"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_peer_that_is_down_is_shown_and_tried_again(answer: Answer | Exception | None, reason: str) -> None:
    a, b = instances(2)
    a.names(b.origin)
    a.register()
    serve = a.net.served.pop(b.origin)
    if answer:
        a.net.answers(b.origin, answer)
    (result,) = a.sync()["results"]
    assert (result["status"], result["error"], result["sent"]) == ("unreachable", reason, 0)
    assert a.types(b.origin, "PEER") == ["peer.unreachable"]
    asked = len(a.net.asked)
    a.time.pass_by(seconds=59)
    assert a.sync()["results"][0]["status"] == "unreachable"
    assert len(a.net.asked) == asked, "it is left alone for a minute"
    a.time.pass_by(seconds=1)
    a.sync()
    assert len(a.net.asked) == asked + 1
    assert a.types(b.origin, "PEER") == ["peer.unreachable"], "the same again is no news"
    a.net.served[b.origin] = serve
    assert a.sync(insistent=True)["sent"] == 1
    assert a.types(b.origin, "PEER") == ["peer.unreachable", "peer.reachable"]
    (peer,) = known_peers(a.ports)
    assert (peer.status, peer.origin, peer.failures, peer.told) == (PeerStatus.REACHABLE, b.origin, 0, 1)
    assert b.known() == a.known()


def test_one_that_is_down_holds_up_no_other() -> None:
    a, b, c = instances(3)
    a.names(b.origin, c.origin)
    b.is_down = True
    a.register()
    result = a.sync()
    assert [one["status"] for one in result["results"]] == ["unreachable", "reachable"]
    assert (result["sent"], c.known()) == (1, a.known())


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1", "https://169.254.169.254", "http://b.example", "https://b.example:81"]
)
def test_a_peer_that_is_inside_is_not_called_unless_its_origin_is_allowed(url: str) -> None:
    (one,) = instances(1)
    one.names(url, "https://leads.inside.example")
    one.ports = replace(one.ports, send=UrlGuard(resolve=lambda host, port: ["10.0.0.1"]).send_guarded)
    results = one.sync()["results"]
    assert all(result["error"].startswith("it may not be called: the URL") for result in results)


def test_where_there_is_no_secret_nobody_is_told_and_nobody_believed() -> None:
    a, b = mesh(2)
    a.register()
    a.secrets = []
    with pytest.raises(DependencyError, match="no secret"):
        a.sync()
    b.secrets = []
    body = json.dumps({"from": a.origin, "services": []}).encode()
    assert b.replicate(body, signing_headers("m", body, [SECRET], at=NOON)).status == 401


def test_without_peers_there_is_nothing_to_do() -> None:
    (one,) = instances(1)
    one.secrets = []
    assert one.sync() == {"sent": 0, "peers": 0, "results": []}


def test_a_setting_that_is_wrong_is_said_to_be() -> None:
    (one,) = instances(1)
    one.names("ftp://b.example")
    with pytest.raises(InvalidInputError):
        one.sync()


def test_while_the_secret_is_changed_both_sides_believe_each_other() -> None:
    a, b = mesh(2)
    a.register()
    new = b"another that only peers will ever know"
    for theirs, ours in (([SECRET], [new, SECRET]), ([new, SECRET], [new, SECRET]), ([new], [new, SECRET])):
        a.secrets, b.secrets = theirs, ours
        assert [one.sync()["results"][0]["status"] for one in (a, b)] == ["reachable", "reachable"]
    a.secrets = [SECRET]
    b.secrets = [new]
    assert a.sync()["results"][0]["status"] == "unreachable"


def test_what_a_peer_refuses_is_not_said_to_be_sent() -> None:
    a, b = instances(2)
    a.names(b.origin)
    a.register("good")
    late = a.register("late")
    a.services.save(late.maintained(True, origin=a.origin, at=a.time() + timedelta(hours=1)), a_cause())
    result = a.sync()
    assert result["sent"] == 1
    assert result["results"] == [
        {"peer": b.origin, "status": "reachable", "sent": 1, "error": "it refuses 1 of what it was told"}
    ]
    a.time.pass_by(hours=1)
    assert "error" not in a.sync()["results"][0]
    assert a.known() == b.known()


# whatever happens

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("register"), st.integers(0, 2), st.sampled_from("xy"), st.integers(0, 3)),
        st.tuples(st.just("gone"), st.integers(0, 2), st.sampled_from("xy"), st.just(0)),
        st.tuples(st.just("sync"), st.integers(0, 2), st.just(""), st.just(0)),
        st.tuples(st.just("down"), st.integers(0, 2), st.just(""), st.just(0)),
        st.tuples(st.just("up"), st.integers(0, 2), st.just(""), st.just(0)),
        st.tuples(st.just("wait"), st.just(0), st.just(""), st.integers(0, 2)),
    ),
    max_size=25,
)


def _do(step: tuple[str, int, str, int], all_of_them: list[Instance]) -> None:
    kind, who, name, number = step
    one = all_of_them[who]
    person: Any = a_caller("p" * 16, is_person=True)
    match kind:
        case "register":
            one.register(name, metadata={"n": number}, is_person=True)
        case "gone" if name in one.known():
            deregister(name, person, one.ports)
        case "sync":
            one.sync(insistent=True)
        case "down" | "up":
            one.is_down = kind == "down"
        case "wait":
            one.time.pass_by(milliseconds=number)


@given(STEPS)
def test_whatever_happened_and_whoever_was_down_in_the_end_all_know_the_same(
    steps: list[tuple[str, int, str, int]],
) -> None:
    all_of_them = ring(3)
    for step in steps:
        _do(step, all_of_them)
    for one in all_of_them:
        one.is_down = False
    for _ in range(3):
        for one in all_of_them:
            one.sync(insistent=True)
    known = [one.known() for one in all_of_them]
    assert known[0] == known[1] == known[2]
    assert all(service.hops <= MOST_HOPS for one in all_of_them for service in one.services.all(list(Presence)))
