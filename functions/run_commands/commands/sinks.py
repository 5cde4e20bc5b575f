"""/sinks: whether each is served; having one wait, and serving it again."""

from typing import Final

from functions.run_commands.command import Command, Subcommand, Use
from functions.run_commands.repeating import has_done
from functions.run_commands.wording import actor_of, check_sink, sink_title
from shared.discord.answers import Colour, Embed, Reply, moment, shown
from shared.discord.options import Choice, Option
from shared.runtime.auth import Role
from shared.runtime.text import one_line
from shared.sinks.names import NAMES, TITLES
from shared.sinks.pausing import SinkState
from shared.sinks.store import KIND, PAUSED, RESUMED

_LONGEST_REASON: Final = 200
_SINKS: Final = tuple(Choice(title, name) for name, title in TITLES.items())
_WHICH: Final = Option(name="sink", description="Which", required=True, choices=_SINKS)
_WHY: Final = Option(name="reason", description="Why; everybody can read it", longest=_LONGEST_REASON)


class ListSinks(Subcommand):
    name = "list"
    description = "The sinks, and whether they are served"
    needs = Role.VIEWER
    example = "/sinks list"

    def run(self, use: Use) -> Reply:
        states = use.ports.sinks.get_all(NAMES)
        mode = (
            "They are asked for real, where a place and a credential are set up."
            if use.ports.is_live
            else "Dry run: requests are made up, and nobody is asked."
        )
        text = "\n".join([*map(state_line, states), "", mode])
        colour = Colour.WARNING if any(state.is_paused for state in states) else Colour.NEUTRAL
        return Reply(embeds=[Embed(title="Sinks", description=text, colour=colour)])


class PauseSink(Subcommand):
    name = "pause"
    description = "Have what is for a sink wait until somebody resumes it"
    needs = Role.OPERATOR
    example = "/sinks pause sink:Notion reason:tidying up"
    options = (_WHICH, _WHY)

    def run(self, use: Use) -> Reply:
        return _decide(use, paused=True)


class ResumeSink(Subcommand):
    name = "resume"
    description = "Serve a sink again; what waited for it is brought there"
    needs = Role.OPERATOR
    example = "/sinks resume sink:Notion"
    options = (_WHICH, _WHY)

    def run(self, use: Use) -> Reply:
        return _decide(use, paused=False)


class Sinks(Command):
    name = "sinks"
    description = "The sinks: whether they are served, pausing one, resuming it"
    subcommands = (ListSinks(), PauseSink(), ResumeSink())


def state_line(state: SinkState) -> str:
    said = f", since {moment(state.since.timestamp(), 'f')}" if state.since else ""
    said += f", by {actor_of(state.by)}" if state.by else ""
    said += f": {shown(state.reason, _LONGEST_REASON)}" if state.reason else ""
    return f"{'⏸️' if state.is_paused else '▶️'} **{sink_title(state.name)}** {_word(state)}{said}"


def _word(state: SinkState) -> str:
    return "is paused" if state.is_paused else "is served"


def _decide(use: Use, *, paused: bool) -> Reply:
    """Deciding what is decided already changes nothing. Raises ConflictError where somebody else was faster."""
    known = use.ports.sinks.get(check_sink(use.option("sink")))
    if has_done(use, KIND, known.name, PAUSED if paused else RESUMED):  # somebody may have decided otherwise since
        return Reply(embeds=[Embed(description=state_line(known))])
    if known.is_paused == paused:
        note = "It was so already: nothing has changed."
        return Reply(content=note, embeds=[Embed(description=state_line(known))])
    reason = one_line(use.option("reason", ""), _LONGEST_REASON) or None
    state = use.ports.sinks.decide(known, paused=paused, reason=reason, cause=use.cause, at=use.at)
    colour = Colour.WARNING if paused else Colour.GOOD
    return Reply(embeds=[Embed(description=state_line(state), colour=colour)])
