"""Photos from Discord's side: links to upload them to, and a button that says they are there."""

from typing import Any, Final

from functions.run_commands.command import Use
from functions.run_commands.listings.answers import view_of
from functions.run_commands.listings.changes import change_for, is_done
from functions.run_commands.listings.steps import with_photos
from functions.run_commands.reading import read_id
from shared.discord.answers import Button, File, Reply, Style
from shared.discord.flows import begin, peek, take
from shared.listings.acting import UPLOAD_SECONDS, check_photos, upload_links_of_any_size
from shared.runtime.errors import InvalidInputError

UPLOADED: Final = "listing.uploaded"
MOST_AT_ONCE: Final = 10
_TO_PRESS: Final = 3_600  # seconds, once the links are over: what was uploaded in time is not to be lost

_HOW: Final = (
    "Each line of the file uploads one photo: put its name in the place of `PHOTO`, and run the line in a terminal. "
    f"The links are good for {UPLOAD_SECONDS // 60} minutes, and whoever has one can use it: keep them to yourself. "
    "Then press the button."
)


def offer_links(use: Use, listing_id: str, count: int, content_type: str) -> Reply:
    """Private: who has a link may upload. Raises IllegalTransitionError where no photos are taken."""
    listing = use.ports.listings.get(listing_id)
    links = upload_links_of_any_size(listing, [content_type] * count, files=use.ports.files)
    commands = "".join(f"curl -T PHOTO -H 'Content-Type: {content_type}' '{url}'\n" for _, url in links)
    file = File(name="upload.txt", content_type="text/plain; charset=utf-8", content=commands.encode())
    button = _button(use, listing_id, [key for key, _ in links])
    return Reply(content=_HOW, files=[file], buttons=[button], private=True)


def uploaded(use: Use) -> Reply:
    """Those that are there are taken; until one is, the button can be pressed again."""
    listing_id, flow = read_id(use.argument()), use.argument(1)
    if use.is_repeated and is_done(use, listing_id):
        return view_of(use.ports.listings.get(listing_id))
    user_id = use.interaction.user_id
    told = peek(use.ports.state, flow, user_id=user_id, by=use.key)
    if told["listing_id"] != listing_id:
        raise InvalidInputError("these photos are of another listing")
    reply = _received(use, listing_id, told["keys"])
    take(use.ports.state, flow, user_id=user_id, by=use.key)
    return reply


def _received(use: Use, listing_id: str, keys: list[str]) -> Reply:
    files = use.ports.files
    there = [key for key in keys if files.head(key) is not None]
    if not there:
        raise InvalidInputError("none of the photos is there yet")
    check_photos(listing_id, there, files=files)
    listing = change_for(use, listing_id, with_photos(there, use))
    return view_of(listing, f"📦 {len(there)} of {len(keys)} photos are here.")


def _button(use: Use, listing_id: str, keys: list[str]) -> Button:
    kept: dict[str, Any] = {"listing_id": listing_id, "keys": keys}
    flow = begin(use.ports.state, kept, user_id=use.interaction.user_id, ttl=UPLOAD_SECONDS + _TO_PRESS)
    return Button(label="They are uploaded", custom_id=f"{UPLOADED}:{listing_id}:{flow}", style=Style.SUCCESS)
