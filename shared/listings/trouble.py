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
    listing: Listing, operation: str, answer: str, *, at: datetime, in_doubt: bool = False, final: bool = False
) -> Listing:
    """The listing with one more failure of the operation; `final`: it is not tried again by itself."""
    before = listing.trouble if listing.trouble and listing.trouble.operation == operation else None
    trouble = Trouble(
        operation=operation,
        answer=answer,
        first_at=before.first_at if before else at,
        last_at=at,
        times=before.times + 1 if before else 1,
        in_doubt=in_doubt,
        next="person" if final else "retry",
    )
    said = {
        "operation": operation,
        "answer": answer,
        "times": trouble.times,
        "in_doubt": in_doubt,
        "next": trouble.next,
        "title": listing.title,
    }
    return replace(listing, trouble=trouble).having("listing.operation_failed", at, said)


def relieved(listing: Listing, operation: str, *, at: datetime) -> Listing | None:
    """The listing without trouble over this operation; None where it has none."""
    if listing.trouble is None or listing.trouble.operation != operation:
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
