"""/listing: one listing, shown, moved, written about, tried again, given time, given photos; and its buttons."""

from functions.run_commands.command import Command, Component, Subcommand, Use
from functions.run_commands.listings import presses, steps
from functions.run_commands.listings.answers import view_of
from functions.run_commands.listings.changes import change_for
from functions.run_commands.listings.photos import MOST_AT_ONCE, UPLOADED, offer_links, uploaded
from functions.run_commands.reading import read_id
from shared.discord import cards
from shared.discord.answers import Reply
from shared.discord.options import Acknowledge, Choice, Modal, Option, OptionType, TextInput
from shared.listings.lifecycle import State, is_final
from shared.listings.photos import EXTENSIONS
from shared.runtime.auth import Role

_TO_STATES = tuple(state for state in State if state is not State.FOUND)
_IN_MOTION = tuple(state for state in State if not is_final(state))
_DETAILS = {
    "purchase_price": "PURCHASED needs it: what was paid",
    "shipping_cost": "What shipping costs, with PURCHASED, RECEIVED or SOLD",
    "negotiated_price": "What was agreed, with NEGOTIATING or PURCHASED",
    "ebay_asking_price": "LISTED needs it: what it is offered for",
    "ebay_sold_price": "SOLD needs it: what it was sold for",
    "ebay_fees": "What eBay took, with SOLD",
}
_REASON = Option(name="reason", description="Why; it stands in the history", longest=1_000)


def _listing_in(*states: State) -> Option:
    return Option(
        name="listing",
        description="Type a few letters of its title, or its id",
        required=True,
        autocomplete="listings",
        states=states,
    )


class Show(Subcommand):
    name = "show"
    description = "All that is worth knowing of a listing, with buttons for what can be done now"
    options = (_listing_in(),)
    needs = Role.VIEWER
    example = "/listing show listing: Sony A6400, boxed"

    def run(self, use: Use) -> Reply:
        listing_id = read_id(use.option("listing"))
        listing = use.ports.listings.get(listing_id)
        return view_of(listing, history=use.ports.listings.history(listing_id))


class Move(Subcommand):
    name = "move"
    description = "Move a listing one step of its life"
    options = (
        _listing_in(*_IN_MOTION),
        Option(
            name="to",
            description="The state it enters",
            required=True,
            choices=[Choice(state, state) for state in _TO_STATES],
        ),
        *(
            Option(name=name, description=description, type=OptionType.NUMBER, minimum=0, maximum=999_999_999)
            for name, description in _DETAILS.items()
        ),
        Option(name="ebay_listing_id", description="LISTED needs it: eBay's number of the offer", longest=256),
        _REASON,
    )
    needs = Role.OPERATOR
    example = "/listing move listing: Sony A6400, boxed to: PURCHASED purchase_price: 310.50"

    def run(self, use: Use) -> Reply:
        listing_id, target = read_id(use.option("listing")), str(use.option("to"))
        said = {name: use.option(name) for name in (*_DETAILS, "ebay_listing_id", "reason")}
        listing = change_for(use, listing_id, steps.step_to(target, said, use))
        return view_of(listing, f"✅ It is {listing.state} now.")


class Message(Subcommand):
    name = "message"
    description = "Have the seller of a listing in FOUND written to now"
    options = (_listing_in(State.FOUND),)
    needs = Role.OPERATOR
    example = "/listing message listing: Sony A6400, boxed"

    def run(self, use: Use) -> Reply:
        listing = change_for(use, read_id(use.option("listing")), steps.message_seller(use))
        return view_of(listing, "✉️ The seller is being written to.")


class Retry(Subcommand):
    name = "retry"
    description = "Try what is due, again or at all: write to the seller, list on eBay"
    options = (
        _listing_in(State.FOUND, State.RECEIVED),
        Option(
            name="confirmed_not_done",
            description="You have looked, and the try that is in doubt has done nothing",
            type=OptionType.BOOLEAN,
        ),
    )
    needs = Role.OPERATOR
    example = "/listing retry listing: Sony A6400, boxed confirmed_not_done: True"

    def run(self, use: Use) -> Reply:
        is_confirmed = bool(use.option("confirmed_not_done", False))
        change = steps.try_again(use, confirmed_not_done=is_confirmed)
        return view_of(change_for(use, read_id(use.option("listing")), change), "🔁 It is being tried.")


class Extend(Subcommand):
    name = "extend"
    description = "Give a listing more time before it is given up"
    options = (
        _listing_in(State.FOUND, State.MESSAGING, State.NEGOTIATING),
        Option(
            name="days",
            description="How many more",
            type=OptionType.INTEGER,
            required=True,
            minimum=1,
            maximum=365,
        ),
        _REASON,
    )
    needs = Role.OPERATOR
    example = "/listing extend listing: Sony A6400, boxed days: 3"

    def run(self, use: Use) -> Reply:
        change = steps.more_days(use.option("days"), use.option("reason"), use)
        return view_of(change_for(use, read_id(use.option("listing")), change), "⏳ It has more time.")


class Photos(Subcommand):
    name = "photos"
    description = "Links to upload photos of a purchase to, and a button to say that they are there"
    options = (
        _listing_in(State.PURCHASED, State.RECEIVED),
        Option(
            name="count",
            description="How many photos",
            type=OptionType.INTEGER,
            required=True,
            minimum=1,
            maximum=MOST_AT_ONCE,
        ),
        Option(
            name="type",
            description="Of all of them; JPEG where it is left out",
            choices=[Choice(EXTENSIONS[kind], kind) for kind in EXTENSIONS],
        ),
    )
    needs = Role.OPERATOR
    example = "/listing photos listing: Sony A6400, boxed count: 3"

    def run(self, use: Use) -> Reply:
        count, content_type = int(use.option("count")), str(use.option("type", "image/jpeg"))
        return offer_links(use, read_id(use.option("listing")), count, content_type)


_PURCHASE = Modal(
    prefix=cards.BOUGHT,
    title="Confirm the purchase",
    inputs=(
        TextInput(name="purchase_price", label="What is paid", placeholder="310.50", longest=20, prefill=2),
        TextInput(name="shipping_cost", label="Shipping", placeholder="4.99", required=False, longest=20),
    ),
)


class ListingCommand(Command):
    name = "listing"
    description = "One listing: look at it, and do something with it"
    needs = Role.VIEWER
    subcommands = (Show(), Move(), Message(), Retry(), Extend(), Photos())
    components = (
        Component(prefix=cards.MESSAGE, run=presses.message, needs=Role.OPERATOR),
        Component(prefix=cards.SKIP, run=presses.skip, needs=Role.OPERATOR),
        Component(prefix=cards.CANCEL, run=presses.cancel, needs=Role.OPERATOR),
        Component(prefix=cards.EXTEND, run=presses.extend, needs=Role.OPERATOR),
        Component(prefix=cards.RETRY, run=presses.retry, needs=Role.OPERATOR),
        Component(prefix=cards.NOT_DONE, run=presses.not_done, needs=Role.OPERATOR),
        Component(prefix=cards.DETAILS, run=presses.details, needs=Role.VIEWER),
        Component(prefix=cards.BUY, needs=Role.OPERATOR, acknowledge=Acknowledge.MODAL, opens=_PURCHASE),
        Component(prefix=cards.BOUGHT, run=presses.bought, needs=Role.OPERATOR),
        Component(prefix=UPLOADED, run=uploaded, needs=Role.OPERATOR),
    )
