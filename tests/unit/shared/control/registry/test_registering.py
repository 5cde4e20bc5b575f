"""Registering: the same again changes nothing, others' services are others', and a URL leads outside or nowhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from shared.control.registry import registering
from shared.control.registry.contracts import LARGEST_METADATA, ServiceIn, is_name
from shared.control.registry.description import CALLED_BY_US
from shared.control.registry.registering import change_service, deregister, renew
from shared.control.registry.statuses import Health, Outcome, Status
from shared.runtime.errors import (
    ConflictError,
    DependencyError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
)
from shared.runtime.guard import UrlGuard
from shared.runtime.nesting import DEEPEST
from tests.support.bad_urls import BAD_SPELLINGS, LITERALS
from tests.support.builders import NOON, a_cause
from tests.support.registries import KEY, PUBLIC, Instance, a_caller

OTHER = "fedcba9876543210"
MINE = a_caller()
ANOTHER_S = a_caller(OTHER)
A_PERSON = a_caller("a" * 16, is_person=True)


@pytest.fixture
def here() -> Instance:
    return Instance()


def test_a_service_is_registered_once_however_often_it_says_so(here: Instance) -> None:
    first, is_new = here.registered(endpoints=["/a"], metadata={"team": "docs", "n": 1})
    again, is_new_again = here.registered(endpoints=["/a"], metadata={"n": 1, "team": "docs"})
    assert (is_new, is_new_again) == (True, False)
    assert here.types() == ["service.registered"]
    assert again == first


def test_what_is_said_otherwise_is_recorded_and_named(here: Instance) -> None:
    here.register()
    here.register(openapi_url="https://docs.example/openapi.json", lease_seconds=60)
    assert here.types() == ["service.registered", "service.changed"]
    changed = here.events()[-1].data
    assert changed["changed"] == ["openapi_url", "lease_seconds"]
    assert changed["openapi_url"] == "https://docs.example/openapi.json"


def test_of_a_service_that_moved_nobody_knows_how_it_is(here: Instance) -> None:
    service = here.register()
    here.services.save(service.looked_at(Outcome.WELL, "it answers 200", at=NOON), a_cause())
    assert here.register(endpoints=["/new"]).health is Health.HEALTHY
    assert here.register(base_url="https://elsewhere.example").health is Health.UNKNOWN


def test_a_slash_at_the_end_of_a_base_url_says_nothing(here: Instance) -> None:
    here.register(base_url="https://docs.example/v1/")
    assert here.register(base_url="https://docs.example/v1").said.base_url == "https://docs.example/v1"
    assert here.types() == ["service.registered"]


# whose it is


def test_who_registers_a_service_owns_it(here: Instance) -> None:
    assert here.register().said.owner == KEY
    assert here.register("mine", is_person=True, owner=OTHER).said.owner == OTHER


def test_a_service_s_key_cannot_say_that_another_owns_what_it_registers(here: Instance) -> None:
    with pytest.raises(ForbiddenError):
        here.register(owner=OTHER)
    assert here.types() == []


@pytest.mark.parametrize("act", ["register", "renew", "deregister", "maintain"])
@pytest.mark.parametrize("who", [MINE, ANOTHER_S, A_PERSON], ids=["owner", "another", "person"])
def test_a_service_is_changed_by_its_owner_and_by_people(here: Instance, act: str, who: registering.Caller) -> None:
    here.register(lease_seconds=60)
    acts: dict[str, Callable[[], object]] = {
        "register": lambda: here.register(key=who.key_id, is_person=who.is_person, lease_seconds=90),
        "renew": lambda: renew("docs", who, here.ports),
        "deregister": lambda: deregister("docs", who, here.ports),
        "maintain": lambda: change_service(
            "docs", lambda it, at: it.maintained(True, origin="a", at=at), who, here.ports
        ),
    }
    before = here.types()
    if who is ANOTHER_S:
        with pytest.raises(ForbiddenError, match="another's"):
            acts[act]()
        assert here.types() == before
    else:
        acts[act]()
        assert here.services.get("docs").said.owner == KEY


def test_people_can_hand_a_service_over(here: Instance) -> None:
    here.register()
    here.register(is_person=True, key="a" * 16, owner=OTHER)
    with pytest.raises(ForbiddenError):
        here.register(endpoints=["/mine"])
    assert here.register(key=OTHER, endpoints=["/theirs"]).said.owner == OTHER


def test_the_name_of_a_service_whose_lease_is_over_is_not_free(here: Instance) -> None:
    here.register(lease_seconds=60)
    service = here.services.get("docs")
    here.services.save(service.expired(None, origin="a", at=NOON), a_cause())
    with pytest.raises(ForbiddenError):
        here.register(key=OTHER)
    assert here.registered(lease_seconds=60)[1], "its owner may have it back"


def test_a_name_that_was_given_up_is_anybody_s(here: Instance) -> None:
    here.register()
    assert deregister("docs", MINE, here.ports)
    assert not deregister("docs", ANOTHER_S, here.ports), "it is gone already"
    service, is_new = here.registered(key=OTHER)
    assert (service.said.owner, is_new) == (OTHER, True)
    assert here.types() == ["service.registered", "service.deregistered", "service.registered"]


@pytest.mark.parametrize("name", sorted(CALLED_BY_US))
def test_the_name_of_a_service_that_we_hand_keys_to_is_given_by_people(here: Instance, name: str) -> None:
    with pytest.raises(ForbiddenError, match="an operator registers it"):
        here.register(name)
    here.register(name, key="a" * 16, is_person=True, owner=KEY)
    here.register(name, endpoints=["/new"])
    deregister(name, MINE, here.ports)
    with pytest.raises(ForbiddenError):
        here.register(name)


# leases


def test_a_lease_is_renewed_by_a_heartbeat_which_is_no_event(here: Instance) -> None:
    here.register(lease_seconds=60)
    for _ in range(10):
        here.time.pass_by(seconds=50)
        at, until = renew("docs", MINE, here.ports)
        assert (at, until) == (here.time(), here.time() + timedelta(seconds=60))
    assert here.types() == ["service.registered"]
    assert here.services.get("docs").status_at(here.ports.seen.renewed_at("docs"), at=here.time()) is Status.UNKNOWN


@pytest.mark.parametrize(("seconds", "is_over"), [(59.999, False), (60, True), (61, True)])
def test_a_lease_is_over_at_its_end_and_not_a_moment_before(here: Instance, seconds: float, is_over: bool) -> None:
    here.register(lease_seconds=60)
    here.time.pass_by(seconds=seconds)
    seen = here.ports.seen.renewed_at("docs")
    assert (here.services.get("docs").status_at(seen, at=here.time()) is Status.EXPIRED) is is_over
    if is_over:
        with pytest.raises(IllegalTransitionError, match="register it again"):
            renew("docs", MINE, here.ports)
    else:
        renew("docs", MINE, here.ports)


def test_registering_again_renews_a_lease_too(here: Instance) -> None:
    here.register(lease_seconds=60)
    here.time.pass_by(seconds=59)
    here.register(lease_seconds=60)
    here.time.pass_by(seconds=59)
    renew("docs", MINE, here.ports)


def test_without_a_lease_a_service_stays(here: Instance) -> None:
    here.register()
    here.time.pass_by(days=1_000)
    assert renew("docs", MINE, here.ports) == (here.time(), None)


def test_who_was_never_registered_has_nothing_to_renew(here: Instance) -> None:
    for act in (renew, deregister):
        with pytest.raises(NotFoundError):
            act("docs", MINE, here.ports)
    here.register()
    deregister("docs", MINE, here.ports)
    with pytest.raises(NotFoundError):
        renew("docs", MINE, here.ports)


def test_maintenance_is_begun_and_ended_by_saying_so_and_not_by_registering(here: Instance) -> None:
    here.register()
    for on in (True, True):
        change_service("docs", lambda it, at, on=on: it.maintained(on, origin="a", at=at), MINE, here.ports)  # type: ignore[misc]
    assert here.register(endpoints=["/new"]).status is Status.MAINTENANCE
    change_service("docs", lambda it, at: it.maintained(False, origin="a", at=at), MINE, here.ports)
    assert here.services.get("docs").status is Status.UNKNOWN
    assert here.types() == ["service.registered"] + ["service.changed"] * 3


# what may be said


@pytest.mark.parametrize("url", [one for one in BAD_SPELLINGS if one] + [f"https://{one}/" for one in LITERALS])
@pytest.mark.parametrize("name", ["base_url", "openapi_url"])
def test_a_url_that_leads_inside_is_refused_however_it_is_written(here: Instance, name: str, url: str) -> None:
    with pytest.raises((ValidationError, InvalidInputError)):
        here.register(**{name: url})  # type: ignore[arg-type]
    assert here.types() == []
    assert here.net.asked == []


def test_the_refusal_says_which_url_and_why(here: Instance) -> None:
    with pytest.raises(InvalidInputError, match=r"openapi_url: the URL leads to an address"):
        here.register(openapi_url="https://169.254.169.254/latest")
    with pytest.raises(InvalidInputError, match=r"base_url: the URL has to begin with https"):
        here.register(base_url="http://docs.example")


@pytest.mark.parametrize("addresses", [["10.0.0.1"], [PUBLIC, "127.0.0.1"], ["169.254.169.254"], ["::1"], ["fd00::1"]])
def test_a_name_that_leads_inside_is_refused(here: Instance, addresses: list[str]) -> None:
    here.ports = replace(here.ports, check=UrlGuard(resolve=lambda host, port: addresses).check)
    with pytest.raises(InvalidInputError, match="base_url: the URL leads to an address"):
        here.register()
    assert here.types() == []


def test_where_names_cannot_be_looked_up_nothing_is_registered() -> None:
    here = Instance()

    def nobody_knows(url: str) -> None:
        raise DependencyError("names cannot be looked up now")

    here.ports = replace(here.ports, check=nobody_knows)
    with pytest.raises(DependencyError):
        here.register()
    assert here.types() == []


GOOD_NAMES = ["a", "doc-store", "github-agent", "orchestrator.v2", "a_b", "0", "a" * 63, "a..b"]
BAD_NAMES = [
    "",
    "A",
    "-a",
    ".a",
    "_a",
    "a/b",
    "a b",
    "a%2fb",
    "ä",
    "a\n",
    "a\x00",
    "../a",
    "a" * 64,
    "a#b",
    "a:b",
    "a?b",
]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_plain_name_is_taken(name: str) -> None:
    assert ServiceIn(name=name, base_url="https://a.example").name == name
    assert is_name(name)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_would_have_to_be_written_otherwise_somewhere_is_not(name: str) -> None:
    with pytest.raises(ValidationError):
        ServiceIn(name=name, base_url="https://a.example")
    assert not is_name(name)


@pytest.mark.parametrize(
    "wanted",
    [
        {"metadata": {"a": "x" * LARGEST_METADATA}},
        {"metadata": {"a": "\ud800"}},
        {"metadata": {"a": float("inf")}},
        {"metadata": {"health_path": "health"}},
        {"metadata": {"health_path": "/he alth"}},
        {"metadata": {"health_path": 7}},
        {"metadata": {"health_path": "/\r\nHost: a"}},
        {"metadata": []},
        {"lease_seconds": 9},
        {"lease_seconds": 7 * 86_400 + 1},
        {"lease_seconds": 60.5},
        {"lease_seconds": "60"},
        {"lease_seconds": True},
        {"endpoints": ["/a"] * 51},
        {"endpoints": ["/a b"]},
        {"endpoints": [""]},
        {"endpoints": "/a"},
        {"owner": ""},
        {"owner": "a b"},
        {"base_url": "https://a.example?b=1"},
        {"base_url": "https://a.example/" + "a" * 600},
        {"base_url": None},
        {"openapi_url": "ftp://a.example/openapi.json"},
        {"health": "healthy"},
        {"name": None},
    ],
    ids=lambda wanted: str(wanted)[:40],
)
def test_what_cannot_be_used_is_refused(here: Instance, wanted: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        here.register(**{"name": "docs"} | wanted)  # type: ignore[arg-type]
    assert here.types() == []


@pytest.mark.parametrize("levels", [DEEPEST, 300, 5_000])
def test_metadata_that_goes_deeper_than_it_can_be_shown_is_refused(here: Instance, levels: int) -> None:
    metadata: dict[str, object] = {}
    inner = metadata
    for _ in range(levels):
        deeper: dict[str, object] = {}
        inner["a"] = deeper
        inner = deeper
    with pytest.raises(ValidationError):
        here.register(metadata=metadata)


def test_there_is_room_for_so_many_services_and_no_more(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "MAX_SERVICES", 2)
    here.register("one")
    here.register("two")
    with pytest.raises(InvalidInputError, match="at most 2"):
        here.register("three")
    here.register("two", endpoints=["/who-is-there-may-change"])
    deregister("one", MINE, here.ports)
    here.register("three")


def test_over_what_another_writes_at_the_same_moment_it_is_done_anew(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.register()
    save, rivals = here.ports.services.save, [ConflictError("first"), ConflictError("second")]

    def contested(*told: object) -> object:
        if rivals:
            raise rivals.pop()
        return save(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(here.ports.services, "save", contested)
    assert here.register(endpoints=["/new"]).said.endpoints == ("/new",)
    rivals += [ConflictError("always")] * 30
    for act in (
        lambda: here.register(endpoints=["/newer"]),
        lambda: deregister("docs", MINE, here.ports),
    ):
        with pytest.raises(ConflictError, match="try again"):
            act()
