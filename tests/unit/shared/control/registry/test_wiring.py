"""What the registry is put together from: whose address a name gives, and what peers sign with."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.control.registry.registering import deregister
from shared.runtime import wiring_registry
from shared.runtime.errors import DependencyError
from shared.runtime.settings import Settings, settings
from tests.support.registries import Instance, a_caller

GOOD, OLD = "d2hhdCBvbmx5IHBlZXJzIGtub3csIHRoaXJ0eQ==", "d2hhdCBwZWVycyBrbmV3IG9uY2UsIHRoaXJ0eSE="
Keep = Callable[[dict[str, str] | None], None]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Instance:
    here = Instance()
    monkeypatch.setattr(wiring_registry, "services", lambda: here.services)
    return here


def test_a_name_gives_the_address_of_who_is_registered_here_under_it(here: Instance) -> None:
    assert wiring_registry.registered("reporting") == ""
    here.register("reporting", is_person=True)
    assert wiring_registry.registered("reporting") == "https://reporting.example"
    deregister("reporting", a_caller(is_person=True), here.ports)
    assert wiring_registry.registered("reporting") == ""


def test_what_a_peer_says_gives_no_address_to_send_keys_to(here: Instance) -> None:
    other = Instance("https://b.example", net=here.net, time=here.time).names(here.origin)
    other.register("reporting", is_person=True)
    other.sync()
    assert here.services.get("reporting").is_registered
    assert wiring_registry.registered("reporting") == ""
    assert wiring_registry.service_at("reporting", "") is None


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Keep:
    def put(kept: dict[str, str] | None) -> None:
        known: Settings = replace(settings(), peer_secret="" if kept is None else "arn")
        monkeypatch.setattr(wiring_registry, "settings", lambda: known)

        def secret(arn: str, transform: Any) -> Callable[..., dict[str, str]]:
            return lambda *, fresh: kept or {}

        monkeypatch.setattr(wiring_registry, "secret", secret)

    return put


def test_peers_sign_with_the_current_secret_and_the_one_before(keep: Keep) -> None:
    for kept, number in (({"current": GOOD}, 1), ({"previous": f"whsec_{OLD}", "current": GOOD}, 2)):
        keep(kept)
        assert len(wiring_registry.peer_secrets()) == number
    assert wiring_registry.peer_secrets()[0] == b"what only peers know, thirty"


@pytest.mark.parametrize("kept", [None, {}, {"current": "", "previous": ""}])
def test_without_a_secret_there_is_none(keep: Keep, kept: dict[str, str] | None) -> None:
    keep(kept)
    assert wiring_registry.peer_secrets() == []


def test_a_secret_that_could_be_guessed_is_none_of_ours(keep: Keep) -> None:
    for text in ("c2hvcnQ=", "not base64!"):
        keep({"current": text})
        with pytest.raises(DependencyError) as refused:
            wiring_registry.peer_secrets()
        assert text not in str(refused.value)
