"""/deploys: what was shipped last, and what came of it."""

from typing import Final

from functions.run_commands.command import Command, Use
from functions.run_commands.shipping import ENVIRONMENT, read_environment
from functions.run_commands.wording import list_within
from shared.deploys.order import ENVIRONMENTS
from shared.discord.answers import LONGEST_DESCRIPTION, MAX_EMBED_TEXT, Embed, Reply
from shared.discord.deploy_card import buttons_of, line
from shared.discord.options import Acknowledge, Option
from shared.runtime.auth import Role

_ROOM_FOR_A_TITLE: Final = 50


class Deploys(Command):
    name = "deploys"
    description = "What was shipped last, and what came of it"
    options = (Option(name="env", description="Both, unless you say which", choices=ENVIRONMENT),)
    needs = Role.VIEWER
    acknowledge = Acknowledge.DEFER_PRIVATE
    example = "/deploys env:prod"

    def run(self, use: Use) -> Reply:
        wanted = use.option("env")
        environments = (read_environment(wanted),) if wanted else ENVIRONMENTS
        room = min(LONGEST_DESCRIPTION, MAX_EMBED_TEXT // len(environments) - _ROOM_FOR_A_TITLE)
        embeds = tuple(_listed(use, environment, room) for environment in environments)
        newest = use.ports.deploys.get(wanted) if wanted else None
        return Reply(embeds=embeds, buttons=buttons_of(newest) if newest else (), private=True)


def _listed(use: Use, environment: str, room: int) -> Embed:
    """All embeds of a message share Discord's limit: each has as much room."""
    newest = use.ports.deploys.get(environment)
    if newest is None:
        return Embed(title=environment, description="Nothing was shipped there yet.")
    told = (newest.summary(), *newest.earlier)
    return Embed(title=environment, description=list_within(list(map(line, told)), room))
