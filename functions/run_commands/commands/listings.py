"""/listings: all of them, or those of a state or brand, a page at a time; and those that somebody has to see to."""

from dataclasses import replace
from typing import Any, Final

from functions.run_commands.command import Command, Component, Use
from functions.run_commands.listings.answers import item_of, lines, view_of
from functions.run_commands.reading import read_id
from shared.discord.answers import Button, Menu, Reply, shown
from shared.discord.flows import begin, peek
from shared.discord.options import Choice, Option
from shared.listings.lifecycle import State
from shared.listings.paging import MAX_LOOKED_AT, Wanted, page_at
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError

PAGE: Final = 10
_TURN: Final = "listings.turn"
_OPEN: Final = "listings.open"
_MOST_PAGES_BACK: Final = 100
_TROUBLES: Final = {"person": "somebody has to see to it", "retry": "tried again by itself"}


def _page(use: Use, wanted: dict[str, Any], places: list[str | None]) -> Reply:
    """The page at the last of the places; the others are those of the pages before it."""
    found, following = page_at(places[-1], _read(wanted), listings=use.ports.listings)
    is_end = not found and following is None  # a page may be full when all that is wanted has been found
    if is_end and len(places) == 1:
        return Reply(content="There is none.")
    kept = {"wanted": wanted, "places": places[-_MOST_PAGES_BACK:], "next": following}
    flow = begin(use.ports.state, kept, user_id=use.interaction.user_id)
    buttons = [
        Button(label="◀ Newer", custom_id=f"{_TURN}:{flow}:newer", disabled=len(places) == 1),
        Button(label="Older ▶", custom_id=f"{_TURN}:{flow}:older", disabled=following is None),
    ]
    menu = Menu(custom_id=_OPEN, items=[item_of(listing) for listing in found], placeholder="Open one")
    said = f"{_in_words(wanted)}, newest change first. Page {len(places)}."
    if is_end:
        said += " There are no more."
    elif not found:
        said += f" None among the {MAX_LOOKED_AT:,} looked at; press Older to look further."
    return Reply(
        content=said, embeds=[lines(found, at=use.at)] if found else [], buttons=buttons, menu=menu if found else None
    )


def _read(wanted: dict[str, Any]) -> Wanted:
    state = State(wanted["state"]) if wanted["state"] else None
    return Wanted(state=state, brand=wanted["brand"], trouble=wanted["trouble"], limit=PAGE)


def _in_words(wanted: dict[str, Any]) -> str:
    parts = [f"Listings in {wanted['state']}" if wanted["state"] else "Listings"]
    if wanted["brand"]:
        parts[0] += f" of {shown(wanted['brand'], 100)}"
    if wanted["trouble"]:
        parts.append(_TROUBLES[wanted["trouble"]])
    return ": ".join(parts)


def turn(use: Use) -> Reply:
    """The page before or after. Raises FlowOverError where too much time has passed."""
    kept = peek(use.ports.state, use.argument(), user_id=use.interaction.user_id)
    places = kept["places"]
    way = use.argument(1)
    if way == "newer":
        return _page(use, kept["wanted"], places[:-1] or [None])
    return _page(use, kept["wanted"], [*places, kept["next"]] if kept["next"] else places)


def open_one(use: Use) -> Reply:
    """Beside the list, which stays."""
    if not use.interaction.values:
        raise InvalidInputError("choose one of them")
    listing_id = read_id(use.interaction.values[0])
    listings = use.ports.listings
    return replace(view_of(listings.get(listing_id), history=listings.history(listing_id)), private=True)


class Listings(Command):
    name = "listings"
    description = "Listings, newest change first, ten at a time"
    options = (
        Option(name="state", description="Only those in it", choices=[Choice(state, state) for state in State]),
        Option(name="brand", description="Only those of it, in upper or lower case", longest=128),
        Option(
            name="trouble",
            description="Only those with which something went wrong",
            choices=[Choice(text, name) for name, text in _TROUBLES.items()],
        ),
    )
    needs = Role.VIEWER
    example = "/listings state: NEGOTIATING"
    components = (
        Component(prefix=_TURN, run=turn, needs=Role.VIEWER),
        Component(prefix=_OPEN, run=open_one, needs=Role.VIEWER),
    )

    def run(self, use: Use) -> Reply:
        brand = str(use.option("brand", "")).strip()[:128]
        wanted = {"state": use.option("state"), "brand": brand or None, "trouble": use.option("trouble")}
        return _page(use, wanted, [None])
