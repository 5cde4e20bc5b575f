"""A listing as a card: what is to be known of it now, and buttons for what can be done with it now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from shared.discord.answers import Button, Colour, Embed, Field, Reply, Style, moment, shown, shown_lines
from shared.runtime.money import money
from shared.runtime.text import units

if TYPE_CHECKING:
    from shared.listings.listing import Listing, Trouble

# What buttons begin with; each is handled by functions/run_commands/commands/listing.py.
MESSAGE: Final = "listing.message"
SKIP: Final = "listing.skip"
CANCEL: Final = "listing.cancel"
BUY: Final = "listing.buy"  # opens the form
BOUGHT: Final = "listing.bought"  # the form
EXTEND: Final = "listing.extend"
RETRY: Final = "listing.retry"
NOT_DONE: Final = "listing.notdone"
DETAILS: Final = "listing.details"

ON_VIEW: Final = "v"  # behind the version: the button is on what one person was shown, not on a card for all
_LONGEST_ADDRESS: Final = 2_000
_LONGEST_ANSWER: Final = 400  # of what a service said
_FINAL: Final = frozenset({"SOLD", "CANCELLED"})
# Both can be tried when somebody wants it.
_TRIED_IN: Final[Mapping[str, str]] = {"FOUND": "message_seller", "RECEIVED": "list_on_ebay"}

_HEADLINES: Final[Mapping[str, str]] = {
    "FOUND": "🔎 Found",
    "MESSAGING": "✉️ The seller was written to",
    "NEGOTIATING": "💬 The seller answers",
    "PURCHASED": "🛒 Bought; waiting for the parcel and its photos",
    "RECEIVED": "📦 Here, and on its way to eBay",
    "LISTED": "🏷️ On eBay",
    "SOLD": "💰 Sold",
    "CANCELLED": "✖️ Given up",
}
_COLOURS: Final[Mapping[str, Colour]] = {
    "NEGOTIATING": Colour.WARNING,
    "PURCHASED": Colour.GOOD,
    "RECEIVED": Colour.GOOD,
    "LISTED": Colour.GOOD,
    "SOLD": Colour.GOOD,
    "CANCELLED": Colour.QUIET,
}
_OPERATIONS: Final[Mapping[str, str]] = {
    "message_seller": "Writing to the seller",
    "list_on_ebay": "Listing on eBay",
    "fetch_photo": "Fetching a photo",
    "deal_confirmed": "A deal",
    "item_sold": "A sale",
}
_ADVICE: Final[Mapping[str, str]] = {
    "message_seller": "See to the reason, then press **Message seller**.",
    "list_on_ebay": "See to the reason, then press **Try again**.",
    "fetch_photo": "Send the photo again.",
}


def card_of(listing: "Listing") -> Reply:
    """For all to see in a channel. Rendered twice it is the same: it says nothing but what the listing says."""
    return Reply(content=headline(listing), embeds=[embed_of(listing)], buttons=buttons_of(listing))


def continued(listing: "Listing") -> Reply:
    """What is left of a card when a newer one of the same listing is below."""
    embed = Embed(title=shown(listing.title), url=_address(listing), colour=Colour.QUIET)
    return Reply(content="⤵️ Continued below", embeds=[embed])


def headline(listing: "Listing") -> str:
    if listing.state not in _FINAL and listing.reminded_at and listing.deadline_at:
        return f"⏰ Running out of time, still {listing.state}: given up {moment(listing.deadline_at.timestamp())}"
    if listing.state == "NEGOTIATING" and listing.negotiated_price is not None:
        return f"🤝 The seller asks {money(listing.negotiated_price, listing.currency)} now"
    if listing.state == "SOLD":
        left = listing.final_profit
        what = "loss" if left is not None and left < 0 else "profit"
        return f"💰 Sold, with a {what} of {money(left and abs(left), listing.currency)}"
    return _HEADLINES[listing.state]


def embed_of(listing: "Listing", *more: Field) -> Embed:
    return Embed(
        title=shown(listing.title) or "(no title)",
        url=_address(listing),
        colour=_colour(listing),
        fields=[*_facts(listing), *more],
        footer=f"Listing {listing.id}",
    )


def buttons_of(listing: "Listing", *, on_view: bool = False) -> list[Button]:
    """Those of what is legal now; none where nothing is."""
    if listing.state in _FINAL:
        return []
    buttons = [*_next_step(listing, on_view=on_view)]
    if listing.deadline_at and (listing.reminded_at or on_view):
        buttons.append(_button(EXTEND, "Extend 3 days", listing, on_view=on_view))
    if listing.state in ("FOUND", "MESSAGING", "NEGOTIATING"):
        buttons.append(_way_out(listing, on_view=on_view))
    return buttons if on_view else [*buttons, Button(label="Details", custom_id=f"{DETAILS}:{listing.id}")]


def is_tried(listing: "Listing") -> bool:
    """Whether its trouble is over something that can be tried again in its state."""
    return listing.trouble is not None and _TRIED_IN.get(listing.state) == listing.trouble.operation


def _next_step(listing: "Listing", *, on_view: bool) -> list[Button]:
    buttons = []
    if listing.state == "FOUND":
        buttons.append(_button(MESSAGE, "Message seller", listing, on_view=on_view, style=Style.PRIMARY))
    elif listing.state == "NEGOTIATING":
        buttons.append(_buy(listing, on_view=on_view))
    elif is_tried(listing):
        buttons.append(_button(RETRY, "Try again", listing, on_view=on_view, style=Style.PRIMARY))
    if is_tried(listing) and listing.trouble and listing.trouble.in_doubt:
        buttons.append(_button(NOT_DONE, "Not done: try again", listing, on_view=on_view))
    return buttons


def _way_out(listing: "Listing", *, on_view: bool) -> Button:
    if listing.reminded_at:
        return _button(CANCEL, "Cancel", listing, on_view=on_view, style=Style.DANGER)
    return _button(SKIP, "Skip", listing, on_view=on_view)


def _buy(listing: "Listing", *, on_view: bool) -> Button:
    """The price that stands in the form is the button's third argument."""
    price = listing.asking_price if listing.negotiated_price is None else listing.negotiated_price
    button = _button(BUY, "Confirm", listing, on_view=on_view, style=Style.SUCCESS)
    return Button(label=button.label, custom_id=f"{button.custom_id}:{price:f}", style=button.style)


