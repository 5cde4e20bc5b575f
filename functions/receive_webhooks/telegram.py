"""Updates of the Telegram bot: a photo with the id of a listing is a photo of that listing.

Source: Telegram Bot API 10.3, Update, Message, "Making requests when getting updates".
"""

import hmac
import re
from dataclasses import replace
from typing import Any, Final, Protocol

from pydantic import BaseModel, Field

from shared.ledger.envelope import Cause
from shared.listings.listing import Listing
from shared.listings.photos import EXTENSIONS, MAX_BYTES, sent
from shared.runtime.attempts import Pause, attempts
from shared.runtime.clock import Clock
from shared.runtime.errors import (
    ConflictError,
    DependencyError,
    IllegalTransitionError,
    NotFoundError,
    UnauthorizedError,
)
from shared.runtime.request import Request
from shared.state.store import StateStore

HEADER: Final = "x-telegram-bot-api-secret-token"
ATTEMPTS: Final = 10  # over a listing that others change at the same moment
ALBUM_SECONDS: Final = 3_600  # only the first photo of an album has a caption; the others find it here
_LISTING_ID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_WRONG_FILE: Final = f"Not taken: only JPEG, PNG and WebP images of at most {MAX_BYTES // 2**20} MB are."
_HELP: Final = "Send a photo with the id of its listing as caption."


class File(BaseModel):
    """A size of a photo, or a document; more fields are left alone, here and below."""

    file_id: str = Field(min_length=1, max_length=512)
    file_unique_id: str = Field(min_length=1, max_length=128)
    mime_type: str | None = None
    file_size: int | None = None


class Place(BaseModel):
    id: int


class Message(BaseModel):
    chat: Place
    sender: Place | None = Field(default=None, alias="from")
    caption: str = Field(default="", max_length=4_096)
    photo: list[File] = Field(default=[], max_length=20)  # the same photo in several sizes, the largest last
    document: File | None = None
    media_group_id: str | None = Field(default=None, max_length=64)

    @property
    def image(self) -> File | None:
        if self.photo:
            return self.photo[-1]
        is_image = self.document is not None and self.document.mime_type in EXTENSIONS
        return self.document if is_image else None


class Update(BaseModel):
    update_id: int = Field(ge=0, le=2**53)
    message: Message | None = None


class Tokens(Protocol):
    def __call__(self, *, fresh: bool = False) -> list[str]: ...


class Listings(Protocol):
    def get(self, listing_id: str) -> Listing: ...
    def claimed(self, claims: list[str]) -> set[str]: ...
    def save_all(self, listings: list[Listing], cause: Cause, *, claims: dict[str, str]) -> set[str]: ...


def admit(request: Request, tokens: Tokens) -> str:
    """The actor, where the request shows the token that Telegram was given. Raises UnauthorizedError."""
    shown = request.headers.get(HEADER, ())
    if len(shown) != 1 or not (_is_one_of(shown[0], tokens()) or _is_one_of(shown[0], tokens(fresh=True))):
        raise UnauthorizedError
    return "webhook:telegram"


def take_update(
    update: Update,
    cause: Cause,
    *,
    chat_id: str,
    listings: Listings,
    state: StateStore,
    clock: Clock,
    pause: Pause,
) -> str | None:
    """What to say in the chat; None where the update is not for us. Each update is taken once.

    Only the chat of the operators counts: a bot's name is public. Raises DependencyError.
    """
    message = update.message
    if message is None or str(message.chat.id) != chat_id:
        return None
    image = message.image
    if image is None or (image.file_size or 0) > MAX_BYTES:
        named = _LISTING_ID.search(message.caption.lower())
        return _WRONG_FILE if named or image is not None else None
    listing_id = _listing_id(message, state)
    if listing_id is None:
        _wait_for_its_album(update, message, state)
        return _HELP
    if message.sender is not None:
        cause = replace(cause, actor=f"telegram:{message.sender.id}")
    try:
        return _take(update.update_id, image, listing_id, cause, listings=listings, clock=clock, pause=pause)
    except (NotFoundError, IllegalTransitionError) as refusal:
        return f"Not taken: {refusal}."


def answer(chat_id: str, text: str | None) -> dict[str, Any]:
    """An answer to an update may be a call of a method: no request of ours is needed to say something."""
    return {} if text is None else {"method": "sendMessage", "chat_id": chat_id, "text": text}


def _take(
    update_id: int, image: File, listing_id: str, cause: Cause, *, listings: Listings, clock: Clock, pause: Pause
) -> str:
    claim = f"TELEGRAM#{update_id}"
    for _ in attempts(ATTEMPTS, pause=pause):
        listing = listings.get(listing_id)
        if listings.claimed([claim]):
            return f"Photo of {listing.title}: known."
        with_photo = sent(
            listing,
            file_id=image.file_id,
            file_unique_id=image.file_unique_id,
            update_id=update_id,
            at=clock(),
        )
        if not listings.save_all([with_photo], cause, claims={listing_id: claim}):
            return f"Photo of {listing.title}: taken."
    raise DependencyError(f"listing {listing_id} is changed by others all the time")


def _listing_id(message: Message, state: StateStore) -> str | None:
    found = _LISTING_ID.search(message.caption.lower())
    album = f"album:{message.chat.id}:{message.media_group_id}" if message.media_group_id else None
    if found and album:
        state.put(album, found[0], ttl=ALBUM_SECONDS)
    if found:
        return found[0]
    return state.get(album) if album else None


def _wait_for_its_album(update: Update, message: Message, state: StateStore) -> None:
    """It may have overtaken the photo with the caption: Telegram is asked to send it once more.

    Raises ConflictError the first time.
    """
    key = f"early:{update.update_id}"
    if message.media_group_id and state.get(key) is None:
        state.put(key, "seen", ttl=ALBUM_SECONDS)
        raise ConflictError("the album's caption has not come yet")


def _is_one_of(shown: str, tokens: list[str]) -> bool:
    return sum(hmac.compare_digest(shown.encode(), token.encode()) for token in tokens) > 0
