"""The surroundings of `advance` in memory: a shelf, a chat bot, eBay, and what may go wrong at each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from functions.advance_listings.service import News, Ports, advance
from functions.receive_webhooks.news import hear, of_message_sent
from shared.deliveries.delivery import Delivery, MemoryDeliveries
from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.listings.chatterbot import Messaged
from shared.listings.contracts import MessageSent
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.photos import telegram_key
from shared.listings.selling import Published
from shared.listings.settings import MESSAGING, SELLING
from shared.listings.settings_store import LedgerSettings
from shared.listings.store import LedgerListings
from shared.listings.trouble import retried
from shared.runtime.errors import DependencyError
from shared.runtime.http import CircuitOpenError, ServiceDownError, ServiceError, Verdict
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock

# What may happen at one call of a port. Where a word means nothing, all goes well.
STORE_FATES = ("killed before", "killed after", "unwell")
BOT_FATES = (
    *STORE_FATES,
    "not reached",  # no connection: surely not done
    "busy",  # 429
    "lost before",  # no answer, and the work was not done
    "lost after",  # no answer, and the work was done
    "lost, done later",  # no answer, taken on
    "accepted",  # 202
    "circuit",
    "meanwhile",  # another message is worked on while we wait
)


class KilledError(BaseException):
    """The function is stopped from outside."""


BOUGHT = a_listing(State.PURCHASED)


def here(**details: object) -> Listing:
    """It has been received, with two uploaded photos unless it says otherwise."""
    photos = {"photos": ("listings/7/a.jpg", "listings/7/b.jpg")}
    return BOUGHT.moved(
        State.RECEIVED, at=NOON, actor="key:anna", reason=None, details=photos | details, deadlines=DEADLINES
    )


@dataclass(kw_only=True)
class Fates:
    """What happens at one call after the other; at the end of the list nothing does."""

    left: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def around(self, call: Callable[[], Any], *, known: Sequence[str] = STORE_FATES) -> Any:
        fate = self.left.pop(0) if self.left else "well"
        if fate not in known:
            return call()
        if fate == "killed before":
            raise KilledError
        if fate == "unwell":
            raise DependencyError("AWS is unwell")
        result = call()
        if fate == "killed after":
            raise KilledError
        return result


class FatedListings(LedgerListings):
    def __init__(self, fates: Fates) -> None:
        super().__init__(MemoryLedger())
        self._fates = fates

    def get(self, listing_id: str) -> Listing:
        listing: Listing = self._fates.around(lambda: super(FatedListings, self).get(listing_id))
        return listing

    def save(self, listing: Listing, cause: Cause) -> Listing:
        saved: Listing = self._fates.around(lambda: super(FatedListings, self).save(listing, cause))
        return saved


class FatedDeliveries(MemoryDeliveries):
    def __init__(self, fates: Fates) -> None:
        super().__init__()
        self._fates = fates

    def save(self, delivery: Delivery) -> Delivery:
        saved: Delivery = self._fates.around(lambda: super(FatedDeliveries, self).save(delivery))
        return saved


class ModelBot:
    """A chat bot that knows nothing of idempotency keys: asked twice, it writes twice. What it has been asked, it
    tells, unless it has no look-up at all."""

    def __init__(self, fates: Fates, *, has_look_up: bool = True) -> None:
        self._fates = fates
        self._has_look_up = has_look_up
        self.messages: list[str] = []  # listings whose sellers were written to, by each message
        self.taken_on: list[str] = []  # to be written later
        self.keys: list[str] = []
        self.looked = 0

    def find(self, listing: Listing) -> Messaged | None:
        self.looked += 1
        fate = self._next()
        if not self._has_look_up:
            raise ServiceError("chatterbot", Verdict.AMBIGUOUS, "the service cannot tell")
        if fate in ("not reached", "lost before", "lost after", "lost, done later"):
            raise ServiceDownError("chatterbot", Verdict.RETRY_BACKOFF, fate)
        self._may_fail(fate)
        if listing.id in self.messages:
            return Messaged(sent=True, conversation_thread_id="thread 7")
        return Messaged(sent=False) if listing.id in self.taken_on else None

    def write_to_seller(self, listing: Listing, *, key: str) -> Messaged:
        self.keys.append(key)
        fate = self._next()
        if fate == "not reached":
            raise ServiceDownError("chatterbot", Verdict.RETRY_BACKOFF, fate)
        self._may_fail(fate)
        if fate == "lost before":
            raise ServiceDownError("chatterbot", Verdict.AMBIGUOUS, fate)
        later = fate in ("lost, done later", "accepted")
        (self.taken_on if later else self.messages).append(listing.id)
        if fate == "killed after":
            raise KilledError
        if fate in ("lost after", "lost, done later"):
            raise ServiceDownError("chatterbot", Verdict.AMBIGUOUS, fate)
        return Messaged(sent=False) if later else Messaged(sent=True, conversation_thread_id="thread 7")

    def catch_up(self) -> list[str]:
        """Writes what it has taken on; the listings it then calls back about."""
        written, self.taken_on = self.taken_on, []
        self.messages += written
        return written

    def _next(self) -> str:
        fate = self._fates.left.pop(0) if self._fates.left else "well"
        if fate == "meanwhile":
            self._fates.meanwhile()
        return fate

    @staticmethod
    def _may_fail(fate: str) -> None:
        match fate:
            case "killed before":
                raise KilledError
            case "unwell":
                raise DependencyError("the secrets cannot be read now")
            case "busy":
                raise ServiceError("chatterbot", Verdict.RETRY_AFTER, "429", retry_after=30)
            case "circuit":
                raise CircuitOpenError("chatterbot", Verdict.RETRY_AFTER, "is down, and is given time", retry_after=25)


class ModelSeller:
    """eBay; `lacks` is what it still has to be told."""

    def __init__(self) -> None:
        self.lacks: list[str] = []
        self.offered: list[tuple[str, tuple[str, ...]]] = []
        self.errors: list[ServiceError] = []
        self.looked = 0

    def missing(self, listing: Listing) -> list[str]:
        return self.lacks

    def find(self, listing: Listing) -> Published | None:
        self.looked += 1
        return Published(ebay_listing_id="110011", price=Decimal(520)) if self.offered else None

    def publish(self, listing: Listing, photos: Sequence[str]) -> Published:
        if self.errors:
            raise self.errors.pop(0)
        self.offered.append((listing.id, tuple(photos)))
        return Published(ebay_listing_id="110011", price=Decimal(520))


class World:
    """One listing and everything around it."""

    def __init__(self, listing: Listing | None = None, *, fates: Sequence[str] = (), has_look_up: bool = True) -> None:
        self.fates = Fates()
        self.listings = FatedListings(self.fates)
        self.settings = LedgerSettings(MemoryLedger())
        self.deliveries = FatedDeliveries(self.fates)
        self.bot: ModelBot | None = ModelBot(self.fates, has_look_up=has_look_up)
        self.seller: ModelSeller | None = ModelSeller()
        self.clock = HeldClock()
        self.fetched: list[str] = []
        self.photo_errors: list[ServiceError] = []
        self.id = self.listings.save(listing or a_listing(), a_cause()).id
        self.fates.left = list(fates)

    @property
    def listing(self) -> Listing:
        return LedgerListings.get(self.listings, self.id)

    @property
    def happened(self) -> list[str]:
        return [event.type for event in self.listings.history(self.id)]

    def decide(self, name: str = MESSAGING, **values: Any) -> None:
        assert name in (MESSAGING, SELLING)
        version = self.settings.get(name).version
        self.settings.save(name, values, a_cause("key:anna"), version=version, at=self.clock())

    def ports(self) -> Ports:
        return Ports(
            listings=self.listings,
            settings=self.settings,
            deliveries=self.deliveries,
            link=lambda key: f"https://files.example/{key}",
            fetch_photo=self._fetch_photo,
            messenger=lambda: self.bot,
            seller=lambda: self.seller,
            deadlines=DEADLINES,
            clock=self.clock,
            pause=no_pause,
        )

    def news(self, kind: str = "listing.created", *, version: int = 1, **data: Any) -> News:
        return News(
            id=f"listing:{self.id}:{version}",
            type=kind,
            time=self.clock(),
            listing_id=self.id,
            data=data,
            cause=a_cause("key:anna"),
        )

    def ask(self, *, confirmed_not_done: bool = False) -> News:
        """A person wants it tried; the news of that is on its way."""
        asked = retried(self.listing, at=self.clock(), confirmed_not_done=confirmed_not_done)
        version = LedgerListings.save(self.listings, asked, a_cause("key:anna")).version
        return self.news("listing.retry_requested", version=version, confirmed_not_done=confirmed_not_done)

    def advance(self, news: News | None = None) -> timedelta | None:
        return advance(news or self.news(), self.ports())

    def call_back(self) -> None:
        """The chat bot does what it has taken on, and says so until it is heard."""
        assert self.bot
        self.fates.left = []
        for listing_id in self.bot.catch_up():
            told = of_message_sent(MessageSent.model_validate({"listing_id": listing_id}))
            cause = a_cause("webhook:chatterbot")
            hear(told, cause, listings=self.listings, deadlines=DEADLINES, clock=self.clock, pause=no_pause)

    def _fetch_photo(self, listing_id: str, file_id: str, file_unique_id: str) -> str:
        if self.photo_errors:
            raise self.photo_errors.pop(0)
        self.fetched.append(file_id)
        return telegram_key(listing_id, file_unique_id, "image/jpeg")


def photo_sent(world: World, name: str = "photo1") -> News:
    said: Mapping[str, Any] = {"file_id": f"file-{name}", "file_unique_id": name, "update_id": 1}
    return world.news("listing.photo_sent", version=len(world.happened), **said)
