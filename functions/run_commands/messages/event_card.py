"""One event with its tags, its rules and what became of it at each sink, as it is shown in Discord."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.run_commands.messages.looking import Look, Place
from functions.run_commands.messages.places import place_line
from functions.run_commands.wording import lines_within, press, sink_title, title_of
from shared.deliveries.delivery import Status
from shared.discord.answers import LONGEST_FIELD, Button, Colour, Embed, Field, Reply, Style, link, shown, shown_lines
from shared.messages.routing import Decision

LOOK: Final = "route.look"
RETRY: Final = "deliveries.retry"
CONFIRM: Final = "deliveries.confirm"
_LONGEST_TEXT: Final = 600
_GOOD: Final = frozenset({Status.DELIVERED, Status.ACCEPTED})


def card(look: Look, *, note: str = "", decision: Decision | None = None) -> Reply:
    """`decision`: what the rules have just made of it, and why. Of an event of before only their names are known."""
    event = look.event
    embed = Embed(
        title=_heading(look),
        description=_text(look),
        colour=_colour(look),
        fields=[
            Field(name="Type", value=shown(event.type)),
            Field(name="Tags", value=", ".join(shown(tag, 40) for tag in event.tags) or "none"),
            Field(name="Rules", value=_rules(event.data, decision), inline=False),
            Field(name="Where it goes", value=_places(look), inline=False),
        ],
        footer=f"{event.id} · trace {event.trace_id}",
    )
    return Reply(content=note, embeds=[embed], buttons=_buttons(look))


def _heading(look: Look) -> str:
    if not look.places:
        return "Routed nowhere"
    return f"For {', '.join(sink_title(place.standing.sink) for place in look.places)}"


def _text(look: Look) -> str:
    said = look.event.data
    content = said.get("content")
    text = shown_lines(content, _LONGEST_TEXT) if isinstance(content, str) and content.strip() else title_of(look.event)
    where = said.get("url")
    return f"{text}\n{link('where it was posted', where)}" if isinstance(where, str) and where else text


def _rules(said: Mapping[str, Any], decision: Decision | None) -> str:
    if decision is None:
        return lines_within((f"• {shown(str(name), 100)}" for name in said.get("rules", ())), LONGEST_FIELD) or "none"
    lines = [_fired(one.rule, one.why, f"tags {', '.join(one.tags)}") for one in decision.fired]
    lines += [_fired(one.route, one.why, f"to {sink_title(one.sink)}") for one in decision.sent]
    return lines_within(lines, LONGEST_FIELD) or "none"


def _fired(name: str, why: str, what: str) -> str:
    return f"• {shown(name, 80)}: {shown(why, 80)} → {shown(what, 80)}"


def _places(look: Look) -> str:
    return lines_within(map(place_line, look.places), LONGEST_FIELD) or "It is recorded, and goes to no sink."


def _colour(look: Look) -> Colour:
    statuses = {place.standing.status for place in look.places}
    if not look.places:
        return Colour.QUIET
    if any(place.is_given_up for place in look.places):
        return Colour.BAD if Status.FAILED in statuses else Colour.WARNING
    if statuses <= _GOOD:
        return Colour.GOOD
    return Colour.QUIET if look.is_settled else Colour.NEUTRAL


def _buttons(look: Look) -> Sequence[Button]:
    buttons = [button for place in look.places if place.is_given_up for button in _for_given_up(place)]
    return buttons if look.is_settled else [*buttons, *press("Look again", LOOK, look.event.id)]


def _for_given_up(place: Place) -> list[Button]:
    one, title = place.standing, sink_title(place.standing.sink)
    again = press(f"Try {title} again", RETRY, one.event_id, one.sink, style=Style.PRIMARY)
    if one.status is not Status.IN_DOUBT:
        return again
    return [*press(f"It is in {title}", CONFIRM, one.event_id, one.sink, style=Style.SUCCESS), *again]
