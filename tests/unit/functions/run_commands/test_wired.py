"""What commands may reach, as the environment has it: what it does not say is not known."""

import pytest

from functions.run_commands.wired import WiredPorts
from shared.runtime import wiring
from shared.runtime.errors import DependencyError
from tests.support.told import told


def test_whether_ebay_is_set_up_is_known_only_of_a_lister() -> None:
    with told(ebay_api_url="https://lister.example"):
        assert WiredPorts().set_up["ebay"] is True
    with told(ebay_api_url=""):
        assert "ebay" not in WiredPorts().set_up


@pytest.mark.parametrize("places", ["", ",", "=somewhere", "notion=,"])
def test_nothing_without_a_name_is_set_up(places: str) -> None:
    with told(sink_places=places):
        assert "" not in WiredPorts().set_up


def test_of_each_sink_it_is_known_whether_it_has_a_place() -> None:
    with told(sink_places="notion=0123,shopify="):
        set_up = WiredPorts().set_up
    assert (set_up["notion"], set_up["shopify"]) == (True, False)


def test_what_is_watched_is_named_without_a_look_at_any_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DependencyError("the secret cannot be read now")

    monkeypatch.setattr(wiring, "secret", away)
    with told(github_repository="acme/shop", status_urls="api=https://api.example"):
        watched = WiredPorts().watched
        assert [target.name for target in watched.targets] == ["api"]
        with pytest.raises(DependencyError):
            watched.github()
