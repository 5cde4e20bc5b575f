"""Looking after services: asked how they are, let go when nobody hears of them; only what is new is news."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.control.registry.health import outcome_of
from shared.control.registry.polling import expire_services, poll_services
from shared.control.registry.registering import change_service, deregister, renew
from shared.control.registry.statuses import Health, Outcome, Presence
from shared.runtime.errors import DependencyError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError
from tests.support.builders import a_cause
from tests.support.registries import Instance, a_caller, said

WELL = said(200, b'{"status": "healthy"}')


@pytest.fixture
def here() -> Instance:
    return Instance()


def poll(here: Instance, **span: float) -> dict[str, Any]:
    until = here.time() + timedelta(**span or {"seconds": 10})
    return poll_services(here.ports, a_cause("clock"), until=until)


def expire(here: Instance) -> dict[str, Any]:
    return expire_services(here.ports, a_cause("clock"))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (said(200), Outcome.WELL),
        (said(204, b""), Outcome.WELL),
        (said(200, b"OK"), Outcome.WELL),
        (said(200, b"[" * 100_000), Outcome.WELL),
        (said(200, b'{"status": "healthy"}'), Outcome.WELL),
        (said(200, b'{"status": "UP"}'), Outcome.WELL),
        (said(200, b'{"status": 7}'), Outcome.WELL),
        (said(200, b'{"status": "unhealthy"}'), Outcome.UNWELL),
        (said(200, b'{"status": "DOWN"}'), Outcome.UNWELL),
        (said(200, b'{"status": "fail"}'), Outcome.UNWELL),
        (said(500), Outcome.UNWELL),
        (said(503, Retry_After="10"), Outcome.UNWELL),
        (said(301, Location="http://169.254.169.254/"), Outcome.UNSURE),
        (said(304), Outcome.UNSURE),
        (said(401), Outcome.UNSURE),
        (said(404), Outcome.UNSURE),
        (said(429), Outcome.BUSY),
    ],
    ids=lambda value: f"{value.status} {value.body[:25]!r}" if isinstance(value, Answer) else str(value),
)
def test_what_an_answer_says_of_who_gives_it(answer: Answer, outcome: Outcome) -> None:
    assert outcome_of(answer)[0] is outcome


def test_every_service_is_asked_at_its_health_page(here: Instance) -> None:
    here.register("docs", base_url="https://docs.example/v1")
    here.register("search", metadata={"health_path": "/healthz?deep=1"})
    here.net.answers("https://docs.example", WELL)
    here.net.answers("https://search.example", WELL)
    assert poll(here) == {
        "services": 2,
        "unknown": 0,
        "healthy": 2,
        "unhealthy": 0,
        "maintenance": 0,
        "changed": ["docs", "search"],
        "changed_count": 2,
        "left": 0,
    }
    assert sorted(url for url, _ in here.net.asked) == [
        "https://docs.example/v1/health",
        "https://search.example/healthz?deep=1",
    ]
    assert not any(name.lower() in ("authorization", "x-api-key") for _, headers in here.net.asked for name in headers)


def test_only_another_health_is_news(here: Instance) -> None:
    here.register()
    here.net.answers("https://docs.example", WELL)
    for _ in range(3):
        poll(here)
    assert here.types() == ["service.registered", "service.health_changed"]
    here.net.answers("https://docs.example", said(500))
    for _ in range(3):
        poll(here)
    assert here.types()[2:] == ["service.health_changed"]
    assert here.events()[-1].data == {
        "name": "docs",
        "from": "healthy",
        "to": "unhealthy",
        "detail": "it answers 500",
    }


def test_one_bad_answer_is_not_believed_before_a_second(here: Instance) -> None:
    here.register()
    here.net.answers("https://docs.example", WELL)
    poll(here)
    here.net.answers("https://docs.example", said(502), WELL)
    assert poll(here)["changed"] == []
    assert here.types() == ["service.registered", "service.health_changed"]


@pytest.mark.parametrize("trouble", [NotSentError("cannot be reached"), NoAnswerError("did not answer in time")])
def test_who_does_not_answer_is_unhealthy_and_seen_when_it_answered_last(here: Instance, trouble: Exception) -> None:
    here.register()
    here.net.answers("https://docs.example", WELL)
    poll(here)
    seen = here.time()
    here.time.pass_by(minutes=5)
    here.net.answers("https://docs.example", trouble)
    poll(here)
    look = here.ports.seen.looks()["docs"]
    assert (look.at, look.answered_at) == (here.time(), seen)
    service = here.services.get("docs")
    assert (service.health, service.health_detail) == (Health.UNHEALTHY, f"it {trouble}")


def test_a_service_in_maintenance_is_left_alone(here: Instance) -> None:
    here.register()
    change_service("docs", lambda it, at: it.maintained(True, origin="a", at=at), a_caller(), here.ports)
    assert poll(here)["maintenance"] == 1
    assert here.net.asked == []
    assert here.types() == ["service.registered", "service.changed"]


def test_who_is_not_registered_any_more_is_not_asked(here: Instance) -> None:
    here.register()
    deregister("docs", a_caller(), here.ports)
    assert poll(here)["services"] == 0
    assert here.net.asked == []


def test_what_was_found_of_a_service_that_has_moved_meanwhile_is_not_said_of_it(here: Instance) -> None:
    here.register()

    def move(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        here.register(base_url="https://elsewhere.example")
        return WELL

    here.net.served["https://docs.example"] = move
    poll(here)
    assert here.services.get("docs").health is Health.UNKNOWN


def test_who_is_not_reached_in_time_keeps_its_health_and_comes_first_the_next_time(here: Instance) -> None:
    for name in ("a", "b"):
        here.register(name)
        here.net.answers(f"https://{name}.example", WELL)
    assert poll(here, seconds=0)["left"] == 2
    assert (here.net.asked, here.ports.seen.looks()) == ([], {})
    poll(here)
    here.time.pass_by(minutes=1)
    here.register("c")
    here.net.answers("https://c.example", WELL)
    here.net.asked.clear()
    poll(here)
    assert here.net.asked[0][0].startswith("https://c.example"), "never asked before"


def test_a_name_that_leads_inside_by_now_is_not_called() -> None:
    here = Instance()
    here.register()
    guard = UrlGuard(resolve=lambda host, port: ["10.0.0.1"])
    here.ports = replace(here.ports, send=guard.send_guarded)
    poll(here)
    service = here.services.get("docs")
    assert service.health is Health.UNHEALTHY
    assert "not of the public internet" in str(service.health_detail)


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "2130706433", "localhost"])
def test_what_a_peer_says_of_a_service_inside_is_not_called_either(host: str) -> None:
    here = Instance()
    service = here.register()
    inside = replace(service, said=replace(service.said, base_url=f"https://{host}"), name="inside", version=0)
    here.services.save(inside._having("service.registered", here.time(), inside.told()), a_cause())
    here.ports = replace(here.ports, send=UrlGuard(resolve=lambda name, port: ["10.0.0.1"]).send_guarded)
    poll(here)
    assert here.services.get("inside").health is Health.UNHEALTHY
    assert "may not be called" in str(here.services.get("inside").health_detail)


# leases that are over


def test_who_is_not_heard_of_in_time_is_let_go_once(here: Instance) -> None:
    here.register("docs", lease_seconds=60)
    here.register("search", lease_seconds=3_600)
    here.register("stays")
    here.time.pass_by(seconds=59)
    assert expire(here)["expired"] == 0
    here.time.pass_by(seconds=1)
    assert expire(here) == {"leases": 2, "expired": 1, "names": ["docs"], "unread": 0}
    assert expire(here)["expired"] == 0
    assert here.types() == ["service.registered", "service.expired"]
    assert here.services.get("docs").presence is Presence.EXPIRED
    assert here.events()[-1].data["lease_seconds"] == 60


def test_a_heartbeat_keeps_it(here: Instance) -> None:
    here.register(lease_seconds=60)
    for _ in range(5):
        here.time.pass_by(seconds=59)
        renew("docs", a_caller(), here.ports)
        assert expire(here)["expired"] == 0


def test_who_registers_while_the_lease_is_looked_at_is_not_let_go(here: Instance) -> None:
    here.register(lease_seconds=60)
    here.time.pass_by(seconds=61)
    renewed_at = here.ports.seen.renewed_at
    asked: list[str] = []

    def meanwhile(name: str) -> Any:
        asked.append(name)
        found = renewed_at(name)
        if len(asked) == 1:
            here.register(lease_seconds=60)
        return found

    here.ports.seen.renewed_at = meanwhile  # type: ignore[method-assign]
    assert expire(here)["expired"] == 0


def test_what_cannot_be_looked_at_holds_up_no_other(here: Instance) -> None:
    for name in ("a", "b", "c"):
        here.register(name, lease_seconds=60)
    here.time.pass_by(seconds=61)
    renewed_at = here.ports.seen.renewed_at

    def partly(name: str) -> Any:
        if name == "b":
            raise DependencyError("the state store cannot be reached")
        return renewed_at(name)

    here.ports.seen.renewed_at = partly  # type: ignore[method-assign]
    assert expire(here) == {"leases": 3, "expired": 2, "names": ["a", "c"], "unread": 1}
