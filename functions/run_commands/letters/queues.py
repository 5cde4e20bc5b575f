"""Dead letters by queue: how many lie where, and having them tried again by a run, after a second look."""

from collections.abc import Sequence
from typing import Any, Final

from functions.run_commands.command import Subcommand, Use
from functions.run_commands.runs import acting
from functions.run_commands.runs.confirming import ask_first
from functions.run_commands.wording import lines_within
from shared.control.runs.shipped import find_workflow
from shared.discord.answers import MAX_MENU, Colour, Embed, Item, Menu, Reply, shown
from shared.discord.options import Option, OptionType
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError, NotFoundError
from shared.status.queues import Depth, read_depths

WORKFLOW: Final = "retry-dead-letters"
CHOOSE: Final = "dead-letters.queue"
_LONGEST_LIST: Final = 3_500


class ShowQueues(Subcommand):
    name = "queues"
    description = "How many dead letters lie in which queue, and a menu to try those of one again"
    needs = Role.VIEWER
    example = "/dead-letters queues"

    def run(self, use: Use) -> Reply:
        depths = sorted(_depths(use), key=lambda one: -(one.messages or 0))
        lying = [one for one in depths if one.messages]
        unread = any(one.messages is None for one in depths)
        total = _total(depths)
        embed = Embed(
            title=f"About {total:,} dead letter{'' if total == 1 else 's'}",
            description=lines_within(map(_line, depths), _LONGEST_LIST) or "Which queues there are is not known here.",
            colour=Colour.BAD if lying else Colour.QUIET if unread or not depths else Colour.GOOD,
            footer="SQS counts them now and then.",
        )
        return Reply(embeds=[embed], menu=_menu(lying) if lying else None)


class RetryQueue(Subcommand):
    name = "retry-queue"
    description = "Have the dead letters of a queue tried again, or of all; asks once more before it begins"
    needs = Role.OPERATOR
    example = "/dead-letters retry-queue queue:NotionDeadLetters"
    options = (
        Option(name="queue", description="Of this queue", autocomplete="dead-letter-queues", longest=80),
        Option(name="all", description="Of all queues", type=OptionType.BOOLEAN),
    )

    def run(self, use: Use) -> Reply:
        queue, is_all = str(use.option("queue", "")).strip(), bool(use.option("all", False))
        if bool(queue) == is_all:
            raise InvalidInputError("say which queue, or all of them")
        return _asked(use, queue or None)


def choose(use: Use) -> Reply:
    """One of the menu. The list stays where it is."""
    for queue in use.interaction.values:
        return _asked(use, queue)
    raise InvalidInputError("choose one of them")


def _asked(use: Use, queue: str | None) -> Reply:
    """Raises NotFoundError for a queue there is not."""
    workflow = find_workflow(WORKFLOW)
    workflow.check_role(acting.role_of(use))
    depths = [one for one in _depths(use, queue) if one.messages != 0]
    if not depths:
        return Reply(content="There is nothing to be tried again.", private=True)
    where = f"of {shown(queue, 80)}" if queue else "of all queues"
    embed = Embed(
        title=f"Try the dead letters {where} again?",
        description=lines_within([*map(_line, depths), "", *_CAUTION], _LONGEST_LIST),
        colour=Colour.WARNING,
    )
    parameters: dict[str, Any] = {"queue": queue} if queue else {}
    return ask_first(use, workflow, parameters, shown=embed, label="Try them again")


_CAUTION: Final = (
    "They go back to the queues they came from, 50 a second. What nobody can do anything with stays where it is, and "
    "what fails again comes back.",
)


def _depths(use: Use, queue: str | None = None) -> tuple[Depth, ...]:
    """Of that one, or of all. Raises NotFoundError."""
    known = use.ports.dead_letter_queues
    if queue is not None and queue not in known:
        raise NotFoundError(f"there is no dead-letter queue {queue[:80]}; there are {', '.join(known)}")
    return read_depths(waiting={}, dead=known if queue is None else {queue: known[queue]})


def _total(depths: Sequence[Depth]) -> int:
    return sum(one.messages or 0 for one in depths)


def _line(one: Depth) -> str:
    if one.messages is None:
        return f"⚪ **{shown(one.name, 80)}** cannot be asked now"
    return f"{'🔴' if one.messages else '🟢'} **{shown(one.name, 80)}** {one.messages:,}"


def _menu(lying: Sequence[Depth]) -> Menu:
    items = [Item(label=one.name, value=one.name, description=f"about {one.messages:,}") for one in lying[:MAX_MENU]]
    return Menu(custom_id=CHOOSE, items=items, placeholder="Try those of one again")
