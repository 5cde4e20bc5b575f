"""What goes wrong with a listing, and trying again: facts like any other."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from shared.listings.lifecycle import State
from shared.listings.listing import Listing, Trouble
from shared.runtime.errors import IllegalTransitionError

MESSAGE_SELLER: Final = "message_seller"
LIST_ON_EBAY: Final = "list_on_ebay"
FETCH_PHOTO: Final = "fetch_photo"

# What is done for a listing in a state, by itself or when somebody asks for it.
OPERATIONS: Final = {State.FOUND: MESSAGE_SELLER, State.RECEIVED: LIST_ON_EBAY}


def troubled(
    listing: Listing,
    operation: str,
    answer: str,
    *,
    at: datetime,
    in_doubt: bool = False,
    final: bool = False,
    about: str | None = None,
) -> Listing:
    """The listing with one more failure of the operation; `final`: it is not tried again by itself.

    A photo that is missing does not hide what keeps the listing from going on.
    """
    known = listing.trouble
    before = known if known and (known.operation, known.about) == (operation, about) else None
    trouble = Trouble(
        operation=operation,
        answer=answer,
        first_at=before.first_at if before else at,
        last_at=at,
        times=before.times + 1 if before else 1,
        in_doubt=in_doubt,
        next="person" if final else "retry",
        about=about,
    )
    said = {
        "operation": operation,
        "answer": answer,
        "times": trouble.times,
        "in_doubt": in_doubt,
        "next": trouble.next,
        "title": listing.title,
    }
    is_hidden = operation == FETCH_PHOTO and known is not None and known.operation != FETCH_PHOTO
    return replace(listing, trouble=known if is_hidden else trouble).having("listing.operation_failed", at, said)


def is_over(listing: Listing, operation: str, about: str | None = None) -> bool:
    """Whether the success of this operation ends the listing's trouble."""
    trouble = listing.trouble
    return trouble is not None and (trouble.operation, trouble.about) == (operation, about)


def relieved(listing: Listing, operation: str, *, at: datetime, about: str | None = None) -> Listing | None:
    """The listing without trouble over this operation; None where it has none."""
    if not is_over(listing, operation, about):
        return None
    return replace(listing, trouble=None).having("listing.trouble_ended", at, {"operation": operation})


def retried(listing: Listing, *, at: datetime, confirmed_not_done: bool) -> Listing:
    """The listing with the wish that what is due in its state be tried, again or at all.

    `confirmed_not_done`: somebody has looked, and the earlier try has done nothing. Raises IllegalTransitionError
    where nothing is due.
    """
    operation = OPERATIONS.get(listing.state)
    if operation is None:
        raise IllegalTransitionError(
            f"in {listing.state} there is nothing to try; it can be tried in FOUND and RECEIVED"
        )
    return listing.having(
        "listing.retry_requested", at, {"operation": operation, "confirmed_not_done": confirmed_not_done}
    )
