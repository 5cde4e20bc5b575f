"""What follows by itself from what happened to a listing: sellers are written to, photos fetched, eBay is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from functions.advance_listings.operation import BusyError, FailedError, Operation, Request, perform
from shared.deliveries.delivery import Deliveries
from shared.ledger.envelope import Cause
from shared.listings import photos
from shared.listings.changing import Change, Listings, change_listing
from shared.listings.chatterbot import Messaged
from shared.listings.deadlines import Deadlines
from shared.listings.lifecycle import State
from shared.listings.listing import Listing, Trouble
from shared.listings.selling import Published, Seller
from shared.listings.settings import MESSAGING, Settings
from shared.listings.trouble import FETCH_PHOTO, LIST_ON_EBAY, MESSAGE_SELLER, OPERATIONS, relieved, troubled
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.http import ServiceError, Verdict

PHOTO_LINK_SECONDS: Final = 3_600
PHOTOS_FETCHED_FOR: Final = timedelta(days=1)  # then somebody has to send it again
FIRST_PHOTO_WAIT: Final = timedelta(seconds=5)
TOLD_AGAIN_AFTER: Final = timedelta(hours=6)  # that it still waits for a service


class SettingsStore(Protocol):
    def get(self, name: str) -> Settings: ...


class Messenger(Protocol):
    def find(self, listing: Listing) -> Messaged | None: ...
    def write_to_seller(self, listing: Listing, *, key: str) -> Messaged: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the work needs. A service that is not configured is None: a person does its part.

    Services are built when they are needed: what is wrong with one does not stop the others.
    """

    listings: Listings
    settings: SettingsStore
    deliveries: Deliveries
    link: Callable[[str], str]  # to a photo, by its key; good for an hour
    fetch_photo: Callable[[str, str, str], str]  # listing, file id and unique id of the bot's -> key
    messenger: Callable[[], Messenger | None]
    seller: Callable[[], Seller | None]
    deadlines: Deadlines
    clock: Clock
    pause: Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An event about a listing, as far as it matters here."""

    id: str
    type: str
    time: datetime
    listing_id: str
    data: Mapping[str, Any]
    cause: Cause
    is_replayed: bool = False

    @property
    def request(self) -> Request:
        """Who wants what is due to be done. Whoever wanted it when a replayed event was new does not want it now."""
        if self.is_replayed:
            return Request()
        if self.type == "listing.amended":  # somebody has put right what was wrong
            return Request(by_person=True, key=self.id)
        if self.type != "listing.retry_requested":
            return Request()
        return Request(
            by_person=True,
            confirmed_not_done=self.data["confirmed_not_done"],
            asked_at=self.time,
            key=self.id,
        )

    def done_by(self, service: str) -> "News":
        """What it leads to is the service's doing."""
        return replace(self, cause=replace(self.cause, actor=f"service:{service}"))


def advance(news: News, ports: Ports) -> timedelta | None:
    """Do what is due for the listing as it is now; return after which time to come back, None where it is done.

    Raises NotFoundError; ConflictError where others keep changing it; DependencyError where AWS is unwell.
    """
    listing = ports.listings.get(news.listing_id)
    if news.type == "listing.photo_sent":
        return _fetch_photo(listing, news, ports)
    due = _DUE.get(listing.state)
    if due is None or (_needs_a_person(listing) and not news.request.by_person):
        return None
    return due(listing, news, ports)


def _needs_a_person(listing: Listing) -> bool:
    trouble = listing.trouble
    return trouble is not None and trouble.next == "person" and trouble.operation == OPERATIONS.get(listing.state)


def _message_seller(listing: Listing, news: News, ports: Ports) -> timedelta | None:
    messenger = ports.messenger()
    if messenger is None:
        _not_tried(MESSAGE_SELLER, "no chat bot is configured", listing, news, ports)
        return None
    if not news.request.by_person and (reason := _held(listing, ports)):
        _not_tried(MESSAGE_SELLER, reason, listing, news, ports)
        return None
    operation = Operation(
        name=MESSAGE_SELLER,
        sink="chatterbot",
        find=lambda: messenger.find(listing),
        do=lambda key: messenger.write_to_seller(listing, key=key),
        is_pending=lambda messaged: not messaged.sent,
        external_id=lambda messaged: messaged.conversation_thread_id,
    )
    return _carry_out(operation, _messaged, listing, news.done_by(operation.sink), ports)


def _held(listing: Listing, ports: Ports) -> str | None:
    return ports.settings.get(MESSAGING).messaging().holds(listing)


def _not_tried(operation: str, reason: str, listing: Listing, news: News, ports: Ports) -> None:
    """Where it was to be tried again, or a person asked for it, somebody has to know that it is not."""
    waits = listing.trouble is not None and (listing.trouble.operation, listing.trouble.next) == (operation, "retry")
    if waits or news.request.by_person:
        change = _trouble(operation, f"not tried: {reason}", at=ports.clock(), state=listing.state, final=True)
        _record(listing.id, change, news.cause, ports)


def _list_on_ebay(listing: Listing, news: News, ports: Ports) -> timedelta | None:
    seller = ports.seller()
    if seller is None:
        _not_tried(LIST_ON_EBAY, "neither an eBay lister nor eBay is configured", listing, news, ports)
        return None
    now = ports.clock()
    if now < photos.settled_at(listing):
        return photos.settled_at(listing) - now
    if missing := seller.missing(listing):
        said = f"cannot be offered yet; missing: {', '.join(missing)}"
        _record(listing.id, _trouble(LIST_ON_EBAY, said, at=now, state=listing.state, final=True), news.cause, ports)
        return None
    operation = Operation(
        name=LIST_ON_EBAY,
        sink="ebay",
        find=lambda: seller.find(listing),
        do=lambda _: seller.publish(listing, [ports.link(key) for key in listing.photos]),
        external_id=lambda published: published.ebay_listing_id,
    )
    return _carry_out(operation, _published, listing, news.done_by(operation.sink), ports)


