"""What people in Discord do with a listing, as changes of it: the same behind a command and behind a button."""

from collections.abc import Mapping
from typing import Any

from functions.run_commands.command import Use
from functions.run_commands.reading import read
from shared.listings.acting import received, with_more_time
from shared.listings.changing import Change
from shared.listings.contracts import Extension, Received, Transition
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.trouble import retried
from shared.runtime.errors import IllegalTransitionError
from shared.runtime.text import one_line


def step_to(target: str, said: Mapping[str, Any], use: Use) -> Change:
    """`said` is what the step brings, and the reason. Raises InvalidInputError where it cannot be used."""
    told = read(Transition, {**said, "to_state": target})

    def move(listing: Listing) -> Listing:
        return listing.moved(
            told.to_state,
            at=use.at,
            actor=use.cause.actor,
            reason=told.reason,
            details=told.details(),
            deadlines=use.ports.deadlines,
        )

    return move


def way_out(how: str, use: Use) -> Change:
    reason = f"{how} in Discord by {one_line(use.interaction.user_name, 100) or use.interaction.user_id}"
    return step_to(State.CANCELLED, {"reason": reason}, use)


def message_seller(use: Use) -> Change:
    """Also where it would not be done by itself."""

    def message(listing: Listing) -> Listing:
        if listing.state is not State.FOUND:
            raise IllegalTransitionError(f"sellers are written to in FOUND, and it is {listing.state} by now")
        return retried(listing, at=use.at, confirmed_not_done=False)

    return message


def try_again(use: Use, *, confirmed_not_done: bool) -> Change:
    return lambda listing: retried(listing, at=use.at, confirmed_not_done=confirmed_not_done)


def more_days(days: float, reason: str | None, use: Use) -> Change:
    wanted = read(Extension, {"days": days, "reason": reason})
    return lambda listing: with_more_time(listing, wanted, at=use.at, deadlines=use.ports.deadlines)


def with_photos(keys: list[str], use: Use) -> Change:
    """Those it has, and these: with the first of them it is here."""

    def receive(listing: Listing) -> Listing | None:
        photos = list(dict.fromkeys((*listing.photos, *keys)))
        told = read(Received, {"photos": photos})
        return received(listing, told, use.cause, at=use.at, deadlines=use.ports.deadlines)

    return receive
