"""What people are shown of listings: one with all that is worth knowing, and many in lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from functions.run_commands.wording import actor_of
from shared.discord.answers import Embed, Field, Item, Reply, link, moment, shown
from shared.discord.cards import ON_VIEW, buttons_of, embed_of, headline
from shared.ledger.envelope import Event
from shared.listings.listing import Listing
from shared.runtime.errors import InvalidInputError
from shared.runtime.money import money
from shared.runtime.text import one_line, units

_STEPS: Final = 6  # of the history that are shown
_LONGEST_TITLE: Final = 70
_LONGEST_ADDRESS: Final = 150  # of a link in a line: ten lines are to fit
_HAPPENED: Final = {
    "listing.created": "found",
    "listing.price_changed": "price changed",
    "listing.deadline_approaching": "running out of time",
    "listing.deadline_passed": "out of time",
    "listing.deadline_extended": "given more time",
    "listing.operation_failed": "something failed",
    "listing.amended": "put right",
    "listing.reply_received": "the seller answered",
    "listing.retry_requested": "to be tried",
    "listing.photos_added": "photos added",
}


def view_of(listing: Listing, said: str = "", *, history: Sequence[Event] = ()) -> Reply:
    """For who asked. `said` stands above it, in place of where the listing stands."""
    steps = _last_steps(history)
    more = [Field(name="Last steps", value=steps, inline=False)] if steps else []
    return Reply(
        content=said or headline(listing), embeds=[embed_of(listing, *more)], buttons=buttons_of(listing, on_view=True)
    )


def read_place(text: str) -> tuple[int, bool]:
    """What a button says of where it is: the version it showed, and whether only one person sees it.

    Raises InvalidInputError.
    """
    version = text.removesuffix(ON_VIEW)
    if not (version.isascii() and version.isdigit() and len(version) <= 9):
        raise InvalidInputError("this button is of another version of Switchyard; look at the listing again")
    return int(version), text.endswith(ON_VIEW)


def line_of(listing: Listing, *, at: datetime) -> str:
    """In one line: what it is, where it stands, what it costs and brings."""
    is_short = units(listing.marketplace_url) <= _LONGEST_ADDRESS
    title = one_line(listing.title, _LONGEST_TITLE) or "(no title)"
    named = link(title, listing.marketplace_url if is_short else None)
    parts = [f"**{listing.state}**", _money(listing), f"{_age(listing, at)}"]
    if listing.deadline_at:
        parts.append(f"ends {moment(listing.deadline_at.timestamp())}")
    if listing.trouble:
        parts.append("⚠️ needs you" if listing.trouble.next == "person" else "⚠️ tried again")
    return f"{named}\n　{' · '.join(parts)}"


def item_of(listing: Listing) -> Item:
    label = one_line(listing.title, 100) or listing.id
    return Item(label=label, value=listing.id, description=f"{listing.state} · {_money(listing)}")


def lines(listings: Sequence[Listing], *, at: datetime) -> Embed:
    return Embed(description="\n".join(line_of(listing, at=at) for listing in listings))


def _money(listing: Listing) -> str:
    profit = listing.estimated_profit if listing.final_profit is None else listing.final_profit
    price = money(listing.asking_price, listing.currency)
    return price if profit is None else f"{price} → {money(profit, listing.currency)}"


def _age(listing: Listing, at: datetime) -> str:
    """How long it has been known: short, for a line."""
    hours = max(int((at - listing.found_at).total_seconds() // 3_600), 0)
    return f"{hours} h old" if hours < 48 else f"{hours // 24} d old"


def _last_steps(history: Sequence[Event]) -> str:
    told = [event for event in history if event.type in _HAPPENED or event.type.startswith("listing.state.")]
    return "\n".join(map(_step, told[-_STEPS:]))


def _step(event: Event) -> str:
    what = _HAPPENED.get(event.type) or f"**{event.data['to_state']}**"
    reason = event.data.get("reason") or event.data.get("answer")
    why = f": {shown(reason, 80)}" if reason else ""
    return f"{moment(event.time.timestamp(), 'f')} {what}, {actor_of(event.actor)}{why}"
