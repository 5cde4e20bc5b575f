"""What comes at /registry/replicate: believed where it is signed, once; each service in it for itself."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.control.registry import receiving
from shared.control.registry.polling import expire_services
from shared.control.registry.registering import change_service, deregister
from shared.control.registry.replication import MOST_IN_BATCH
from shared.runtime.errors import ConflictError, DependencyError, ForbiddenError, IllegalTransitionError
from shared.runtime.http import Answer
from shared.runtime.signatures import signing_headers
from tests.support.builders import NOON, a_cause
from tests.support.registries import KEY, SECRET, Instance, a_caller

CLOCK = int(NOON.timestamp() * 1_000)


def an_entry(name: str = "docs", **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": name,
        "base_url": f"https://{name}.example",
        "openapi_url": None,
        "endpoints": [],
        "metadata": {},
        "lease_seconds": None,
        "owner": "0123456789abcdef",
        "in_maintenance": False,
        "presence": "registered",
        "clock": CLOCK,
        "origin": "https://b.example",
        "hops": 1,
    }
    return told | changes


def a_body(*entries: Any, sender: str = "https://b.example") -> bytes:
    return json.dumps({"from": sender, "services": list(entries)}).encode()


def send(here: Instance, body: bytes, *, secret: bytes = SECRET, message_id: str = "m1", **headers: Any) -> Answer:
    signed = signing_headers(message_id, body, [secret], at=here.time())
    return here.replicate(body, signed | {name.replace("_", "-"): value for name, value in headers.items()})


def reply_to(here: Instance, *entries: Any, sender: str = "https://b.example") -> dict[str, Any]:
    answer = send(here, a_body(*entries, sender=sender), message_id=f"m{len(here.taken)}")
    assert answer.status == 200
    reply: dict[str, Any] = json.loads(answer.body)
    return reply


@pytest.fixture
def here() -> Instance:
    return Instance()


def test_what_a_peer_says_is_known_from_then_on(here: Instance) -> None:
    assert reply_to(here, an_entry(), an_entry("search", presence="expired")) == {
        "origin": here.origin,
        "taken": 2,
        "known": 0,
        "ignored": 0,
        "refused": [],
    }
    assert reply_to(here, an_entry(), an_entry("search", presence="expired"))["known"] == 2
    assert here.types() == here.types("search") == ["service.replicated"]
    assert here.services.get("search").status.value == "expired"


def test_that_a_peer_names_an_owner_gives_nobody_the_name_of_a_service_that_we_hand_keys_to(here: Instance) -> None:
    reply_to(here, an_entry("doc-store", owner=KEY))
    step = lambda it, at: it.maintained(True, origin=here.origin, at=at)  # noqa: E731
    with pytest.raises(ForbiddenError, match="an operator registers it"):
        here.register("doc-store")
    for who in (a_caller(), a_caller("a" * 16, is_person=True)):
        with pytest.raises(ForbiddenError, match="register it here"):
            change_service("doc-store", step, who, here.ports)
    assert here.services.get("doc-store").via is not None
    assert here.register("doc-store", key="a" * 16, is_person=True).via is None
    change_service("doc-store", step, a_caller(), here.ports)
    assert deregister("doc-store", a_caller(), here.ports)


def test_of_others_the_owner_that_a_peer_names_may_go_on_here(here: Instance) -> None:
    reply_to(here, an_entry("search", owner=KEY))
    assert here.register("search").via is None


@pytest.mark.parametrize("seconds", [None, 60])
def test_maintenance_lets_no_service_go_whose_heartbeats_are_heard_elsewhere(
    here: Instance, seconds: int | None
) -> None:
    reply_to(here, an_entry("search", lease_seconds=seconds))
    here.time.pass_by(minutes=5)
    step = lambda it, at: it.maintained(True, origin=here.origin, at=at)  # noqa: E731
    person = a_caller("a" * 16, is_person=True)
    if seconds is None:
        change_service("search", step, person, here.ports)
    else:
        with pytest.raises(IllegalTransitionError, match=r"kept at https://b.example: say it there"):
            change_service("search", step, person, here.ports)
    assert expire_services(here.ports, a_cause())["expired"] == 0
    assert here.services.get("search").said.in_maintenance is (seconds is None)


# who is believed


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook_id": ""},
        {"webhook_id": "other"},
        {"webhook_timestamp": str(int(NOON.timestamp()) + 1)},
        {"webhook_timestamp": "now"},
        {"webhook_signature": ""},
        {"webhook_signature": "v1,AAAA"},
        {"webhook_signature": "v2,AAAA v1"},
    ],
    ids=str,
)
def test_who_does_not_sign_well_is_not_believed(here: Instance, headers: Mapping[str, Any]) -> None:
    body = a_body(an_entry())
    answer = send(here, body, **headers) if headers else here.replicate(body, {})
    assert answer.status == 401
    assert here.known() == {}


def test_another_secret_another_body_or_another_time_is_not_believed(here: Instance) -> None:
    body = a_body(an_entry())
    assert send(here, body, secret=b"what a stranger thinks of").status == 401
    assert here.replicate(body + b" ", signing_headers("m", body, [SECRET], at=NOON)).status == 401
    for seconds, status in ((301, 401), (300, 200), (-301, 401)):
        here.time.now = NOON
        signed = signing_headers(f"at {seconds}".replace(" ", "-"), body, [SECRET], at=NOON)
        here.time.pass_by(seconds=seconds)
        assert here.replicate(body, signed).status == status


def test_the_same_signature_is_believed_once(here: Instance) -> None:
    body = a_body(an_entry())
    signed = signing_headers("m", body, [SECRET], at=NOON)
    assert [here.replicate(body, signed).status for _ in range(2)] == [200, 401]
    here.time.pass_by(seconds=1)
    assert send(here, body, message_id="m").status == 200, "tried again it is signed anew"
    assert send(here, a_body(), message_id="m").status == 409


def test_work_that_was_cut_off_is_let_in_again(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    body = a_body(an_entry())
    signed = signing_headers("m", body, [SECRET], at=NOON)
    with monkeypatch.context() as patch:

        def unwell(*_: object) -> None:
            raise DependencyError("the ledger cannot be reached")

        patch.setattr(here.ports.services, "save", unwell)
        assert here.replicate(body, signed).status == 503
    assert here.replicate(body, signed).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": "b"},
        {"services": []},
        {"from": "", "services": []},
        {"from": "a b", "services": []},
        {"from": "b\r\n", "services": []},
        {"from": 7, "services": []},
        {"from": "b", "services": {}},
        {"from": "b", "services": [an_entry()] * (MOST_IN_BATCH + 1)},
        [],
        None,
    ],
    ids=lambda body: str(body)[:40],
)
def test_what_is_no_message_is_refused_as_a_whole(here: Instance, body: Any) -> None:
    assert send(here, json.dumps(body).encode()).status == 422
    assert here.known() == {}


# what is believed


def test_what_we_say_ourselves_is_no_news_to_us(here: Instance) -> None:
    mine = here.register()
    for later in (0, 1, 1_000):
        reply = reply_to(here, an_entry(origin=here.origin, clock=mine.stamp.clock + later, owner="thief"))
        assert (reply["ignored"], reply["taken"]) == (1, 0)
    assert reply_to(here, an_entry("search"), sender=here.origin)["ignored"] == 1
    assert list(here.known()) == ["docs"]
    assert here.types() == ["service.registered"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hops": 4}, "4 hops"),
        ({"hops": 0}, "0 hops"),
        ({"hops": "1"}, "hops"),
        ({"hops": 1.5}, "hops"),
        ({"clock": CLOCK + 10**9}, "future"),
        ({"clock": -1}, "clock"),
        ({"clock": 2**80}, "clock"),
        ({"clock": None}, "clock"),
        ({"origin": ""}, "origin"),
        ({"origin": "a\nb"}, "origin"),
        ({"name": "../etc"}, "name"),
        ({"name": "A"}, "name"),
        ({"name": 7}, "name"),
        ({"base_url": "file:///etc/passwd"}, "base_url"),
        ({"base_url": "https://a.example/\r\nHost: b"}, "base_url"),
        ({"openapi_url": "gopher://a.example"}, "openapi_url"),
        ({"presence": "healthy"}, "presence"),
        ({"in_maintenance": 1}, "in_maintenance"),
        ({"metadata": {"a": "x" * 5_000}}, "metadata"),
        ({"metadata": {"a": "\ud800"}}, "metadata"),
        ({"metadata": {"a": json.loads("[" * 300 + "]" * 300)}}, "metadata"),
        ({"owner": ""}, "owner"),
        ({"status": "healthy"}, "status"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_one_that_cannot_be_taken_is_refused_and_no_other(here: Instance, changes: dict[str, Any], reason: str) -> None:
    reply = reply_to(here, an_entry() | changes, an_entry("search"))
    assert reply["taken"] == 1
    (refused,) = reply["refused"]
    assert reason in refused["reason"]
    assert list(here.known()) == ["search"]


@pytest.mark.parametrize("entry", [None, 7, "docs", [], {}, {"name": ["a"]}, {"name": "a\u202eb\x00" * 100}], ids=str)
def test_what_is_no_service_at_all_is_refused(here: Instance, entry: Any) -> None:
    (refused,) = reply_to(here, entry)["refused"]
    assert len(refused["name"]) <= 100
    assert refused["name"].isprintable()


def test_said_twice_in_one_message_the_later_counts(here: Instance) -> None:
    reply = reply_to(here, an_entry(clock=CLOCK + 1, owner="late"), an_entry(owner="early"), an_entry(clock=CLOCK + 2))
    assert (reply["taken"], reply["known"]) == (2, 1)
    assert here.services.get("docs").stamp.clock == CLOCK + 2


def test_peers_cannot_fill_the_registry_beyond_its_bound(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MAX_SERVICES", 2)
    here.register("mine")
    reply = reply_to(here, an_entry("a"), an_entry("b"), an_entry("c"))
    assert reply["taken"] == 1
    assert [one["name"] for one in reply["refused"]] == ["b", "c"]
    assert reply_to(here, an_entry("a", clock=CLOCK + 1))["taken"] == 1, "what is known may change"


def test_nor_with_services_that_were_gone_and_are_there_again(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MAX_SERVICES", 2)
    gone = [an_entry(name, presence="deregistered") for name in "abc"]
    assert reply_to(here, *gone)["taken"] == 3
    reply = reply_to(here, *(an_entry(name, clock=CLOCK + 1) for name in "abc"), an_entry("a", clock=CLOCK - 1))
    assert (reply["taken"], reply["known"]) == (2, 1)
    assert [one["name"] for one in reply["refused"]] == ["c"]


def test_nor_with_services_that_are_gone(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MAX_GONE", 2)
    gone = [
        an_entry(name, presence=presence)
        for name, presence in zip("abc", ["expired", "deregistered", "expired"], strict=True)
    ]
    reply = reply_to(here, *gone, an_entry("d"))
    assert (reply["taken"], [one["name"] for one in reply["refused"]]) == (3, ["c"])
    assert reply_to(here, an_entry("d", clock=CLOCK + 1, presence="deregistered"))["taken"] == 1, "what is known may go"


def test_over_what_is_written_at_the_same_moment_it_is_judged_anew(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, rivals = here.ports.services.save, [1]

    def contested(*told: Any) -> Any:
        if rivals:
            rivals.pop()
            here.time.pass_by(seconds=1)
            here.register()
            raise ConflictError("it was changed by someone else")
        return save(*told)

    monkeypatch.setattr(here.ports.services, "save", contested)
    assert reply_to(here, an_entry())["known"] == 1, "what was registered meanwhile is later"
    assert here.types() == ["service.registered"]
