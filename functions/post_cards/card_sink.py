"""The channel of cards as a sink: a card is brought there once for an event, if it is still worth one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.deliveries.delivery import Delivery, Status
from shared.discord import rest
from shared.discord.answers import Reply
from shared.discord.posted import SINK, Card
from shared.runtime.discord import SENT_AGAIN_WITHIN, nonce_of
from shared.runtime.http import Call, Service, ServiceError, Verdict
from shared.sinks.sink import Detail, Made

OLD_NEWS: Final = timedelta(days=1)  # what could not be shown by then is not shown any more


class Look(Protocol):
    """What has cards, as it is now."""

    @property
    def cards(self) -> Sequence[Card]:
        """Those it has, oldest first."""

    def card(self) -> Reply:
        """Rendered twice it is the same."""

    def former(self) -> Reply:
        """What is left of a card when a newer one is below."""

    def skips(self, event: Detail) -> str | None:
        """Why the event is not worth a card now; None where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What earlier tries have left. `is_in_doubt`: it may be there; `is_known`: sent again, it is there once."""

    is_in_doubt: bool = False
    is_known: bool = True

    @classmethod
    def of(cls, known: Delivery | None, *, trigger: str | None, at: datetime) -> "Before":
        """`trigger` asks for it once more, and begins anew where it is not the one that asked before."""
        if known is None:
            return cls()
        is_anew = trigger is not None and trigger != known.trigger
        is_young = is_anew or at - known.began_at < SENT_AGAIN_WITHIN
        # Who died over it is found out too late for its nonce.
        return cls(
            is_in_doubt=known.status is Status.IN_DOUBT, is_known=is_young and known.status is not Status.SENDING
        )


class CardSink:
    """For one thing as it is now, with the cards it has.

    A channel is not asked what was posted in it. While Discord knows the nonce, to send it again is to look: it answers
    with the message that is there.
    """

    name: str = SINK
    gives_up_after: timedelta = OLD_NEWS
    settles_after: timedelta = timedelta(0)

    def __init__(self, service: Service | None, channel_id: str, *, now: Look, before: Before) -> None:
        self._service = service
        self._channel_id = channel_id
        self._now = now
        self._before = before
        self.can_look: bool = before.is_known
        self.posted: str | None = None  # by us, just now

    def skips(self, event: Detail) -> str | None:
        """News that were overtaken are not shown any more."""
        if any(card.version > event["version"] for card in self._now.cards):
            return "a later card is there"
        return self._now.skips(event)

    def request(self, event: Detail) -> Call:
        return rest.create_call(self._channel_id, self._now.card(), nonce=_nonce(event))

    def send(self, event: Detail) -> Made:
        """What may be there is not posted where nothing keeps it from being there twice."""
        if self._before.is_in_doubt and not self.can_look:
            raise ServiceError(SINK, Verdict.AMBIGUOUS, "it may be there, and Discord does not know it again by now")
        return self._post(event)

    def find(self, event: Detail) -> Made | None:
        return self._post(event) if self._before.is_in_doubt else None

    def _post(self, event: Detail) -> Made:
        assert self._service is not None, "in a dry run nobody is asked"
        posted = rest.create_message(self._service, self._channel_id, self._now.card(), nonce=_nonce(event))
        self.posted = f"{self._channel_id}/{posted['id']}"
        return Made(external_id=self.posted)


def _nonce(event: Detail) -> str:
    """Not the one of the notice that tells of the same event: it may be for the same channel."""
    return nonce_of(f"{event['id']}|{SINK}")
