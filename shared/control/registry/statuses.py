"""What a service may be, and what may be done with it then: all of it in tables."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.runtime.errors import IllegalTransitionError


class Presence(StrEnum):
    """Whether it takes part."""

    REGISTERED = "registered"
    EXPIRED = "expired"  # its lease was over, and nobody had renewed it
    DEREGISTERED = "deregistered"  # its name is free


class Act(StrEnum):
    REGISTER = "register"
    RENEW = "renew"  # a heartbeat
    MAINTAIN = "maintain"  # maintenance begins or ends
    EXPIRE = "expire"
    DEREGISTER = "deregister"


class Health(StrEnum):
    """What came of asking it."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class Outcome(StrEnum):
    """Of one look at a service."""

    WELL = "well"
    UNWELL = "unwell"
    UNSURE = "unsure"  # it answers, and says nothing of how it is
    BUSY = "busy"  # it asks to be left alone: no news


class Status(StrEnum):
    """What people see."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    EXPIRED = "expired"
    DEREGISTERED = "deregistered"


STEPS: Final[Mapping[Presence, Mapping[Act, Presence]]] = {
    Presence.REGISTERED: {
        Act.REGISTER: Presence.REGISTERED,
        Act.RENEW: Presence.REGISTERED,
        Act.MAINTAIN: Presence.REGISTERED,
        Act.EXPIRE: Presence.EXPIRED,
        Act.DEREGISTER: Presence.DEREGISTERED,
    },
    Presence.EXPIRED: {Act.REGISTER: Presence.REGISTERED, Act.DEREGISTER: Presence.DEREGISTERED},
    Presence.DEREGISTERED: {Act.REGISTER: Presence.REGISTERED},
}

HEALTH_AFTER: Final[Mapping[Health, Mapping[Outcome, Health]]] = {
    Health.UNKNOWN: {
        Outcome.WELL: Health.HEALTHY,
        Outcome.UNWELL: Health.UNHEALTHY,
        Outcome.UNSURE: Health.UNKNOWN,
        Outcome.BUSY: Health.UNKNOWN,
    },
    Health.HEALTHY: {
        Outcome.WELL: Health.HEALTHY,
        Outcome.UNWELL: Health.UNHEALTHY,
        Outcome.UNSURE: Health.UNKNOWN,
        Outcome.BUSY: Health.HEALTHY,
    },
    Health.UNHEALTHY: {
        Outcome.WELL: Health.HEALTHY,
        Outcome.UNWELL: Health.UNHEALTHY,
        Outcome.UNSURE: Health.UNKNOWN,
        Outcome.BUSY: Health.UNHEALTHY,
    },
}


def presence_after(presence: Presence, act: Act) -> Presence:
    """Raises IllegalTransitionError."""
    try:
        return STEPS[presence][act]
    except KeyError:
        raise IllegalTransitionError(_REFUSALS[presence]) from None


_REFUSALS: Final[Mapping[Presence, str]] = {
    Presence.REGISTERED: "this is not done with a service that is registered",
    Presence.EXPIRED: "its lease is over: register it again",
    Presence.DEREGISTERED: "it is not registered any more: register it again",
}


def status_of(presence: Presence, health: Health, *, in_maintenance: bool) -> Status:
    if presence is not Presence.REGISTERED:
        return Status(presence.value)
    return Status.MAINTENANCE if in_maintenance else Status(health.value)
