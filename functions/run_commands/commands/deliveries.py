"""/deliveries: what became of events at the sinks, and a card for each with what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from functions.run_commands.command import Command, Component, Use
from functions.run_commands.commands.events import is_for
from functions.run_commands.messages.event_card import CONFIRM, RETRY, card
from functions.run_commands.messages.looking import Look, Place, follow, look_at
from functions.run_commands.messages.places import NAMED, place_line
from functions.run_commands.messages.retrying import retry, say_it_is_there
from functions.run_commands.wording import PLACES, check_place, lines_within, sink_title
from shared.deliveries.asking import Standing
from shared.deliveries.delivery import OPEN, Status
from shared.deliveries.pages import Wanted, list_deliveries
from shared.discord.answers import MAX_MENU, Embed, Item, Menu, Reply, moment, shown
from shared.discord.interaction import SEPARATOR
from shared.discord.options import Choice, Option, OptionType
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError, NotFoundError
from shared.sinks.names import NAMES

OPEN_CARD: Final = "deliveries.open"
WHERE: Final = tuple(Choice(title, name) for name, title in PLACES.items())
_LONGEST_VALUE: Final = 100  # of a choice in a menu
_LONGEST_LIST: Final = 4_000
_DAYS: Final = 2
_UNKNOWN: Final = "this says nothing that can be looked up; use the command anew"


def line_of(place: Place) -> str:
    """Where it goes, how it stands with it, since when; and of which event."""
    one = place.standing
    since = f" · {moment(one.record.changed_at.timestamp())}" if one.record else ""
    return f"{place_line(place)}{since}\n-# {shown(one.event_id, 160)}"


def menu_of(standings: Sequence[Standing]) -> Menu:
    """Each event once; one whose id is too long for a menu is looked up with `/deliveries event:`."""
    first: dict[str, Standing] = {}
    for one in standings:
        if len(one.event_id) <= _LONGEST_VALUE:
            first.setdefault(one.event_id, one)
    items = [
        Item(label=one.event_id, value=one.event_id, description=f"{sink_title(one.sink)}: {NAMED[one.status]}")
        for one in first.values()
    ]
    return Menu(custom_id=OPEN_CARD, items=items[:MAX_MENU], placeholder="See one, and what can be done about it")


def open_card(use: Use) -> Reply:
    """Beside the list, which stays. Raises NotFoundError."""
    for event_id in use.interaction.values:
        return replace(card(_look(use, event_id)), private=True)
    raise NotFoundError(_UNKNOWN)


def _look(use: Use, event_id: str) -> Look:
    """Raises NotFoundError, also for what is not for who asks: not even that it is there."""
    look = look_at(event_id, ports=use.ports, at=use.at)
    if not is_for(look.event, use.role):
        raise NotFoundError(f"there is no event {event_id[:200]}")
    return look


def press_retry(use: Use) -> Reply:
    event_id, sink = _named(use)
    _look(use, event_id)
    retry(use, event_id, sink)
    return follow(use, event_id, card)


def press_confirm(use: Use) -> Reply:
    event_id, sink = _named(use)
    _look(use, event_id)
    say_it_is_there(use, event_id, sink)
    return card(_look(use, event_id))


def _named(use: Use) -> tuple[str, str]:
    """The event's id has separators of its own. Raises NotFoundError."""
    *event_id, sink = use.interaction.arguments or ("",)
    return SEPARATOR.join(event_id), check_place(sink)


# What has not been begun yet has no record: it is seen by its event alone.
_NONE: Final[Mapping[Status | None, str]] = {
    Status.PENDING: "None that was begun. What has not been begun is shown where no status is asked for."
}


class Deliveries(Command):
    name = "deliveries"
    description = "What became of events at the sinks, newest first; of all that is given up or waits, or of one event"
    needs = Role.VIEWER
    example = "/deliveries status:given up"
    options = (
        Option(name="sink", description="Of this sink only", choices=WHERE),
        Option(
            name="status",
            description="Those that stand so",
            choices=tuple(Choice(NAMED[status], str(status)) for status in Status),
        ),
        Option(name="event", description="All places one event goes to, by the event's id", longest=200),
        Option(
            name="limit",
            description="How many; 10 if you do not say",
            type=OptionType.INTEGER,
            minimum=1,
            maximum=MAX_MENU,
        ),
    )
    components = (
        Component(prefix=OPEN_CARD, run=open_card, needs=Role.VIEWER),
        Component(prefix=RETRY, run=press_retry, needs=Role.OPERATOR),
        Component(prefix=CONFIRM, run=press_confirm, needs=Role.OPERATOR),
    )

    def run(self, use: Use) -> Reply:
        if event_id := use.option("event"):
            return card(_look(use, str(event_id).strip()))
        status, sink = _status(use), use.option("sink")
        found, is_more = _listed(use, status, (check_place(sink),) if sink else tuple(PLACES))
        title = _title(status, sink)
        if not found:
            return Reply(embeds=[Embed(title=title, description=_NONE.get(status, "There are none."))])
        paused = {state.name for state in use.ports.sinks.get_all(NAMES) if state.is_paused}
        lines = (line_of(Place(standing=one, is_paused=one.sink in paused)) for one in found)
        footer = "There may be more." if is_more else ""
        embed = Embed(title=title, description=lines_within(lines, _LONGEST_LIST), footer=footer)
        return Reply(embeds=[embed], menu=menu_of(found))


def _status(use: Use) -> Status | None:
    """Raises InvalidInputError for what an older version of the command offered."""
    wanted = use.option("status")
    if wanted is not None and wanted not in set(Status):
        raise InvalidInputError(f"status: there are {', '.join(Status)}")
    return Status(wanted) if wanted else None


def _title(status: Status | None, sink: str | None) -> str:
    what = f"Deliveries: {NAMED[status]}" if status else "Deliveries"
    where = f" · {sink_title(sink)}" if sink else ""
    return f"{what}{where}{'' if status in OPEN else ' · of the events of today and yesterday (UTC)'}"


def _listed(use: Use, status: Status | None, sinks: Sequence[str]) -> tuple[list[Standing], bool]:
    """What is open is listed whatever its day, all else of the events of two days; and whether there may be more."""
    limit = int(use.option("limit", 10))
    found: list[Standing] = []
    for days in range(1 if status in OPEN else _DAYS):
        day = use.at.date() - timedelta(days=days)
        wanted = Wanted(sinks=sinks, status=status, day=day, limit=limit - len(found))
        page = list_deliveries(wanted, ledger=use.ports.ledger, records=use.ports.deliveries)
        found += page.deliveries
        if page.next_position is not None or len(found) >= limit:
            return found, page.next_position is not None or days + 1 < _DAYS
    return found, False
