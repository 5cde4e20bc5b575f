"""Photos of a listing: which are taken, under which keys they lie, and what they change."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.trouble import FETCH_PHOTO
from shared.runtime.errors import IllegalTransitionError

MAX_PHOTOS: Final = 24  # eBay shows no more
MAX_BYTES: Final = 12 * 1024 * 1024  # nor larger ones
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
MAGIC_BYTES: Final = 12  # of a file tell its type
# An album comes as one message for each photo: the last of them is waited for.
ALBUM_SETTLES_AFTER: Final = timedelta(seconds=10)

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
    said = {"file_id": file_id, "file_unique_id": file_unique_id, "update_id": update_id}
    return listing.having("listing.photo_sent", at, said)


def added(listing: Listing, keys: Sequence[str], *, at: datetime) -> Listing:
    """More photos of a listing that was received; those it has already change nothing."""
    new = tuple(key for key in keys if key not in listing.photos)[: MAX_PHOTOS - len(listing.photos)]
    if not new:
        return listing
    is_relieved = listing.trouble is not None and listing.trouble.operation == FETCH_PHOTO
    trouble = None if is_relieved else listing.trouble
    more = replace(listing, photos=(*listing.photos, *new), changed_at=at, trouble=trouble)
    return more.having("listing.photos_added", at, {"photos": list(new)})


def settled_at(listing: Listing) -> datetime:
    """When its photos can be taken for complete."""
    by_telegram = any("/telegram-" in key for key in listing.photos)
    return listing.changed_at + ALBUM_SETTLES_AFTER if by_telegram else listing.changed_at
