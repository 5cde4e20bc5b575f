"""Listings put on eBay through its Sell Inventory API: an item, an offer of that item, and the offer published."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from shared.listings.ebay_calls import (
    Offer,
    create_offer,
    error_ids,
    find_offers,
    get_offer,
    in_ebays_words,
    named_offer,
    publish_offer,
    put_item,
    read_listing_id,
    read_offer,
    read_offer_id,
    read_offers,
    read_price,
    update_offer,
)
from shared.listings.ebay_deal import MARKETPLACES, Deal, missing, to_cents
from shared.listings.listing import Listing
from shared.listings.selling import Published, SellingTerms
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

SCOPE: Final = "https://api.ebay.com/oauth/api_scope/sell.inventory"  # the same for the sandbox
TOKEN_PATH: Final = "/identity/v1/oauth2/token"

# eBay's `errorId`. 25002 is any mistake of a user's, an offer that is there already among them: look before deciding.
_USER_MISTAKE: Final = 25002
_NOTHING_THERE: Final = frozenset({25702, 25710, 25713})  # item, entity, offer; the last with 404

_Given = TypeVar("_Given")
_Read = TypeVar("_Read")


class EbayInventory:
    """Puts listings on eBay directly. Each try looks before it does what must not be done twice."""

    def __init__(self, service: Service, terms: Callable[[], SellingTerms]) -> None:
        self._service = service
        self._terms = terms

    def missing(self, listing: Listing) -> list[str]:
        return missing(listing, self._terms())

    def find(self, listing: Listing) -> Published | None:
        """What an earlier try put there, on whichever marketplace. Raises ServiceError."""
        return self._live(self._offers(listing), listing)

    def publish(self, listing: Listing, photos: Sequence[str]) -> Published:
        """Put it there; again after an interruption anywhere, it is there once. Raises ServiceError.

        AMBIGUOUS where an answer was lost: `find` it, or publish again, which looks too.
        """
        offers = self._offers(listing)
        if live := self._live(offers, listing):
            return live
        deal = self._deal(listing, photos)
        self._ask(put_item(deal, photos))
        return self._published(self._offered(deal, offers), deal)

    def _offers(self, listing: Listing) -> list[Offer]:
        try:
            return self._read(read_offers, self._ask(find_offers(listing)))
        except ServiceError as error:
            if _NOTHING_THERE.isdisjoint(error_ids(error.answer)):
                raise
            return []

    def _live(self, offers: Iterable[Offer], listing: Listing) -> Published | None:
        offer = next((offer for offer in offers if offer.ebay_listing_id), None)
        if offer is None or offer.ebay_listing_id is None:
            return None
        if offer.currency != listing.currency:
            raise self._error(Verdict.TERMINAL, f"it is there in {offer.currency}, and here in {listing.currency}")
        return Published(ebay_listing_id=offer.ebay_listing_id, price=self._read(read_price, offer))

    def _deal(self, listing: Listing, photos: Sequence[str]) -> Deal:
        terms = self._terms()
        lacking = missing(listing, terms)
        if not photos or not all(photo.startswith("https://") for photo in photos):
            lacking.append("photos at https addresses")
        if lacking or terms.marketplace_id is None or listing.target_price is None:
            raise self._error(Verdict.TERMINAL, f"cannot be published without {'; '.join(lacking)}")
        place = MARKETPLACES[terms.marketplace_id]
        return Deal(listing=listing, terms=terms, marketplace=place, price=to_cents(listing.target_price))

    def _offered(self, deal: Deal, offers: Iterable[Offer]) -> str:
        """The id of the one offer that there is then."""
        offer_id = _same_marketplace(offers, deal)
        if offer_id is None:
            try:
                return self._read(read_offer_id, self._ask(create_offer(deal)))
            except ServiceError as error:
                offer_id = self._in_the_way(error, deal)
        self._ask(update_offer(offer_id, deal))
        return offer_id

    def _in_the_way(self, error: ServiceError, deal: Deal) -> str:
        """The offer because of which there cannot be another. Raises the error where there is none."""
        if _USER_MISTAKE not in error_ids(error.answer):
            raise error
        offer_id = named_offer(error.answer) or _same_marketplace(self._offers(deal.listing), deal)
        if offer_id is None:
            raise error
        return offer_id

    def _published(self, offer_id: str, deal: Deal) -> Published:
        try:
            answer = self._ask(publish_offer(offer_id))
        except ServiceError as error:
            if error.verdict is not Verdict.TERMINAL:
                raise
            # Refused, perhaps because somebody else's try has just done it.
            offer = self._read(read_offer, self._ask(get_offer(offer_id)))
            if live := self._live([offer], deal.listing):
                return live
            raise
        return Published(ebay_listing_id=self._read(read_listing_id, answer), price=deal.price)

    def _ask(self, call: Call) -> Answer:
        try:
            return self._service.ask(call)
        except ServiceError as error:
            raise in_ebays_words(error, call) from None

    def _read(self, read: Callable[[_Given], _Read], given: _Given) -> _Read:
        """What cannot be read says nothing of what was done: the next try looks."""
        try:
            return read(given)
        except ValueError as error:
            raise self._error(Verdict.RETRY_BACKOFF, f"its answer cannot be read: {error}") from None

    def _error(self, verdict: Verdict, said: str) -> ServiceError:
        return ServiceError(self._service.name, verdict, said)


def _same_marketplace(offers: Iterable[Offer], deal: Deal) -> str | None:
    return next((offer.id for offer in offers if offer.marketplace_id == deal.terms.marketplace_id), None)
