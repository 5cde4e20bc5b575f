"""/blackboard: goals, claims, and what claims ask people for; and the buttons under the questions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from functions.run_commands.blackboard import acting
from functions.run_commands.blackboard.answers import OPEN, PAGE, list_of, view_of
from functions.run_commands.command import Command, Component, Subcommand, Use
from shared.blackboard.artefact import claim_id_of
from shared.blackboard.claim import Claim
from shared.blackboard.stages import STATUS, STATUSES, Stage
from shared.discord import question_card
from shared.discord.answers import Reply, private, shown
from shared.discord.options import Acknowledge, Choice, Modal, Option, TextInput
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError

_LOOKED_AT: Final = 500  # claims, for a list
_LONGEST_TEXT: Final = 6_000
_INSTANCE: Final = Option(name="instance", description="Which blackboard; the stack's if you do not say", longest=32)
_CLAIM: Final = Option(
    name="id", description="The claim's id, as lists and questions show it", required=True, longest=36
)


class Goal(Subcommand):
    name = "goal"
    description = "Put a goal on the blackboard"
    options = (
        Option(name="text", description="What is to be done", required=True, longest=_LONGEST_TEXT),
        _INSTANCE,
    )
    needs = Role.OPERATOR
    example = "/blackboard goal text: An offer text for the Canon AE-1"

    def run(self, use: Use) -> Reply:
        artefact = acting.define_goal(use, acting.instance_of(use), str(use.option("text")))
        claim = claim_id_of(artefact.id)
        where = shown(artefact.instance)
        return Reply(content=f"🎯 It is on the blackboard {where}.\nArtefact `{artefact.id}`\nIts claim: `{claim}`")


class Claims(Subcommand):
    name = "claims"
    description = "The claims of a blackboard, newest change first"
    options = (
        Option(
            name="status",
            description="Only those that stand so",
            choices=[Choice(status, status) for status in STATUSES],
        ),
        _INSTANCE,
    )
    needs = Role.VIEWER
    example = "/blackboard claims status: pending_review"

    def run(self, use: Use) -> Reply:
        status = use.option("status")
        stages = [stage for stage in Stage if status in (None, STATUS[stage])]
        instance = acting.instance_of(use)
        found = list(islice(_newest(use, instance, stages), PAGE + 1))
        title = f"Claims on {instance}{f', {status}' if status else ''}"
        return list_of(found[:PAGE], title, is_more=len(found) > PAGE)


class ShowClaim(Subcommand):
    name = "claim"
    description = "One claim: what it is about, who works on it, and what people are asked"
    options = (_CLAIM, _INSTANCE)
    needs = Role.VIEWER
    example = "/blackboard claim id: 9dbe500f-6bd5-5b53-8d6c-1a1c3f3f8b5e"

    def run(self, use: Use) -> Reply:
        return view_of(acting.claim_named(use), use.ports.board)


class Questions(Subcommand):
    name = "questions"
    description = "What waits for people: questions, reviews, and work that was sent back to them"
    options = (_INSTANCE,)
    needs = Role.VIEWER
    example = "/blackboard questions"

    def run(self, use: Use) -> Reply:
        instance = acting.instance_of(use)
        looked_at = islice(_newest(use, instance, [Stage.REVIEW, Stage.ASSIGNMENT]), _LOOKED_AT)
        found = list(islice((one for one in looked_at if one.waits_for == "person"), PAGE + 1))
        return list_of(found[:PAGE], f"People are asked on {instance}", is_more=len(found) > PAGE)


class Answer(Subcommand):
    name = "answer"
    description = "Answer a question, or write a better version of what was sent back to people"
    options = (
        _CLAIM,
        Option(name="text", description="What you say", required=True, longest=_LONGEST_TEXT),
        _INSTANCE,
    )
    needs = Role.OPERATOR
    example = "/blackboard answer id: 9dbe500f-6bd5-5b53-8d6c-1a1c3f3f8b5e text: The black one"

    def run(self, use: Use) -> Reply:
        claim = acting.give_answer(use, acting.claim_named(use), str(use.option("text")))
        return view_of(claim, use.ports.board)


class Approve(Subcommand):
    name = "approve"
    description = "Approve what people are asked to review"
    options = (_CLAIM, _INSTANCE)
    needs = Role.OPERATOR
    example = "/blackboard approve id: 9dbe500f-6bd5-5b53-8d6c-1a1c3f3f8b5e"

    def run(self, use: Use) -> Reply:
        return view_of(acting.give_review(use, acting.claim_named(use), feedback=None), use.ports.board)


class Reject(Subcommand):
    name = "reject"
    description = "Send back what people are asked to review"
    options = (
        _CLAIM,
        Option(name="feedback", description="What has to be better", required=True, longest=_LONGEST_TEXT),
        _INSTANCE,
    )
    needs = Role.OPERATOR
    example = "/blackboard reject id: 9dbe500f-6bd5-5b53-8d6c-1a1c3f3f8b5e feedback: Say what the lens is"

    def run(self, use: Use) -> Reply:
        claim = acting.give_review(use, acting.claim_named(use), feedback=str(use.option("feedback")))
        return view_of(claim, use.ports.board)


class Terminate(Subcommand):
    name = "terminate"
    description = "End a claim: nobody works on it any more"
    options = (
        _CLAIM,
        Option(name="reason", description="Why; everybody can read it", required=True, longest=500),
        _INSTANCE,
    )
    needs = Role.OPERATOR
    example = "/blackboard terminate id: 9dbe500f-6bd5-5b53-8d6c-1a1c3f3f8b5e reason: It is sold"

    def run(self, use: Use) -> Reply:
        claim = acting.end(use, acting.claim_named(use), str(use.option("reason")))
        return view_of(claim, use.ports.board, "✖️ It was ended.")


def press_answered(use: Use) -> Reply:
    """The form that Answer opens."""
    claim = acting.claim_pressed(use, use.argument())
    return _pressed(use, acting.give_answer(use, claim, use.interaction.fields.get("text", "")), "✅ Answered.")


def press_approve(use: Use) -> Reply:
    claim = acting.claim_pressed(use, use.argument())
    return _pressed(use, acting.give_review(use, claim, feedback=None), "✅ Approved.")


def press_rejected(use: Use) -> Reply:
    """The form that Reject opens."""
    claim = acting.claim_pressed(use, use.argument())
    feedback = use.interaction.fields.get("feedback", "")
    return _pressed(use, acting.give_review(use, claim, feedback=feedback), "↩️ Sent back.")


def open_one(use: Use) -> Reply:
    """Beside the list, which stays."""
    if not use.interaction.values:
        raise InvalidInputError("choose one of them")
    claim = acting.claim_pressed(use, use.interaction.values[0])
    return replace(view_of(claim, use.ports.board), private=True)


def _pressed(use: Use, claim: Claim, said: str) -> Reply:
    """A card is edited by what follows the claim's events, and by nobody else; what one person was shown, here."""
    is_on_view = use.argument(1) == question_card.ON_VIEW
    return view_of(claim, use.ports.board, said) if is_on_view else private(said)


