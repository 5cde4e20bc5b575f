"""What operators do with one listing beside moving it: photos, more time, another try."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from shared.ledger.envelope import Cause
from shared.listings.changing import Change
from shared.listings.deadlines import Deadlines
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.photos import EXTENSIONS, MAGIC_BYTES, MAX_BYTES, folder, media_type_of, new_key, takes_photos
from shared.listings.timer import extended
from shared.runtime.errors import ConflictError, IllegalTransitionError, InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from shared.files.store import Files
    from shared.listings.contracts import Extension, Received, WantedUpload

UPLOAD_SECONDS: Final = 900

T = TypeVar("T")


def over_version(expected: int | None, change: Change) -> Change:
    """The change, made only to the version somebody saw; to any where it is None. Raises ConflictError."""

    def checked(listing: Listing) -> Listing | None:
        if expected not in (None, listing.version):
            raise ConflictError(f"listing {listing.id} was changed by someone else; look at it again")
        return change(listing)

    return checked


def upload_links(listing: Listing, wanted: Sequence["WantedUpload"], *, files: "Files") -> list[tuple[str, str]]:
    """A key and an address for each upload. Raises IllegalTransitionError where no photos are taken."""
    return [_upload_link(listing, upload.content_type, upload.size, files=files) for upload in _taken(listing, wanted)]


def upload_links_of_any_size(
    listing: Listing, content_types: Sequence[str], *, files: "Files"
) -> list[tuple[str, str]]:
    """As `upload_links`, where nobody knows yet how large they are: `check_photos` looks at that."""
    return [_upload_link(listing, kind, None, files=files) for kind in _taken(listing, content_types)]


def _taken(listing: Listing, wanted: Sequence[T]) -> Sequence[T]:
    if not takes_photos(listing):
        raise IllegalTransitionError(f"a listing in {listing.state} takes no photos; in PURCHASED it does")
    return wanted


def _upload_link(listing: Listing, content_type: str, size: int | None, *, files: "Files") -> tuple[str, str]:
    key = new_key(listing.id, content_type)
    return key, files.upload_link(key, content_type, size, UPLOAD_SECONDS)


def received(listing: Listing, told: "Received", cause: Cause, *, at: datetime, deadlines: Deadlines) -> Listing | None:
    """In RECEIVED, with its photos; there already, with what was put right; None where it is so already.

    Shipping was paid once: said again, it is not. Raises IllegalTransitionError, InvalidInputError.
    """
    details = told.details()
    if listing.state is State.RECEIVED:
        amended = {
            name: value
            for name, value in details.items()
            if name != "shipping_cost" and getattr(listing, name) != value
        }
        return listing.amended(amended, at=at, actor=cause.actor, reason=None) if amended else None
    if told.photos is None:
        raise InvalidInputError("photos are needed: the keys of what was uploaded")
    return listing.moved(State.RECEIVED, at=at, actor=cause.actor, reason=None, details=details, deadlines=deadlines)


def check_photos(listing_id: str, keys: Sequence[str], *, files: "Files") -> None:
    """Raises InvalidInputError where one of them is not there, not of this listing, or not what it claims to be."""
    if len(set(keys)) < len(keys):
        raise InvalidInputError("a photo is named twice")
    for key in keys:
        if not key.startswith(folder(listing_id)):
            raise InvalidInputError(f"{key} is no photo of this listing")
        _check_photo(key, files=files)


def _check_photo(key: str, *, files: "Files") -> None:
    known = files.head(key)
    if known is None:
        raise InvalidInputError(f"{key} was not uploaded")
    size, content_type = known
    if content_type not in EXTENSIONS or not 0 < size <= MAX_BYTES:
        raise InvalidInputError(f"{key} is no image of a type and size that is taken")
    try:
        found = media_type_of(files.first_bytes(key, MAGIC_BYTES))
    except NotFoundError:
        raise InvalidInputError(f"{key} was not uploaded") from None
    if found != content_type:
        raise InvalidInputError(f"{key} says it is {content_type}, and is not")


def with_more_time(listing: Listing, wanted: "Extension", *, at: datetime, deadlines: Deadlines) -> Listing:
    """Raises IllegalTransitionError, InvalidInputError."""
    deadline = wanted.deadline_at
    if deadline is None:
        assert wanted.days is not None, "the contract asks for one of them"
        deadline = (listing.deadline_at or at) + timedelta(days=wanted.days)
    if deadline <= at:
        raise InvalidInputError("a deadline must lie in the future")
    if deadline > at + timedelta(days=366):
        raise InvalidInputError("a deadline is at most a year away")
    return extended(listing, deadline, at=at, reason=wanted.reason, deadlines=deadlines)
