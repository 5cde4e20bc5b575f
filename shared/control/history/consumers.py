"""Who takes events from the bus: to whom a replay may be sent, and whom one for all reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.runtime.errors import InvalidInputError

ALL: Final = "all"
LOG: Final = "log"  # hears everything, whomever it is for


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """`in_all`: a replay for all reaches it, for what it does again is seen by nobody but the one it was for."""

    does: str
    in_all: bool = False


CONSUMERS: Final[Mapping[str, Consumer]] = {
    "listings": Consumer(does="what follows for a listing by itself: sellers are written to, things offered for sale"),
    "timers": Consumer(does="the timers of listings"),
    "notion": Consumer(does="what goes to Notion", in_all=True),
    "google-calendar": Consumer(does="what goes to Google Calendar", in_all=True),
    "shopify": Consumer(does="what goes to Shopify", in_all=True),
    "discord": Consumer(does="what the rules send to Discord"),
    "telegram": Consumer(does="what the rules send to Telegram"),
    "notices": Consumer(does="what people are told by themselves, on Telegram and in Discord"),
    "cards": Consumer(does="the cards of listings and claims in Discord"),
    "deploys": Consumer(does="deploys: GitHub is asked, and what it ships is looked at"),
    "claims": Consumer(does="the claims of the blackboard: they begin, go on and end", in_all=True),
    "agents": Consumer(does="what agents are told"),
    "runs": Consumer(does="runs and jobs that are to begin"),
    LOG: Consumer(does="the log of the bus, and nothing else"),
}


def checked_target(name: str) -> str:
    """Raises InvalidInputError for nobody we know."""
    if name != ALL and name not in CONSUMERS:
        raise InvalidInputError(f"to: one of {', '.join((ALL, *CONSUMERS))} is wanted")
    return name
