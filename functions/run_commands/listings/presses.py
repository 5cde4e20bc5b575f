"""The buttons under a listing: on its card, for all to see, and on what one person was shown.

A card is edited by what follows the listing's events, and by nobody else; what one person was shown, by the answer.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from functions.run_commands.command import Use
from functions.run_commands.listings import steps
from functions.run_commands.listings.answers import read_place, view_of
from functions.run_commands.listings.changes import BehindError, change_for
from functions.run_commands.reading import read_id
from shared.discord.answers import Reply, private
from shared.listings.changing import Change
from shared.listings.lifecycle import State

EXTENSION_DAYS: Final = 3


def message(use: Use) -> Reply:
    return _pressed(use, steps.message_seller, "✉️ The seller is being written to.")


def skip(use: Use) -> Reply:
    return _pressed(use, lambda use: steps.way_out("skipped", use), "✖️ Skipped.")


def cancel(use: Use) -> Reply:
    return _pressed(use, lambda use: steps.way_out("cancelled", use), "✖️ Cancelled.")


def extend(use: Use) -> Reply:
    reason = f"{EXTENSION_DAYS} days more, asked for in Discord"
    return _pressed(use, lambda use: steps.more_days(EXTENSION_DAYS, reason, use), "⏳ It has three days more.")


def retry(use: Use) -> Reply:
    return _pressed(use, lambda use: steps.try_again(use, confirmed_not_done=False), "🔁 It is being tried.")


def not_done(use: Use) -> Reply:
    return _pressed(use, lambda use: steps.try_again(use, confirmed_not_done=True), "🔁 It is being tried anew.")


def bought(use: Use) -> Reply:
    """The form that Confirm opens."""
    fields = {name: text.strip().lstrip("£€$").strip() for name, text in use.interaction.fields.items()}
    said = {name: fields.get(name) or None for name in ("purchase_price", "shipping_cost")}
    return _pressed(use, lambda use: steps.step_to(State.PURCHASED, said, use), "🛒 Bought.")


def details(use: Use) -> Reply:
    listing_id = read_id(use.argument())
    listings = use.ports.listings
    return replace(view_of(listings.get(listing_id), history=listings.history(listing_id)), private=True)


def _pressed(use: Use, step: Callable[[Use], Change], said: str) -> Reply:
    listing_id = read_id(use.argument())
    seen, is_on_view = read_place(use.argument(1))
    try:
        listing = change_for(use, listing_id, step(use), seen=seen)
    except BehindError as behind:
        if is_on_view:
            use.show(view_of(behind.listing))
        raise
    return view_of(listing, said) if is_on_view else private(said)
