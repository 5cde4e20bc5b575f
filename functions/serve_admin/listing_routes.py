"""/admin/listings: read, follow, move; photos, more time, another try."""

import time
from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query

from shared.listings.acting import (
    UPLOAD_SECONDS,
    check_photos,
    over_version,
    received,
    upload_links,
    with_more_time,
)
from shared.listings.changing import Change, change_listing
from shared.listings.contracts import Extension, Received, Retry, Transition, WantedUploads
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.paging import Wanted, list_listings
from shared.listings.trouble import retried
from shared.listings.views import History, ListingPage, ListingView, Upload, Uploads, step_of
from shared.runtime import wiring, wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.observability import logger
from shared.runtime.request import expected_version

IfMatch = Annotated[str | None, Header(alias="If-Match", description="`version` of what you saw")]

router = Router()  # type: ignore[no-untyped-call]
listings = wiring_listings.listings()
deadlines = wiring_listings.deadlines()


@router.get("/admin/listings", summary="List listings, newest change first", tags=["listings"])
def get_listings(
    state: Annotated[State | None, Query()] = None,
    brand: Annotated[str | None, Query(min_length=1, max_length=128, description="In upper or lower case")] = None,
    trouble: Annotated[
        Literal["retry", "person"] | None, Query(description="`person`: those that somebody has to see to")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000, description="Skips so many; a cursor is faster")] = 0,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=1_024, description="The last page's `next_cursor`")
    ] = None,
) -> ListingPage:
    wanted = Wanted(state=state, brand=brand, trouble=trouble, limit=limit, offset=offset, cursor=cursor)
    page = list_listings(wanted, listings=listings, secret=wiring.cursor_secret)
    views = [ListingView.of(listing) for listing in page.listings]
    return ListingPage(listings=views, limit=limit, next_cursor=page.next_cursor)


@router.get("/admin/listings/<listing_id>", summary="Read one listing", tags=["listings"])
def get_listing(listing_id: UUID) -> ListingView:
    return ListingView.of(listings.get(str(listing_id)))


@router.get("/admin/listings/<listing_id>/history", summary="What happened to a listing", tags=["listings"])
def get_history(listing_id: UUID) -> History:
    steps = [step for event in listings.history(str(listing_id)) if (step := step_of(event))]
    return History(listing_id=listing_id, history=steps)


@router.post("/admin/listings/<listing_id>/transition", summary="Move a listing one step on", tags=["listings"])
def post_transition(
    listing_id: UUID, transition: Annotated[Transition, Body()], if_match: IfMatch = None
) -> ListingView:
    def move(listing: Listing) -> Listing:
        return listing.moved(
            transition.to_state,
            at=system_clock(),
            actor=router.context["cause"].actor,
            reason=transition.reason,
            details=transition.details(),
            deadlines=deadlines,
        )

    return _changed(listing_id, move, if_match)


@router.post("/admin/listings/<listing_id>/photos", summary="Ask for places to upload photos to", tags=["listings"])
def post_photos(listing_id: UUID, wanted: Annotated[WantedUploads, Body()]) -> Uploads:
    """PUT each photo to its address with the headers given, then name the keys in `received`."""
    links = upload_links(listings.get(str(listing_id)), wanted.photos, files=wiring.files())
    uploads = [
        Upload(key=key, url=url, headers={"Content-Type": photo.content_type, "Content-Length": str(photo.size)})
        for (key, url), photo in zip(links, wanted.photos, strict=True)
    ]
    return Uploads(uploads=uploads, expires_in=UPLOAD_SECONDS)


@router.post(
    "/admin/listings/<listing_id>/received",
    summary="Say that a purchase is here, or put right what was said of it",
    tags=["listings"],
)
def post_received(listing_id: UUID, told: Annotated[Received, Body()], if_match: IfMatch = None) -> ListingView:
    listings.get(str(listing_id))
    if told.photos is not None:
        check_photos(str(listing_id), told.photos, files=wiring.files())

    def receive(listing: Listing) -> Listing | None:
        return received(listing, told, router.context["cause"], at=system_clock(), deadlines=deadlines)

    return _changed(listing_id, receive, if_match)


@router.post(
    "/admin/listings/<listing_id>/retry",
    summary="Try what is due, again or at all",
    tags=["listings"],
    responses={202: {"description": "It will be tried", "content": {"application/json": {"model": ListingView}}}},
)
def post_retry(listing_id: UUID, wanted: Annotated[Retry, Body()], if_match: IfMatch = None) -> Response[ListingView]:
    """In FOUND the seller is written to, also where automatic messaging is off; in RECEIVED it is put on eBay."""

    def retry(listing: Listing) -> Listing:
        return retried(listing, at=system_clock(), confirmed_not_done=wanted.confirmed_not_done)

    view = _changed(listing_id, retry, if_match)
    return Response(status_code=202, content_type="application/json", body=view)


@router.post("/admin/listings/<listing_id>/deadline", summary="Give a listing more time", tags=["listings"])
def post_deadline(listing_id: UUID, wanted: Annotated[Extension, Body()], if_match: IfMatch = None) -> ListingView:
    def extend(listing: Listing) -> Listing:
        return with_more_time(listing, wanted, at=system_clock(), deadlines=deadlines)

    return _changed(listing_id, extend, if_match)


def _changed(listing_id: UUID, change: Change, if_match: str | None) -> ListingView:
    checked = over_version(expected_version(if_match), change)
    changed, _ = change_listing(str(listing_id), checked, router.context["cause"], listings=listings, pause=time.sleep)
    logger.info("listing changed", listing_id=changed.id, state=changed.state, version=changed.version)
    return ListingView.of(changed)
