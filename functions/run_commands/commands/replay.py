"""/replay: have events put on the bus once more; first it is shown which, and only who asked may have it done."""

from collections.abc import Iterator
from typing import Any, Final

from functions.run_commands.command import Command, Use
from functions.run_commands.commands.events import actor_id
from functions.run_commands.reading import read
from functions.run_commands.runs import acting
from functions.run_commands.runs.confirming import ask_first
from functions.run_commands.wording import lines_within
from shared.control.history.consumers import ALL, CONSUMERS
from shared.control.history.contracts import ReplayIn
from shared.control.history.plan import WORKFLOW, Plan, plan_of
from shared.control.history.preview import Preview, preview
from shared.control.runs.shipped import find_workflow
from shared.discord.answers import Colour, Embed, Field, Reply, shown
from shared.discord.options import Choice, Option, OptionType
from shared.ledger.envelope import to_text
from shared.runtime.auth import Role

_LONGEST_LIST: Final = 2_000
_FIRST_SHOWN: Final = 5  # ids
_TEXTS: Final = ("subject", "correlation_id", "trace_id", "actor", "start_time", "end_time")
_TO_ALL: Final = "all whose work disturbs nobody"


class Replay(Command):
    name = "replay"
    description = "Put events on the bus once more, for one consumer or several; shows first what that would be"
    options = (
        Option(
            name="event_types", description="Like listing.state.sold, or listing for all that begin so; commas between"
        ),
        Option(name="subject", description="The id of a listing, message, claim …, alone or as listing:…", longest=400),
        Option(name="correlation_id", description="Of this correlation", longest=128),
        Option(name="trace_id", description="Of this trace", longest=64),
        Option(name="actor", description="What somebody has done: @somebody, key:…, webhook:scraper", longest=200),
        Option(name="start_time", description="Since then, like 2026-12-31T12:00:00Z", longest=40),
        Option(
            name="end_time", description="Until then, like 2026-12-31T13:00:00Z; now, if you do not say", longest=40
        ),
        Option(
            name="to",
            description="Whom it is for; all whose work disturbs nobody, if you do not say",
            choices=tuple(Choice(name, name) for name in (ALL, *CONSUMERS)),
        ),
        Option(
            name="limit", description="As many events at most", type=OptionType.INTEGER, minimum=1, maximum=10_000_000
        ),
        Option(
            name="rate",
            description="Events a second; 50 if you do not say",
            type=OptionType.INTEGER,
            minimum=1,
            maximum=500,
        ),
    )
    needs = Role.OPERATOR
    example = "/replay event_types:listing.state.sold start_time:2026-12-31T00:00:00Z to:notion"

    def run(self, use: Use) -> Reply:
        workflow = find_workflow(WORKFLOW)
        workflow.check_role(acting.role_of(use))
        parameters = _read(use).parameters()
        plan = plan_of(parameters, name="", at=use.at)
        counted = preview(plan, ledger=use.ports.ledger, cleared=use.ports.marks.cleared())
        shown = _embed(plan, counted)
        if not counted.would_replay:
            return Reply(embeds=[shown])
        assert plan.wanted.until is not None, "a plan has an end"
        as_shown = parameters | {"end_time": to_text(plan.wanted.until)}  # and nothing that happens meanwhile
        return ask_first(use, workflow, as_shown, shown=shown, label="Replay them")


def _read(use: Use) -> ReplayIn:
    """Raises InvalidInputError."""
    said: dict[str, Any] = {name: str(use.option(name, "")).strip() or None for name in _TEXTS}
    said |= {name: use.option(name) for name in ("to", "limit", "rate")}
    said["event_types"] = [one.strip() for one in str(use.option("event_types", "")).split(",") if one.strip()]
    said["actor"] = actor_id(said["actor"]) if said["actor"] else None
    return read(ReplayIn, said)


def _embed(plan: Plan, counted: Preview) -> Embed:
    number = f"{counted.would_replay:,}{'' if counted.is_all else ' or more'}"
    fields = [
        Field(name="For", value=_target(plan.to), inline=False),
        Field(name="How fast", value=f"{plan.rate} a second"),
        Field(name="The first", value=lines_within(map(shown, counted.first[:_FIRST_SHOWN]), 1_000), inline=False),
    ]
    return Embed(
        title=f"{number} {'event' if number == '1' else 'events'} would be replayed",
        description=lines_within(_types(counted), _LONGEST_LIST),
        colour=Colour.WARNING if _disturbs(plan.to) else Colour.NEUTRAL,
        fields=[one for one in fields if one.value],
        footer="" if counted.is_all else "It was not looked through all that may be meant.",
    )


def _types(counted: Preview) -> Iterator[str]:
    most_first = sorted(counted.by_type.items(), key=lambda one: one[1], reverse=True)
    return (f"{number:,} of **{shown(name, 100)}**" for name, number in most_first)


def _target(name: str) -> str:
    if name == ALL:
        return f"{ALL}: {_TO_ALL}"
    warning = "⚠️ People may notice: " if _disturbs(name) else ""
    return f"{warning}{name}: {CONSUMERS[name].does}"


def _disturbs(name: str) -> bool:
    """What it does again may be seen by others."""
    return name in CONSUMERS and not CONSUMERS[name].in_all
