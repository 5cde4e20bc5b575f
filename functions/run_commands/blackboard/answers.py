"""What people are shown of claims: one with all that is worth knowing, and many in lines."""

from collections.abc import Iterable, Sequence
from typing import Final

from functions.run_commands.wording import lines_within
from shared.blackboard.asking import asked_of
from shared.blackboard.claim import Claim
from shared.blackboard.store import LedgerBlackboard
from shared.discord import question_card
from shared.discord.answers import LONGEST_FIELD, Colour, Embed, Field, Item, Menu, Reply, moment, shown, shown_lines

OPEN: Final = "blackboard.open"
PAGE: Final = 10
_LONGEST_LIST: Final = 4_000
_WAITS_FOR: Final = {
    "bids": "waits for bids",
    "agents": "nobody bid: waits for an agent that fits",
    "work": "is worked on",
    "person": "waits for people",
}


def view_of(claim: Claim, board: LedgerBlackboard, said: str = "") -> Reply:
    """For who asked, with buttons where people are asked. `said` stands above it."""
    asked = asked_of(claim, board)
    embeds, buttons = [_embed(claim)], []
    if asked:
        embeds.append(question_card.embed_of(asked))
        buttons = question_card.buttons_of(asked, on_view=True)
        said = said or question_card.headline(asked)
    return Reply(content=said, embeds=embeds, buttons=buttons)


def list_of(claims: Sequence[Claim], title: str, *, is_more: bool) -> Reply:
    if not claims:
        return Reply(embeds=[Embed(title=title, description="There are none.")])
    text = lines_within(map(_line, claims), _LONGEST_LIST)
    embed = Embed(title=title, description=text, footer="There are more." if is_more else "")
    items = [
        Item(label=f"{one.target.type}: {_about(one)}", value=one.id, description=one.question or "") for one in claims
    ]
    return Reply(embeds=[embed], menu=Menu(custom_id=OPEN, items=items, placeholder="See one"))


def _line(claim: Claim) -> str:
    asked = f"\n　{shown(claim.question, 150)}" if claim.question else ""
    when = moment(claim.changed_at.timestamp())
    return f"**{shown(claim.target.type, 100)}** {_about(claim)} · {when}{asked}\n-# {claim.id}"


def _about(claim: Claim) -> str:
    waits = _WAITS_FOR.get(claim.waits_for or "")
    return f"{claim.status}, {waits}" if waits else claim.status


def _embed(claim: Claim) -> Embed:
    fields = [
        Field(name="Status", value=_about(claim), inline=False),
        Field(name="Blackboard", value=shown(claim.instance)),
        Field(name="Kind", value=str(claim.target.structural_type)),
        Field(name="Made by", value=shown(claim.target.produced_by_role)),
        Field(
            name="Bids", value=_listed(f"{shown(name, 64)}: {bid}" for name, bid in claim.bids.items()), inline=False
        ),
        Field(name="Work", value=_listed(_grants(claim)), inline=False),
        Field(name="Ended", value=shown_lines(claim.termination_reason or ""), inline=False),
        Field(name="Due", value=moment(claim.deadline_at.timestamp()) if claim.deadline_at else ""),
        Field(name="Changed", value=moment(claim.changed_at.timestamp())),
    ]
    return Embed(
        title=shown(claim.target.type),
        colour=Colour.NEUTRAL if claim.is_open else Colour.QUIET,
        fields=[one for one in fields if one.value],
        footer=f"Artefact {claim.target.id}, claim {claim.id}",
    )


def _grants(claim: Claim) -> Iterable[str]:
    for grant in claim.grants:
        until = f", until {moment(grant.until.timestamp())}" if grant.is_active else ""
        yield f"{shown(grant.agent, 64)}: {grant.stage}, {grant.outcome or grant.status}{until}"


def _listed(lines: Iterable[str]) -> str:
    return lines_within(lines, LONGEST_FIELD)