def _button(prefix: str, label: str, listing: "Listing", *, on_view: bool, style: Style = Style.SECONDARY) -> Button:
    place = ON_VIEW if on_view else ""
    return Button(label=label, custom_id=f"{prefix}:{listing.id}:{listing.version}{place}", style=style)


def _facts(listing: "Listing") -> list[Field]:
    prices = {
        "Asked": listing.asking_price,
        "Expected profit": listing.estimated_profit if listing.final_profit is None else None,
        "Negotiated": listing.negotiated_price,
        "Paid": listing.purchase_price,
        "Shipping": listing.shipping_cost,
        "To be offered for": listing.target_price if listing.ebay_asking_price is None else None,
        "On eBay for": listing.ebay_asking_price,
        "Sold for": listing.ebay_sold_price,
        "eBay's fees": listing.ebay_fees,
        "Profit": listing.final_profit,
    }
    facts = [
        Field(name="State", value=str(listing.state)),
        Field(name="Product", value=f"{shown(listing.brand, 100)} {shown(listing.model, 150)}"),
        *(
            Field(name=name, value=money(price, listing.currency))
            for name, price in prices.items()
            if price is not None
        ),
        Field(name="Confidence", value=f"{listing.confidence:f} %"),
    ]
    if listing.deadline_at:
        facts.append(Field(name="Given up", value=moment(listing.deadline_at.timestamp())))
    if listing.trouble:
        facts.append(Field(name="⚠️ Trouble", value=_in_words(listing.trouble), inline=False))
    return facts


def _in_words(trouble: "Trouble") -> str:
    what = _OPERATIONS.get(trouble.operation, shown(trouble.operation, 100))
    times = f" {trouble.times} times" if trouble.times > 1 else ""
    return f"{what} failed{times}: {shown_lines(trouble.answer, _LONGEST_ANSWER)}\n{_advice(trouble)}"


def _advice(trouble: "Trouble") -> str:
    if trouble.next == "retry":
        return "It is tried again by itself."
    if trouble.in_doubt:
        return "It may have been done all the same: look there. Where it was not, press **Not done: try again**."
    return _ADVICE.get(trouble.operation, "Somebody has to look at it.")


def _colour(listing: "Listing") -> Colour:
    if listing.state not in _FINAL:
        if listing.trouble and listing.trouble.next == "person":
            return Colour.BAD
        if listing.reminded_at:
            return Colour.WARNING
    return _COLOURS.get(listing.state, Colour.NEUTRAL)


def _address(listing: "Listing") -> str:
    """Nothing where Discord would refuse the whole message for it."""
    url = listing.marketplace_url
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        return ""
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' <>"\\^`{|}')
    return url if is_web and is_plain and units(url) <= _LONGEST_ADDRESS else ""
