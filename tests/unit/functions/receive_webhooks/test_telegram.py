"""What people send the Telegram bot: a photo with the id of a listing is a photo of that listing, once."""

from contextlib import nullcontext
from typing import Any

import pytest
from pydantic import ValidationError

from functions.receive_webhooks.telegram import ALBUM_SECONDS, ATTEMPTS, HEADER, Update, admit, answer, take_update
from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from shared.runtime.errors import ConflictError, DependencyError, UnauthorizedError
from shared.runtime.request import Request
from shared.state.memory import MemoryState
from tests.support.builders import NOON, a_cause, a_listing, a_sighting
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock

CHAT = "-1001234567890"
BOUGHT = a_listing(State.PURCHASED)
SIZES = [{"file_id": f"{size}-id", "file_unique_id": f"{size}-unique", "width": 90} for size in ("small", "large")]


def an_update(number: int = 1, **message: Any) -> dict[str, Any]:
    """A photo with a caption, as Telegram sends it; what is None is left out."""
    said = {
        "message_id": 10 + number,
        "from": {"id": 42, "is_bot": False, "first_name": "Anna"},
        "chat": {"id": int(CHAT), "type": "supergroup", "title": "Operators"},
        "date": 1_772_366_400,
        "photo": SIZES,
        "caption": BOUGHT.id,
        **message,
    }
    return {"update_id": number, "message": {name: value for name, value in said.items() if value is not None}}


class Chat:
    """The bot's end of the chat, with one listing that was bought, unless it says otherwise."""

    def __init__(self, *listings: Listing) -> None:
        self.listings = LedgerListings(MemoryLedger())
        for listing in listings or (BOUGHT,):
            self.listings.save(listing, a_cause())
        self.clock = HeldClock()
        self.state = MemoryState(clock=self.clock)

    def take(self, update: dict[str, Any]) -> str | None:
        return take_update(
            Update.model_validate(update),
            a_cause("webhook:telegram"),
            chat_id=CHAT,
            listings=self.listings,
            state=self.state,
            clock=self.clock,
            pause=no_pause,
        )

    def photos(self, listing: Listing = BOUGHT) -> list[str]:
        told = [event for event in self.listings.history(listing.id) if event.type == "listing.photo_sent"]
        return [event.data["file_id"] for event in told]


def test_a_photo_with_the_id_of_a_listing_is_taken_in_its_largest_size() -> None:
    chat = Chat()
    assert chat.take(an_update()) == "Photo of Sony A6400, boxed: taken."
    told = chat.listings.history(BOUGHT.id)[-1]
    assert (told.type, told.actor) == ("listing.photo_sent", "telegram:42")
    assert (told.data["file_id"], told.data["file_unique_id"], told.data["update_id"]) == (
        "large-id",
        "large-unique",
        1,
    )


@pytest.mark.parametrize(
    "caption",
    [
        BOUGHT.id,
        BOUGHT.id.upper(),
        f"here it is: {BOUGHT.id}, at last",
        f"https://api.example/admin/listings/{BOUGHT.id}/photos",
        f"({BOUGHT.id})\n📷",
        f"{BOUGHT.id} and not 00000000-0000-4000-8000-000000000001",
    ],
)
def test_the_id_is_found_wherever_it_stands(caption: str) -> None:
    chat = Chat()
    chat.take(an_update(caption=caption))
    assert chat.photos() == ["large-id"]


@pytest.mark.parametrize(
    "caption", [None, "", "a nice one", BOUGHT.id[:-1], f"x{BOUGHT.id}", BOUGHT.id.replace("-", "")]
)
def test_a_photo_without_an_id_is_answered_with_how_it_is_done(caption: str | None) -> None:
    chat = Chat()
    assert chat.take(an_update(caption=caption)) == "Send a photo with the id of its listing as caption."
    assert chat.photos() == []


def test_the_same_update_again_is_taken_once() -> None:
    chat = Chat()
    said = [chat.take(an_update()) for _ in range(3)]
    assert said == ["Photo of Sony A6400, boxed: taken.", *["Photo of Sony A6400, boxed: known."] * 2]
    assert chat.photos() == ["large-id"]


def test_the_same_photo_in_another_message_is_another_update() -> None:
    chat = Chat()
    chat.take(an_update(1))
    chat.take(an_update(2))
    assert len(chat.photos()) == 2  # they are one file: see telegram_key


