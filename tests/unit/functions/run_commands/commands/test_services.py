"""/services: what is known of each, and nothing else: of what nobody knows anything, nothing good is said."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.run_commands.commands.services import Services
from functions.run_commands.system import registered
from shared.control.registry.statuses import Outcome
from shared.discord.answers import Colour
from shared.runtime.circuit_states import Circuit, State
from shared.runtime.errors import DependencyError
from tests.support.builders import NOON, a_cause
from tests.support.ports import MemoryPorts, use_of
from tests.unit.functions.run_commands.commands.control import look_at, register
from tests.unit.functions.run_commands.desk import ODD, text_of


@pytest.fixture
def ports() -> MemoryPorts:
    ports = MemoryPorts()
    ports.set_up = {"scraper": True, "chatterbot": False, "notion": True, "shopify": False}
    return ports


def told(ports: MemoryPorts) -> str:
    return text_of(Services().run(use_of("services", ports=ports)))


def line(ports: MemoryPorts, title: str) -> str:
    return next(line for line in told(ports).splitlines() if f"**{title}**: " in line)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Scraper", ": set up"),
        ("Chat bot", ": not set up"),
        ("Notion", ": set up"),
        ("Shopify", ": not set up"),
        ("Telegram", ": not known whether it is set up"),
        ("eBay", ": not known whether it is set up"),
    ],
)
def test_it_is_said_what_is_set_up(ports: MemoryPorts, title: str, words: str) -> None:
    assert words in line(ports, title)


@pytest.mark.parametrize(
    ("state", "words", "colour"),
    [
        (State.OPEN, "circuit open", Colour.BAD),
        (State.TRYING, "half open", Colour.WARNING),
        (State.CLOSED, "has answered since", Colour.NEUTRAL),
    ],
)
def test_a_circuit_is_shown_as_it_is_on_record(ports: MemoryPorts, state: State, words: str, colour: Colour) -> None:
    ports.known_circuits = {"notion": Circuit(state=state, opened_at=NOON - timedelta(minutes=1))}
    assert words in line(ports, "Notion")
    assert "no trouble on record" in line(ports, "Scraper")
    assert Services().run(use_of("services", ports=ports)).embeds[0].colour == colour


def test_a_circuit_may_have_opened_nobody_knows_when(ports: MemoryPorts) -> None:
    ports.known_circuits = {"notion": Circuit(state=State.OPEN)}
    assert "opened of late" in line(ports, "Notion")


def test_where_the_record_cannot_be_read_that_is_said(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    def unwell(_: Collection[str]) -> dict[str, Circuit]:
        raise DependencyError("the state store cannot answer now")

    monkeypatch.setattr(ports, "circuits", unwell)
    assert "cannot be read now" in line(ports, "Notion")


def test_nothing_is_called_well_of_which_nothing_is_known(ports: MemoryPorts) -> None:
    ports.set_up = {}
    text = told(ports).lower()
    assert text.count("not known whether it is set up") == 9
    assert not any(word in text for word in ("healthy", "well", "good", "ok ", "✅", "🟢"))
    assert Services().run(use_of("services", ports=ports)).embeds[0].colour is not Colour.GOOD


def test_paused_sinks_and_a_dry_run_are_named(ports: MemoryPorts) -> None:
    use = use_of("sinks pause", ports=ports)
    ports.sinks.decide(ports.sinks.get("notion"), paused=True, reason="tidying up", cause=use.cause, at=NOON)
    ports.is_live = False
    text = told(ports)
    assert "tidying up" in text
    assert "dry run" in text


def test_of_many_services_as_many_are_shown_as_fit(ports: MemoryPorts) -> None:
    ports.set_up |= {f"service-{number}-{'x' * 60}": True for number in range(60)}
    assert "…" in told(ports)


# what is registered


def registry_of(ports: MemoryPorts) -> str:
    return str(Services().run(use_of("services", ports=ports)).embeds[1].description)


def test_where_nobody_registered_that_is_said(ports: MemoryPorts) -> None:
    assert registry_of(ports) == "No service is registered."


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.WELL, "🟢 **doc-store** healthy: it answers 200"),
        (Outcome.UNWELL, "🔴 **doc-store** unhealthy: it answers 200"),
        (Outcome.UNSURE, "⚪ **doc-store** unknown · "),
    ],
)
def test_a_registered_service_is_shown_as_it_was_when_it_was_asked(
    ports: MemoryPorts, outcome: Outcome, words: str
) -> None:
    look_at(ports, register(ports, "doc-store"), outcome, "it answers 200")
    told = registry_of(ports)
    assert words in told
    assert f"seen <t:{int(NOON.timestamp())}:R>" in told
    assert "no lease" in told
    assert "https://doc-store.example" in told


def test_until_when_a_lease_is_good_and_since_when_it_is_over_is_shown(ports: MemoryPorts) -> None:
    register(ports, "doc-store", lease_seconds=60)
    until = int(NOON.timestamp()) + 60
    assert f"lease until <t:{until}:R>" in registry_of(ports)
    ports.now = NOON + timedelta(seconds=50)
    ports.seen.renew("doc-store", 60, at=ports.now)
    assert f"seen <t:{until - 10}:R> · lease until <t:{until + 50}:R>" in registry_of(ports)
    ports.now = NOON + timedelta(seconds=110)
    told = registry_of(ports)
    assert "⌛ **doc-store** expired" in told
    assert f"lease over since <t:{until + 50}:R>" in told
    assert Services().run(use_of("services", ports=ports)).embeds[1].colour is Colour.BAD


def test_what_expired_is_shown_and_what_was_deregistered_is_not(ports: MemoryPorts) -> None:
    expired = register(ports, "doc-store", lease_seconds=60)
    ports.services.save(expired.expired(None, origin="here", at=NOON), a_cause())
    ports.services.save(register(ports, "gone").deregistered(origin="here", at=NOON), a_cause())
    told = registry_of(ports)
    assert "**doc-store** expired" in told
    assert "gone" not in told


def test_of_a_service_in_maintenance_that_is_shown(ports: MemoryPorts) -> None:
    ports.services.save(register(ports, "doc-store").maintained(True, origin="here", at=NOON), a_cause())
    assert "🔧 **doc-store** maintenance" in registry_of(ports)


def test_of_a_service_that_a_peer_told_of_it_is_not_said_when_it_was_seen(ports: MemoryPorts) -> None:
    service = replace(register(ports, "doc-store", lease_seconds=60), via="https://peer.example")
    ports.services.save(service.looked_at(Outcome.WELL, "it answers 200", at=NOON), a_cause())
    told = registry_of(ports)
    assert "its lease is kept by here" in told
    assert "seen" not in told


def test_a_registry_that_cannot_be_read_leaves_the_rest_as_it_is(
    ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DependencyError("the ledger cannot answer now")

    monkeypatch.setattr(ports.services, "all", away)
    assert registry_of(ports) == "The registry cannot be read now."
    assert ": set up" in line(ports, "Notion")


def test_of_many_registered_services_as_many_are_shown_as_fit(
    ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registered, "MOST_SHOWN", 2)
    for number in range(4):
        register(ports, f"service-{number}")
    told = text_of(Services().run(use_of("services", ports=ports)))
    assert told.count("**service-") == 2
    assert "Only 2 are shown" in told


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_services_say_of_themselves_is_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    for number in range(60):
        service = register(ports, f"service-{number}", base_url=odd)
        look_at(ports, service, Outcome.UNWELL, odd)
    told = text_of(Services().run(use_of("services", ports=ports)))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "```"):
        assert harmful not in told
