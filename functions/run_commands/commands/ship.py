"""/ship and what follows it: Confirm, Cancel, Promote, Roll back, Details."""

from dataclasses import replace
from typing import Final

from functions.run_commands import shipping
from functions.run_commands.command import Command, Component, Use
from shared.deploys.order import STRATEGIES, Action
from shared.discord import deploy_card, flows
from shared.discord.answers import Button, Reply, Style, private
from shared.discord.options import Acknowledge, Choice, Option
from shared.runtime.auth import Role

CONFIRM: Final = "ship.confirm"
CANCEL: Final = "ship.cancel"


def confirm(use: Use) -> Reply:
    """In the place of the question, which one person was shown: it is answered, and its buttons are over."""
    what = flows.take(use.ports.state, use.argument(), user_id=use.interaction.user_id, by=use.key)
    return replace(shipping.ship(use, what["env"], what["strategy"], what["ref"]), private=False)


def cancel(use: Use) -> Reply:
    flows.take(use.ports.state, use.argument(), user_id=use.interaction.user_id, by=use.key)
    return Reply(content="Not shipped.")


def promote(use: Use) -> Reply | None:
    return shipping.act(use, Action.PROMOTE)


def roll_back(use: Use) -> Reply | None:
    return shipping.act(use, Action.ROLLBACK)


def details(use: Use) -> Reply:
    deploy = shipping.pressed(use)
    return private(deploy) if isinstance(deploy, str) else deploy_card.details(deploy)


class Ship(Command):
    name = "ship"
    description = "Ship a branch or tag: all of it at once, or a canary first"
    options = (
        Option(name="env", description="Where to; staging unless you say otherwise", choices=shipping.ENVIRONMENT),
        Option(
            name="strategy",
            description="All of it (full, the usual), or a part that is promoted or rolled back later (canary)",
            choices=tuple(Choice(name, name) for name in STRATEGIES),
        ),
        Option(name="ref", description="A branch or tag; main unless you say otherwise", longest=shipping.LONGEST_REF),
    )
    needs = Role.OPERATOR  # for prod it is more, see `shipping`
    acknowledge = Acknowledge.DEFER_PRIVATE
    example = "/ship env:staging strategy:canary ref:main"
    components = (
        Component(prefix=CONFIRM, run=confirm, needs=Role.OPERATOR),
        Component(prefix=CANCEL, run=cancel, needs=Role.OPERATOR),
        Component(prefix=deploy_card.PROMOTE, run=promote, needs=Role.OPERATOR),
        Component(prefix=deploy_card.ROLL_BACK, run=roll_back, needs=Role.OPERATOR),
        Component(prefix=deploy_card.DETAILS, run=details, needs=Role.VIEWER, acknowledge=Acknowledge.DEFER_PRIVATE),
    )

    def run(self, use: Use) -> Reply:
        environment = shipping.read_environment(use.option("env", "staging"))
        strategy, ref = str(use.option("strategy", "full")), str(use.option("ref", "main")).strip()
        if environment != "prod":
            return shipping.ship(use, environment, strategy, ref)
        shipping.check(use, environment, strategy, ref)
        known = use.ports.deploys.get(environment)
        if known is not None and known.is_busy(at=use.at):
            return shipping.busy(known)
        what = {"env": environment, "strategy": strategy, "ref": ref}
        flow_id = flows.begin(use.ports.state, what, user_id=use.interaction.user_id)
        return Reply(
            content=f"Ship `{ref}` ({strategy}) to **prod**? You have 15 minutes to decide.",
            buttons=(
                Button(label="Confirm", custom_id=f"{CONFIRM}:{flow_id}", style=Style.DANGER),
                Button(label="Cancel", custom_id=f"{CANCEL}:{flow_id}"),
            ),
            private=True,
        )