@pytest.mark.parametrize("chat_id", [42, int(CHAT) + 1, abs(int(CHAT)), 0])
def test_in_any_other_chat_the_bot_says_nothing_and_takes_nothing(chat_id: int) -> None:
    chat = Chat()
    assert chat.take(an_update(chat={"id": chat_id, "type": "private"})) is None
    assert chat.photos() == []


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "edited_message": an_update()["message"]},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 1}}},
        an_update(photo=None, caption="look at this"),
        an_update(photo=[], caption=None, text=f"about {BOUGHT.id}"),
    ],
    ids=lambda update: str(update)[:60],
)
def test_what_is_no_photo_is_passed_over(update: dict[str, Any]) -> None:
    chat = Chat()
    assert chat.take(update) is None
    assert chat.photos() == []


@pytest.mark.parametrize(
    "media",
    [
        {"photo": None},  # a video, say
        {"photo": None, "document": {"file_id": "f", "file_unique_id": "u"}},
        {"photo": None, "document": {"file_id": "f", "file_unique_id": "u", "mime_type": "application/pdf"}},
        {"photo": [{"file_id": "f", "file_unique_id": "u", "file_size": 13 * 2**20}]},
    ],
)
def test_what_cannot_be_taken_for_a_listing_is_said_to_be_so(media: dict[str, Any]) -> None:
    chat = Chat()
    assert (chat.take(an_update(**media)) or "").startswith("Not taken: only JPEG, PNG and WebP")
    assert chat.photos() == []


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_an_image_sent_as_a_file_is_taken_as_it_is(media_type: str) -> None:
    chat = Chat()
    chat.take(an_update(photo=None, document={"file_id": "f", "file_unique_id": "u", "mime_type": media_type}))
    assert chat.photos() == ["f"]


def test_an_album_belongs_to_the_listing_of_its_first_photo() -> None:
    chat = Chat()
    for number in range(1, 4):
        photo = [{"file_id": f"id-{number}", "file_unique_id": f"u-{number}"}]
        caption = BOUGHT.id if number == 1 else None
        said = chat.take(an_update(number, photo=photo, caption=caption, media_group_id="album"))
        assert said == "Photo of Sony A6400, boxed: taken."
    assert chat.photos() == ["id-1", "id-2", "id-3"]


def test_two_albums_at_once_are_not_mixed_up() -> None:
    other = a_listing(State.PURCHASED, url="https://market.example/item/2")
    chat = Chat(BOUGHT, other)
    for number, (album, caption) in enumerate([("a", BOUGHT.id), ("b", other.id), ("a", None), ("b", None)], start=1):
        photo = [{"file_id": f"{album}{number}", "file_unique_id": f"u{number}"}]
        chat.take(an_update(number, photo=photo, caption=caption, media_group_id=album))
    assert (chat.photos(BOUGHT), chat.photos(other)) == (["a1", "a3"], ["b2", "b4"])


@pytest.mark.parametrize(("seconds", "is_known"), [(ALBUM_SECONDS - 1, True), (ALBUM_SECONDS, False)])
def test_an_album_is_remembered_for_an_hour(seconds: int, is_known: bool) -> None:
    chat = Chat()
    chat.take(an_update(1, media_group_id="album"))
    chat.clock.put_on(seconds=seconds)
    with nullcontext() if is_known else pytest.raises(ConflictError):
        chat.take(an_update(2, caption=None, media_group_id="album"))
    assert len(chat.photos()) == (2 if is_known else 1)


def test_a_photo_that_overtakes_the_caption_of_its_album_is_taken_when_it_is_sent_again() -> None:
    chat = Chat()
    early = an_update(2, caption=None, media_group_id="album")
    with pytest.raises(ConflictError):  # so Telegram sends it again
        chat.take(early)
    chat.take(an_update(1, media_group_id="album"))
    chat.take(early)
    assert len(chat.photos()) == 2


def test_a_photo_of_an_album_that_nobody_names_is_answered_with_how_it_is_done() -> None:
    chat, update = Chat(), an_update(caption=None, media_group_id="album")
    with pytest.raises(ConflictError):
        chat.take(update)
    assert chat.take(update) == "Send a photo with the id of its listing as caption."


