"""Photos of a listing: which are taken, under which keys they lie, and what they change."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.trouble import FETCH_PHOTO, is_over
from shared.runtime.errors import IllegalTransitionError

MAX_PHOTOS: Final = 24  # eBay shows no more
MAX_BYTES: Final = 12 * 1024 * 1024  # nor larger ones
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
MAGIC_BYTES: Final = 12  # of a file tell its type
# An album comes as one message for each photo: the last of them is waited for.
ALBUM_SETTLES_AFTER: Final = timedelta(seconds=10)
LATE_PHOTOS_WAITED_FOR: Final = timedelta(minutes=10)

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]")


def folder(listing_id: str) -> str:
    return f"listings/{listing_id}/"


def new_key(listing_id: str, media_type: str) -> str:
    return f"{folder(listing_id)}{uuid4().hex}.{EXTENSIONS[media_type]}"


def telegram_key(listing_id: str, file_unique_id: str, media_type: str) -> str:
    """The same photo, sent again, lies in the same place."""
    return f"{folder(listing_id)}telegram-{_UNSAFE.sub('', file_unique_id)[:64]}.{EXTENSIONS[media_type]}"


def media_type_of(first_bytes: bytes) -> str | None:
    """The type of an image by how it begins; None where it is none that is taken."""
    if first_bytes.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if first_bytes.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if first_bytes[:4] == b"RIFF" and first_bytes[8:12] == b"WEBP":
        return "image/webp"
    return None


def takes_photos(listing: Listing) -> bool:
    return listing.state in (State.PURCHASED, State.RECEIVED)


def sent(listing: Listing, *, file_id: str, file_unique_id: str, update_id: int, at: datetime) -> Listing:
    """Somebody sent a photo to the bot. Raises IllegalTransitionError where the listing takes none."""
    if not takes_photos(listing):
        raise IllegalTransitionError(f"a listing in {listing.state} takes no photos; in PURCHASED it does")
    if len(listing.photos) >= MAX_PHOTOS:
        raise IllegalTransitionError(f"it has {MAX_PHOTOS} photos, and takes no more")
    said = {"file_id": file_id, "file_unique_id": file_unique_id, "update_id": update_id}
    coming = dict.fromkeys((*listing.photos_coming, file_unique_id))
    return replace(listing, photos_coming=tuple(coming)).having("listing.photo_sent", at, said)


def without_coming(listing: Listing, file_unique_id: str | None) -> Listing:
    """The listing, waiting for one photo less."""
    left = tuple(photo for photo in listing.photos_coming if photo != file_unique_id)
    return replace(listing, photos_coming=left)


def added(listing: Listing, keys: Sequence[str], *, at: datetime, about: str | None = None) -> Listing | None:
    """More photos of a listing that was received; None where it has them all, or as many as it can.

    `about` is the photo of which there may have been trouble.
    """
    new = tuple(key for key in keys if key not in listing.photos)[: MAX_PHOTOS - len(listing.photos)]
    if not new:
        return None
    trouble = None if is_over(listing, FETCH_PHOTO, about) else listing.trouble
    more = replace(listing, photos=(*listing.photos, *new), changed_at=at, trouble=trouble)
    return without_coming(more, about).having("listing.photos_added", at, {"photos": list(new)})


def settled_at(listing: Listing) -> datetime:
    """When its photos can be taken for complete, unless more of them are sent."""
    if listing.photos_coming:
        return listing.changed_at + LATE_PHOTOS_WAITED_FOR
    by_telegram = any("/telegram-" in key for key in listing.photos)
    return listing.changed_at + ALBUM_SETTLES_AFTER if by_telegram else listing.changed_at
