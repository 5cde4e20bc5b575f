"""What a service may be and what may be done with it: every row of the tables, and nothing beside them."""

from itertools import product

import pytest

from shared.control.registry.statuses import (
    HEALTH_AFTER,
    STEPS,
    Act,
    Health,
    Outcome,
    Presence,
    Status,
    presence_after,
    status_of,
)
from shared.runtime.errors import IllegalTransitionError

ALLOWED = {
    (Presence.REGISTERED, Act.REGISTER): Presence.REGISTERED,
    (Presence.REGISTERED, Act.RENEW): Presence.REGISTERED,
    (Presence.REGISTERED, Act.MAINTAIN): Presence.REGISTERED,
    (Presence.REGISTERED, Act.EXPIRE): Presence.EXPIRED,
    (Presence.REGISTERED, Act.DEREGISTER): Presence.DEREGISTERED,
    (Presence.EXPIRED, Act.REGISTER): Presence.REGISTERED,
    (Presence.EXPIRED, Act.DEREGISTER): Presence.DEREGISTERED,
    (Presence.DEREGISTERED, Act.REGISTER): Presence.REGISTERED,
}


@pytest.mark.parametrize(("presence", "act"), list(product(Presence, Act)))
def test_of_every_act_it_is_said_whether_it_is_done_and_what_comes_of_it(presence: Presence, act: Act) -> None:
    if (presence, act) in ALLOWED:
        assert presence_after(presence, act) is ALLOWED[presence, act]
    else:
        with pytest.raises(IllegalTransitionError, match=r"register it again|is not done"):
            presence_after(presence, act)


def test_every_state_has_its_row() -> None:
    assert list(STEPS) == list(Presence)
    assert list(HEALTH_AFTER) == list(Health)
    assert all(list(row) == list(Outcome) for row in HEALTH_AFTER.values())


@pytest.mark.parametrize(("health", "outcome"), list(product(Health, Outcome)))
def test_health_is_what_the_last_look_says_but_who_is_busy_says_nothing(health: Health, outcome: Outcome) -> None:
    expected = {Outcome.WELL: Health.HEALTHY, Outcome.UNWELL: Health.UNHEALTHY, Outcome.UNSURE: Health.UNKNOWN}
    assert HEALTH_AFTER[health][outcome] is expected.get(outcome, health)


@pytest.mark.parametrize(("presence", "health", "on"), list(product(Presence, Health, [False, True])))
def test_what_people_see_is_whether_it_is_there_then_maintenance_then_health(
    presence: Presence, health: Health, on: bool
) -> None:
    status = status_of(presence, health, in_maintenance=on)
    if presence is not Presence.REGISTERED:
        assert status.value == presence.value
    else:
        assert status.value == ("maintenance" if on else health.value)
    assert status in Status