@pytest.mark.parametrize("state", State)
def test_photos_are_taken_of_what_was_bought_and_of_what_is_here(state: State) -> None:
    chat = Chat(a_listing(state))
    said = chat.take(an_update()) or ""
    if state in (State.PURCHASED, State.RECEIVED):
        assert said.endswith(": taken.")
        assert chat.photos() == ["large-id"]
    else:
        assert said == f"Not taken: a listing in {state} takes no photos; in PURCHASED it does."
        assert chat.photos() == []


def test_a_listing_that_nobody_found_takes_no_photos() -> None:
    unknown = "00000000-0000-4000-8000-000000000001"
    assert Chat().take(an_update(caption=unknown)) == f"Not taken: there is no listing {unknown}."


class Contested(LedgerListings):
    """Just before each of our first writes, a scrape meets the listing again."""

    def __init__(self, ledger: MemoryLedger, *, times: int) -> None:
        super().__init__(ledger)
        self._free, self._left = LedgerListings(ledger), times

    def save_all(self, listings: Any, cause: Any, *, claims: Any = None) -> set[str]:
        if self._left:
            self._left -= 1
            self._free.save(self._free.get(BOUGHT.id).seen(a_sighting(), at=NOON), a_cause())
        return super().save_all(listings, cause, claims=claims)


def contested(*, times: int) -> Chat:
    chat = Chat()
    ledger = MemoryLedger()
    LedgerListings(ledger).save(BOUGHT, a_cause())
    chat.listings = Contested(ledger, times=times)
    return chat


@pytest.mark.parametrize("times", [1, ATTEMPTS - 1])
def test_a_photo_is_taken_over_what_others_write_meanwhile(times: int) -> None:
    chat = contested(times=times)
    assert chat.take(an_update()) == "Photo of Sony A6400, boxed: taken."
    assert chat.photos() == ["large-id"]


def test_a_photo_that_loses_every_time_is_to_be_sent_again() -> None:
    chat = contested(times=1_000)
    with pytest.raises(DependencyError):
        chat.take(an_update())
    assert chat.photos() == []


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": -1},
        {"update_id": "x"},
        {"update_id": 2**53 + 1},
        an_update(chat=None),
        an_update(chat={"id": "x"}),
        an_update(photo="x"),
        an_update(photo=[{"file_id": "f"}]),
        an_update(photo=[{"file_id": "", "file_unique_id": "u"}]),
        an_update(document={"file_id": 5, "file_unique_id": "u"}),
    ],
    ids=lambda update: str(update)[:60],
)
def test_what_is_no_update_is_refused(update: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Update.model_validate(update)


class Tokens:
    """Telegram's token, rotated; counts how often somebody looked past the cache."""

    def __init__(self) -> None:
        self.fresh = 0

    def __call__(self, *, fresh: bool = False) -> list[str]:
        self.fresh += fresh
        return ["new-token", "old-token"] if fresh else ["old-token"]


def a_request(*shown: str) -> Request:
    headers = {HEADER: list(shown)} if shown else {}
    return Request(method="POST", path="/webhooks/telegram", headers=headers, trace_id="0" * 32)


@pytest.mark.parametrize(("token", "looked"), [("old-token", 0), ("new-token", 1)])
def test_who_shows_the_token_is_telegram(token: str, looked: int) -> None:
    tokens = Tokens()
    assert admit(a_request(token), tokens) == "webhook:telegram"
    assert tokens.fresh == looked


@pytest.mark.parametrize(
    "shown", [(), ("",), ("wrong",), ("old-token ",), ("\u00e9",), ("old-token", "old-token")], ids=str
)
def test_who_does_not_show_it_is_nobody(shown: tuple[str, ...]) -> None:
    with pytest.raises(UnauthorizedError):
        admit(a_request(*shown), Tokens())


def test_nobody_is_let_in_where_there_is_no_token() -> None:
    with pytest.raises(UnauthorizedError):
        admit(a_request(""), lambda *, fresh=False: [])


def test_an_answer_is_a_call_of_the_bot_or_nothing() -> None:
    assert answer(CHAT, None) == {}
    assert answer(CHAT, "taken") == {"method": "sendMessage", "chat_id": CHAT, "text": "taken"}