def _fetch_photo(listing: Listing, news: News, ports: Ports) -> timedelta | None:
    if not photos.takes_photos(listing) or (news.is_replayed and not _is_awaited(listing, news)):
        return None
    try:
        key = ports.fetch_photo(listing.id, news.data["file_id"], news.data["file_unique_id"])
    except ServiceError as error:
        return _after_lost_photo(error, listing, news, ports)
    _record(listing.id, lambda current: _with_photo(current, key, news, ports), news.cause, ports)
    return None


def _is_awaited(listing: Listing, news: News) -> bool:
    """It is not here, and nobody has said yet that it cannot be had."""
    photo, trouble = news.data["file_unique_id"], listing.trouble
    return photo in listing.photos_coming and (trouble is None or trouble.about != photo)


def _after_lost_photo(error: ServiceError, listing: Listing, news: News, ports: Ports) -> timedelta | None:
    """It is waited for as long as it has been waited for: soon at first, and ever more seldom."""
    now, photo = ports.clock(), news.data["file_unique_id"]
    age = now - news.time
    final = age > PHOTOS_FETCHED_FOR or error.verdict in (Verdict.TERMINAL, Verdict.REFRESH_CREDENTIAL)
    if final or listing.trouble is None or _is_due_again(listing.trouble, photo, at=now):
        change = _trouble(FETCH_PHOTO, error.said, at=now, state=listing.state, final=final, about=photo)
        _record(listing.id, change, news.cause, ports)
    if final:
        return None
    return timedelta(seconds=error.retry_after) if error.retry_after else max(age, FIRST_PHOTO_WAIT)


def _is_due_again(trouble: Trouble, photo: str, *, at: datetime) -> bool:
    return trouble.about == photo and at - trouble.last_at >= TOLD_AGAIN_AFTER


def _with_photo(listing: Listing, key: str, news: News, ports: Ports) -> Listing | None:
    """The first photo says that the thing is here; more of them are added."""
    if listing.state is State.PURCHASED:
        here = _step(State.PURCHASED, State.RECEIVED, {"photos": (key,)}, news, ports)(listing)
        return here and photos.without_coming(here, news.data["file_unique_id"])
    if listing.state is not State.RECEIVED:
        return None
    about = news.data["file_unique_id"]
    if key in listing.photos:
        return relieved(listing, FETCH_PHOTO, at=ports.clock(), about=about)
    return photos.added(listing, [key], at=ports.clock(), about=about)


_DUE: Final = {State.FOUND: _message_seller, State.RECEIVED: _list_on_ebay}


def _carry_out(
    operation: Operation[Any],
    change_by: Callable[[Any, News, Ports], Change | None],
    listing: Listing,
    news: News,
    ports: Ports,
) -> timedelta | None:
    try:
        outcome = perform(operation, listing, news.request, deliveries=ports.deliveries, clock=ports.clock)
    except BusyError as busy:
        return busy.wait
    except FailedError as failed:
        return _after_failure(operation.name, failed, listing, news, ports)
    if outcome is None:
        return None
    result, record = outcome
    ports.deliveries.save(record)
    if change := change_by(result, news, ports):
        _record(listing.id, change, news.cause, ports)
    return None


def _after_failure(operation: str, failed: FailedError, listing: Listing, news: News, ports: Ports) -> timedelta | None:
    if failed.was_asked or not _is_told(operation, listing, at=ports.clock()):
        change = _trouble(
            operation,
            failed.error.said,
            at=ports.clock(),
            state=listing.state,
            in_doubt=failed.in_doubt,
            final=failed.final,
        )
        _record(listing.id, change, news.cause, ports)
    return None if failed.final else failed.wait


def _is_told(operation: str, listing: Listing, *, at: datetime) -> bool:
    """While a service is given time, an entry says so now and then, not one for each look at its circuit."""
    trouble = listing.trouble
    return trouble is not None and trouble.operation == operation and at - trouble.last_at < TOLD_AGAIN_AFTER


def _messaged(messaged: Messaged, news: News, ports: Ports) -> Change | None:
    if not messaged.sent:  # the chat bot says when it is
        return lambda listing: relieved(listing, MESSAGE_SELLER, at=ports.clock())
    return _step(State.FOUND, State.MESSAGING, messaged.details(), news, ports)


def _published(published: Published, news: News, ports: Ports) -> Change:
    details = {"ebay_listing_id": published.ebay_listing_id, "ebay_asking_price": published.price}
    return _step(State.RECEIVED, State.LISTED, details, news, ports)


def _step(origin: State, target: State, details: Mapping[str, Any], news: News, ports: Ports) -> Change:
    """From there to here; where a webhook was faster, nothing is left to do."""

    def change(listing: Listing) -> Listing | None:
        if listing.state is not origin:
            return None
        return listing.moved(
            target,
            at=ports.clock(),
            actor=news.cause.actor,
            reason=None,
            details=details,
            deadlines=ports.deadlines,
        )

    return change


def _trouble(
    operation: str,
    said: str,
    *,
    at: datetime,
    state: State,
    in_doubt: bool = False,
    final: bool = False,
    about: str | None = None,
) -> Change:
    def change(listing: Listing) -> Listing | None:
        if listing.state is not state:
            return None
        return troubled(listing, operation, said, at=at, in_doubt=in_doubt, final=final, about=about)

    return change


def _record(listing_id: str, change: Change, cause: Cause, ports: Ports) -> None:
    """Raises ConflictError where others keep changing the listing."""
    change_listing(listing_id, change, cause, listings=ports.listings, pause=ports.pause)
