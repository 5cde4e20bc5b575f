"""Shipping for who uses a command or presses a button: may they, can it be done now, and was it done before."""

import re
from typing import Final

from functions.run_commands.command import Use
from shared.deploys.deploy import Deploy, shipped
from shared.deploys.order import ENVIRONMENTS, REQUESTS, STRATEGIES, Action, Order
from shared.deploys.refusals import BusyError, NotNowError
from shared.discord import deploy_card
from shared.discord.access import may
from shared.discord.answers import Reply, moment, private
from shared.discord.options import Choice
from shared.runtime.attempts import attempts
from shared.runtime.auth import Role
from shared.runtime.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

ENVIRONMENT: Final = tuple(Choice(name, name) for name in ENVIRONMENTS)
LONGEST_REF: Final = 200
_ATTEMPTS: Final = 10  # over an environment that others change at the same moment
_NEEDED: Final = {"staging": Role.OPERATOR, "prod": Role.ADMIN}
# What git takes as the name of a branch or tag, and nothing that would need care elsewhere.
_REF: Final = re.compile(r"(?!.*(?:\.\.|//|@\{))[A-Za-z0-9_][A-Za-z0-9._/@+-]*(?<![./])", re.ASCII)


def check(use: Use, environment: str, strategy: str, ref: str) -> None:
    _check_role(use, environment)
    if strategy not in STRATEGIES:
        raise InvalidInputError(f"a strategy is one of {', '.join(STRATEGIES)}")
    if len(ref) > LONGEST_REF or not _REF.fullmatch(ref):
        raise InvalidInputError("that is no name of a branch or tag")
    if use.ports.github is None:
        raise InvalidInputError("nothing can be shipped: no GitHub repository is set up, or there is no token for it")


def read_environment(name: str) -> str:
    if name not in ENVIRONMENTS:
        raise InvalidInputError(f"there is no environment of that name; there are {', '.join(ENVIRONMENTS)}")
    return name


def ship(use: Use, environment: str, strategy: str, ref: str) -> Reply:
    """Recorded, and the environment is taken. All else follows from the event. Raises as `check`; ConflictError."""
    check(use, environment, strategy, ref)
    deploys = use.ports.deploys
    for _ in attempts(_ATTEMPTS, pause=use.ports.pause):
        known = deploys.get(environment)
        if _is_done(use, known):
            return _on_its_way(use, environment)
        try:
            deploy = shipped(
                known,
                environment=environment,
                strategy=strategy,
                ref=ref,
                channel_id=use.interaction.channel_id,
                order=_order(use),
            )
        except BusyError as error:
            return busy(error.deploy)
        try:
            deploys.save(deploy, use.cause)
        except ConflictError:
            continue
        return _on_its_way(use, environment)
    raise ConflictError(f"others keep changing what is shipped to {environment}")


def act(use: Use, action: Action) -> Reply | None:
    """One step of the table, once. The deploy's own message changes when it is under way; elsewhere that is said."""
    for _ in attempts(_ATTEMPTS, pause=use.ports.pause):
        deploy = pressed(use)
        if isinstance(deploy, str):
            return private(deploy)
        _check_role(use, deploy.environment)
        if _is_done(use, deploy):
            return _seen_at(use, deploy)
        try:
            order = _order(use)
            asked = deploy.promotion_requested(order) if action is Action.PROMOTE else deploy.rollback_requested(order)
            use.ports.deploys.save(asked, use.cause)
        except NotNowError as refusal:
            return private(_why_not(refusal))
        except ConflictError:
            continue
        return _seen_at(use, deploy)
    raise ConflictError("others keep changing this deploy")


def pressed(use: Use) -> Deploy | str:
    """The deploy that a button belongs to, or why nothing can be done with it."""
    environment, deploy_id = read_environment(use.argument(0)), use.argument(1)
    newest = use.ports.deploys.get(environment)
    if newest is None:
        raise NotFoundError(f"nothing was ever shipped to {environment}")
    if newest.id == deploy_id:
        return newest
    before = next((one for one in newest.earlier if one["id"] == deploy_id), None)
    told = f"\n{deploy_card.line(before)}" if before else ""
    return f"A newer deploy has followed: **{newest.id}**, {deploy_card.headline(newest)}.{told}"


def busy(deploy: Deploy) -> Reply:
    """With what can be done about it: the message in the channel may be gone."""
    who, since = deploy_card.who(deploy.requested_by), moment(deploy.requested_at.timestamp())
    said = (
        f"⚠️ {deploy.environment} is taken: {who} ships `{deploy.ref}` ({deploy.strategy}) there since {since}.\n"
        f"**{deploy.id}** {deploy_card.headline(deploy)}."
    )
    return Reply(content=said, buttons=deploy_card.buttons_of(deploy), private=True)


def _order(use: Use) -> Order:
    return Order(by=use.cause.actor, key=use.key, at=use.at)


def _check_role(use: Use, environment: str) -> None:
    needed = _NEEDED[environment]
    if use.role is None or not may(use.role, needed):
        raise ForbiddenError(f"shipping to {environment} needs the role {needed}")


def _is_done(use: Use, known: Deploy | None) -> bool:
    """An earlier try of this very use has done its work, whatever happened since."""
    if known is not None and known.order_key == use.key:
        return True
    if known is None or not use.is_repeated:
        return False
    history = use.ports.deploys.history(known.environment)
    return any(event.type in REQUESTS and event.trace_id == use.cause.trace_id for event in history)


def _on_its_way(use: Use, environment: str) -> Reply:
    where = "in this channel" if use.interaction.channel_id else "with `/deploys`"
    return Reply(content=f"🚀 On its way to **{environment}**. You see {where} how far it is.", private=True)


def _seen_at(use: Use, deploy: Deploy) -> Reply | None:
    """Where who has pressed sees how far it is. None: right there."""
    if deploy.message_id is None:  # say the bot may not write in that channel
        return private("Asked for: `/deploys` shows how far it is.")
    is_its_own = deploy.message_id == use.interaction.message_id
    return None if is_its_own else private(f"Asked for: {deploy.id} shows how far it is, as `/deploys` does.")


def _why_not(refusal: NotNowError) -> str:
    deploy = refusal.deploy
    asked_by = f", asked for by {deploy_card.who(deploy.acted_by)} {moment(deploy.acted_at.timestamp())}"
    what = "promoted" if refusal.action is Action.PROMOTE else "rolled back"
    said = asked_by if deploy.action is not Action.DEPLOY else ""
    return f"⚠️ **{deploy.id}** cannot be {what} now: {deploy_card.headline(deploy)}{said}."
