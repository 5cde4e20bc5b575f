"""/dead-letters: what was given up, why, and how much lies in the queues beside; asking for it once more."""

from typing import Final

from functions.run_commands.command import Command, Component, Subcommand, Use
from functions.run_commands.commands.deliveries import WHERE, line_of, menu_of
from functions.run_commands.letters.queues import CHOOSE, RetryQueue, ShowQueues, choose
from functions.run_commands.messages.event_card import card
from functions.run_commands.messages.looking import Place, follow
from functions.run_commands.messages.retrying import AT_ONCE, Asked, given_up, retry, retry_all
from functions.run_commands.wording import PLACES, check_place, lines_within, sink_title
from shared.deliveries.asking import Standing
from shared.deliveries.delivery import Status
from shared.discord.answers import LONGEST_FIELD, Colour, Embed, Field, Reply, shown
from shared.discord.options import Acknowledge, Option
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError
from shared.status.queues import read_depths

SHOWN: Final = 10
_LONGEST_LIST: Final = 3_500


class ListDeadLetters(Subcommand):
    name = "list"
    description = "What was given up at the sinks, with the reason; and how many messages lie in dead-letter queues"
    needs = Role.VIEWER
    example = "/dead-letters list"
    options = (Option(name="sink", description="Of this sink only", choices=WHERE),)

    def run(self, use: Use) -> Reply:
        sink = use.option("sink")
        sinks = (check_place(sink),) if sink else tuple(PLACES)
        failed, is_more_failed = given_up(use, sinks, Status.FAILED)
        doubtful, is_more_doubtful = given_up(use, sinks, Status.IN_DOUBT)
        found = sorted(failed + doubtful, key=_changed_at, reverse=True)
        title = f"Given up · {sink_title(sink)}" if sink else "Given up"
        embed = Embed(
            title=title,
            description=lines_within((line_of(Place(standing=one)) for one in found[:SHOWN]), _LONGEST_LIST)
            or "Nothing.",
            colour=Colour.BAD if found else Colour.GOOD,
            fields=[
                Field(name="Surely not done", value=_number(failed, is_more_failed)),
                Field(name="In doubt: look first", value=_number(doubtful, is_more_doubtful)),
                Field(name="In dead-letter queues", value=_queues(use), inline=False),
            ],
            footer=f"The newest {SHOWN} are shown." if len(found) > SHOWN else "",
        )
        return Reply(embeds=[embed], menu=menu_of(found[:SHOWN]))


class RetryDeadLetters(Subcommand):
    name = "retry"
    description = f"Bring one to its sink after all, or up to {AT_ONCE} of one sink at once"
    needs = Role.OPERATOR
    example = "/dead-letters retry all:Notion"
    options = (
        Option(name="delivery", description="This one", autocomplete="deliveries", longest=300),
        Option(name="all", description=f"All that surely failed at this sink, {AT_ONCE} at most", choices=WHERE),
    )

    def run(self, use: Use) -> Reply:
        delivery, sink = use.option("delivery"), use.option("all")
        if bool(delivery) == bool(sink):
            raise InvalidInputError("say which delivery, or all of which sink")
        return _retry_one(use, str(delivery)) if delivery else _retry_many(use, check_place(sink))


class DeadLetters(Command):
    name = "dead-letters"
    description = "What was given up, and having it done after all"
    subcommands = (ListDeadLetters(), RetryDeadLetters(), ShowQueues(), RetryQueue())
    components = (Component(prefix=CHOOSE, run=choose, needs=Role.OPERATOR, acknowledge=Acknowledge.DEFER_PRIVATE),)


def _retry_one(use: Use, delivery: str) -> Reply:
    event_id, _, sink = delivery.strip().rpartition("|")
    retry(use, event_id, check_place(sink))
    return follow(use, event_id, card)


def _retry_many(use: Use, sink: str) -> Reply:
    asked = retry_all(use, sink)
    colour = Colour.GOOD if asked.number else Colour.QUIET
    text = "\n".join(_accounted(asked))
    title = f"{sink_title(sink)}: {asked.number} asked for once more"
    return Reply(embeds=[Embed(title=title, description=text, colour=colour)])


def _accounted(asked: Asked) -> list[str]:
    lines = [f"• {number} refused: {shown(reason, 200)}" for reason, number in asked.refused.most_common(5)]
    lines += [f"• {asked.left} left for the next time"] if asked.left else []
    lines += [f"• {asked.doubtful} in doubt: they may be there, so look first, one by one"] if asked.doubtful else []
    lines += ["• there are more, which were not looked at"] if asked.is_more else []
    return lines or (["What becomes of them, `/deliveries` shows."] if asked.number else ["Nothing was given up."])


def _changed_at(one: Standing) -> float:
    return one.record.changed_at.timestamp() if one.record else 0.0


def _number(found: list[Standing], is_more: bool) -> str:
    return f"{len(found)}{' or more' if is_more else ''}"


def _queues(use: Use) -> str:
    """Those in which something lies, and those nobody can tell of."""
    depths = read_depths(waiting={}, dead=use.ports.dead_letter_queues)
    if not depths:
        return "Which queues there are is not known here."
    lines = [f"{shown(one.name, 60)}: {_depth(one.messages)}" for one in depths if one.messages != 0]
    empty = len(depths) - len(lines)
    lines += [f"{empty} {'is' if empty == 1 else 'are'} empty"] if empty else []
    return lines_within(lines, LONGEST_FIELD)


def _depth(messages: int | None) -> str:
    return "cannot be read now" if messages is None else f"about {messages}"