def _newest(use: Use, instance: str, stages: Sequence[Stage]) -> Iterator[Claim]:
    return (claim for _, claim in use.ports.board.claims_in(instance, stages, at_a_time=PAGE + 1))


_ANSWER: Final = Modal(
    prefix=question_card.ANSWERED,
    title="Answer",
    inputs=(TextInput(name="text", label="What you say", paragraph=True),),
)
_REJECT: Final = Modal(
    prefix=question_card.REJECTED,
    title="Send it back",
    inputs=(TextInput(name="feedback", label="What has to be better", paragraph=True),),
)


class BlackboardCommand(Command):
    name = "blackboard"
    description = "The blackboard of agents and people: goals, claims, questions"
    needs = Role.VIEWER
    subcommands = (Goal(), Claims(), ShowClaim(), Questions(), Answer(), Approve(), Reject(), Terminate())
    components = (
        Component(prefix=question_card.ANSWER, needs=Role.OPERATOR, acknowledge=Acknowledge.MODAL, opens=_ANSWER),
        Component(prefix=question_card.ANSWERED, run=press_answered, needs=Role.OPERATOR),
        Component(prefix=question_card.APPROVE, run=press_approve, needs=Role.OPERATOR),
        Component(prefix=question_card.REJECT, needs=Role.OPERATOR, acknowledge=Acknowledge.MODAL, opens=_REJECT),
        Component(prefix=question_card.REJECTED, run=press_rejected, needs=Role.OPERATOR),
        Component(prefix=OPEN, run=open_one, needs=Role.VIEWER),
    )
