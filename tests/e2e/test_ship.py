"""Shipping from Discord: one run for each deploy, whatever GitHub does, and no claim that is not known to be true."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from scripts.discord.places import CHANNELS
from shared.ledger.envelope import Event
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord_client import Somebody, buttons_of, text_of
from tests.support.cloud import Cloud
from tests.support.waiting import eventually


class Ship:
    """One environment, as people in the channel of operations see it."""

    def __init__(self, services: StandIns, cloud: Cloud) -> None:
        self.services = services
        self.cloud = cloud
        self.admin = Somebody(services, "admin")
        self.ref = f"release-{uuid4().hex[:8]}"
        services.set("github", refs=["main", self.ref], seconds=0.5)

    def ship(self, env: str = "staging", strategy: str = "full") -> None:
        asked = self.admin.use("ship", env=env, strategy=strategy, ref=self.ref)
        if env == "prod":
            self.admin.press(asked.message, "Confirm")

    @property
    def message(self) -> dict[str, Any]:
        """The one of this deploy. Raises IndexError before it is there."""
        return [one for one in self.services.discord_messages(CHANNELS["operations"]) if self.ref in text_of(one)][-1]

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The message, as soon as it is so."""

        def look() -> dict[str, Any] | None:
            try:
                return self.message if holds(self.message) else None
            except IndexError:
                return None

        found = eventually(look)
        assert found
        return found

    def shows(self, *buttons: str) -> dict[str, Any]:
        return self.until(lambda one: set(buttons) <= set(buttons_of(one)))

    @property
    def runs(self) -> list[dict[str, Any]]:
        """Of the workflow, for this ref."""
        return [run for run in self.services.state("github")["runs"] if self.ref in str(run)]

    def events(self, env: str) -> list[Event]:
        return list(self.cloud.ledger.history("DEPLOY", env))


@pytest.fixture
def shipping(services: StandIns, cloud: Cloud) -> Iterator[Ship]:
    """Nothing is under way before and after."""
    ship = Ship(services, cloud)
    yield ship
    services.set("github", faults={"down": "no"}, page_status=200, conclusion="success", listed_after=0.0, tells=True)


def test_a_deploy_to_staging_is_followed_to_its_end_in_one_message(shipping: Ship) -> None:
    shipping.ship()
    message = shipping.shows("Roll back")
    assert "Deployed" in text_of(message)
    assert len(shipping.runs) == 1
    types = [event.type for event in shipping.events("staging")]
    assert types[0] == "deploy.requested"
    said = [one for one in shipping.services.discord_messages(CHANNELS["operations"]) if shipping.ref in text_of(one)]
    assert len(said) == 1


def test_a_canary_in_production_is_confirmed_promoted_and_rolled_back_each_once(shipping: Ship) -> None:
    shipping.ship("prod", "canary")
    message = shipping.shows("Promote", "Roll back")
    for _ in range(3):
        shipping.admin.press_forged(message, custom_id_of(message, "Promote"), wait=False)
    promoted = shipping.until(lambda one: "Promote" not in buttons_of(one) and "Roll back" in buttons_of(one))
    assert len(shipping.runs) == 2
    shipping.admin.press(promoted, "Roll back", wait=False)
    shipping.until(lambda one: "Roll back" not in buttons_of(one) and "Rolled back" in text_of(one))
    assert [run["inputs"]["action"] for run in sorted(shipping.runs, key=lambda run: run["id"])] == [
        "deploy",
        "promote",
        "rollback",
    ]


def custom_id_of(message: dict[str, Any], label: str) -> str:
    inside = [one for row in message["components"] for one in row["components"]]
    return str(next(one["custom_id"] for one in inside if one.get("label") == label))


def test_a_run_that_github_started_and_never_told_of_is_found_and_not_started_again(shipping: Ship) -> None:
    shipping.services.set("github", faults={"fail": {"status": 502, "next": 1, "after_work": True}})
    shipping.ship()
    shipping.until(lambda one: "Deployed" in text_of(one))
    assert len(shipping.runs) == 1


def test_a_run_that_github_lists_late_is_waited_for_and_not_started_again(shipping: Ship) -> None:
    shipping.services.set(
        "github", listed_after=10.0, tells=False, faults={"fail": {"status": 502, "next": 1, "after_work": True}}
    )
    shipping.ship()
    shipping.until(lambda one: "is being looked for" in text_of(one))
    shipping.until(lambda one: "Deployed" in text_of(one))
    assert len(shipping.runs) == 1


def test_what_github_refuses_is_shown_in_its_words_and_frees_the_environment(shipping: Ship) -> None:
    shipping.services.set("github", refs=["main"])
    shipping.ship()
    message = shipping.until(lambda one: "No ref found" in text_of(one))
    assert "422" in text_of(message)
    assert not shipping.runs
    shipping.services.set("github", refs=["main", shipping.ref])
    shipping.ship()
    shipping.shows("Roll back")


def test_who_may_not_ship_is_told_so(services: StandIns, shipping: Ship) -> None:
    refused = Somebody(services, "operator").use("ship", env="prod", strategy="full", ref=shipping.ref)
    assert refused.is_private
    assert "admin" in refused.text
    assert not shipping.runs


def test_what_does_not_answer_after_a_deploy_is_not_called_well(shipping: Ship) -> None:
    shipping.services.set("github", page_status=500)
    shipping.ship()
    message = shipping.until(lambda one: "is not well" in text_of(one))
    assert "Roll back" in buttons_of(message)
