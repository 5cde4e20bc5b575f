"""A claim that asks people, as a card: what is asked, with buttons to answer it; in the end, what came of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from shared.discord.answers import Button, Colour, Embed, Field, Reply, Style, moment, shown, shown_lines
from shared.discord.deploy_card import who

if TYPE_CHECKING:
    from shared.blackboard.asking import Asked

# What buttons begin with; each is handled by functions/run_commands/commands/blackboard.py.
ANSWER: Final = "blackboard.answer"  # opens the form
ANSWERED: Final = "blackboard.answered"  # the form
APPROVE: Final = "blackboard.approve"
REJECT: Final = "blackboard.reject"  # opens the form
REJECTED: Final = "blackboard.rejected"  # the form

ON_VIEW: Final = "v"  # behind the claim: the button is on what one person was shown, not on a card for all
_LONGEST_ASKED: Final = 2_000
_LONGEST_SAID: Final = 1_000
_MOST_FEEDBACK: Final = 3
_HEADLINES: Final[Mapping[str, str]] = {
    "answer": "❓ A question for people",
    "review": "🔎 A review by people is asked for",
    "rework": "🔁 This was sent back: a better version is asked for",
}
_DONE: Final[Mapping[str, str]] = {
    "approved": "✅ Approved",
    "rejected": "↩️ Sent back",
    "rework": "✅ There is a better version",
}


def question_card(asked: "Asked") -> Reply:
    """For all to see in a channel. Rendered twice it is the same: it says nothing but what the claim says."""
    return Reply(content=headline(asked), embeds=[embed_of(asked)], buttons=buttons_of(asked))


def asked_again(asked: "Asked") -> Reply:
    """What is left of a card when a newer one of the same claim is below."""
    embed = Embed(title=shown(asked.claim.target.type), colour=Colour.QUIET)
    return Reply(content="⤵️ Asked again below", embeds=[embed])


def headline(asked: "Asked") -> str:
    if asked.is_waiting:
        return _HEADLINES[asked.kind]
    if asked.answered_by:
        return _DONE.get(asked.grant.outcome or "") or _DONE.get(asked.kind, "✅ Answered")
    if asked.grant.status == "lost":
        return "⌛ Nobody answered in time"
    return "✖️ No answer is needed any more"


def embed_of(asked: "Asked") -> Embed:
    return Embed(
        title=shown(asked.claim.target.type),
        description=_what_is_asked(asked),
        colour=_colour(asked),
        fields=_facts(asked),
        footer=f"Claim {asked.claim.id}",
    )


def buttons_of(asked: "Asked", *, on_view: bool = False) -> list[Button]:
    """Those of what is waited for; none where nobody waits."""
    if not asked.is_waiting:
        return []
    place = f"{asked.claim.id}:{ON_VIEW}" if on_view else asked.claim.id
    if asked.kind != "review":
        label = "Answer" if asked.kind == "answer" else "Write a better version"
        return [Button(label=label, custom_id=f"{ANSWER}:{place}", style=Style.PRIMARY)]
    return [
        Button(label="Approve", custom_id=f"{APPROVE}:{place}", style=Style.SUCCESS),
        Button(label="Reject", custom_id=f"{REJECT}:{place}", style=Style.DANGER),
    ]


def _what_is_asked(asked: "Asked") -> str:
    said = asked.claim.question if asked.kind == "answer" and asked.claim.question else asked.payload
    if said is None:
        return f"It is too large to be shown here. Artefact `{asked.claim.target.id}`"
    return shown_lines(said, _LONGEST_ASKED)


def _facts(asked: "Asked") -> list[Field]:
    claim = asked.claim
    facts = [
        Field(name="Blackboard", value=shown(claim.instance)),
        Field(name="From", value=shown(claim.target.produced_by_role)),
    ]
    if claim.iteration:
        facts.append(Field(name="Sent back", value=f"{claim.iteration} time{'' if claim.iteration == 1 else 's'}"))
    if asked.is_waiting:
        facts.append(Field(name="Needed", value=moment(asked.grant.until.timestamp())))
    facts += [
        Field(name="What has to be better", value=shown_lines(one), inline=False)
        for one in asked.feedback[:_MOST_FEEDBACK]
    ]
    return [*facts, *_outcome(asked)]


def _outcome(asked: "Asked") -> list[Field]:
    """Once nobody is waited for any more."""
    facts = []
    if asked.answered_by:
        facts.append(Field(name="By", value=who(asked.answered_by)))
    if asked.answer and asked.grant.outcome != "approved":
        facts.append(Field(name="Said", value=shown_lines(asked.answer, _LONGEST_SAID), inline=False))
    if not (asked.is_waiting or asked.answered_by) and asked.claim.termination_reason:
        facts.append(Field(name="Why", value=shown_lines(asked.claim.termination_reason, _LONGEST_SAID), inline=False))
    return facts


def _colour(asked: "Asked") -> Colour:
    if asked.is_waiting:
        return Colour.WARNING
    if not asked.answered_by:
        return Colour.QUIET
    return Colour.BAD if asked.grant.outcome == "rejected" else Colour.GOOD
