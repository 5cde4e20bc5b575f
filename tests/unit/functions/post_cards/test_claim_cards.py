"""What a claim asks people is shown as a card, once, with buttons; in the end the card says what came of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.post_cards.claim_cards import ClaimCards
from functions.post_cards.service import LostCardError, Ports, follow
from shared.blackboard.artefact import StructuralType
from shared.blackboard.asking import asked_of
from shared.blackboard.claim import Claim
from shared.deliveries.asking import Ports as Asking
from shared.deliveries.asking import ask_again
from shared.deliveries.delivery import Status
from shared.deliveries.events import DeliveryEvents
from shared.discord.answers import MAX_EMBED_TEXT
from shared.discord.question_card import asked_again, question_card
from shared.ledger.envelope import Event, to_detail
from shared.runtime.http import Address, Service
from shared.runtime.text import units
from tests.support.builders import a_cause
from tests.unit.functions.arbitrate_claims.world import World
from tests.unit.functions.post_cards.world import CHANNEL, Channel, Deliveries, Killer
from tests.unit.functions.run_commands.desk import ODD

FIRST, SECOND = "1001", "1002"
Making = Callable[["Shown"], Claim]


class Shown(World):
    """A blackboard, with the channel where people are asked."""

    def __init__(self, *, channel_id: str = CHANNEL, **settings: Any) -> None:
        super().__init__(**settings)
        killer = Killer()
        self.channel = Channel(killer, self.clock)
        self.deliveries = Deliveries(killer)
        self.cards = Ports(
            kinds={"claim": ClaimCards(board=self.board, channel_id=channel_id)},
            deliveries=self.deliveries,
            discord=Service("discord", _locate, send=self.channel.send),
            clock=self.clock,
        )
        self._seen = 0

    def show(self, *events: Event) -> None:
        """What has happened since, or these once more."""
        self.run()
        new, self._seen = self.events[self._seen :], len(self.events)
        for event in events or new:
            if event.type.startswith("claim."):
                follow(to_detail(event), self.cards)

    def is_as(self, message_id: str, claim: Claim) -> bool:
        asked = asked_of(self.now(claim), self.board)
        return asked is not None and self.channel.shows(message_id, question_card(asked))

    def buttons(self, message_id: str) -> list[str]:
        return [one["label"] for row in self.channel.messages[message_id]["components"] for one in row["components"]]

    def reads(self, message_id: str) -> str:
        return json.dumps(self.channel.messages[message_id], ensure_ascii=False)


def _locate(*, fresh: bool = False) -> Address:
    return Address(url="https://discord.example")


def a_question(world: Shown, text: str = "Which colour?") -> Claim:
    return world.claim_of(world.ask(text))


def a_review(world: Shown, payload: str = "a draft") -> Claim:
    world.set(review_by_people=["Draft"])
    return world.claim_of(world.post(payload=payload))


def a_rework(world: Shown) -> Claim:
    """Of what a person posted: an agent sends it back."""
    world.register("Cleo", bidding_strategy="review", target_types=("Draft",))
    first = world.claim_of(world.post())
    world.judge("Cleo", first, json.dumps({"feedback": "it is too long"}))
    world.run()
    return world.claims()[-1]


@pytest.mark.parametrize(
    ("making", "buttons", "words"),
    [
        (a_question, ["Answer"], "Which colour?"),
        (a_review, ["Approve", "Reject"], "a draft"),
        (a_rework, ["Write a better version"], "it is too long"),
    ],
)
def test_people_are_asked_once_with_all_they_have_to_see(making: Making, buttons: list[str], words: str) -> None:
    world = Shown()
    claim = making(world)
    world.show()
    world.show(*world.told(claim.id))  # the bus repeats itself
    assert list(world.channel.messages) == [FIRST]
    assert world.buttons(FIRST) == buttons
    assert words in world.reads(FIRST)
    assert claim.id in world.reads(FIRST)
    assert world.is_as(FIRST, claim)


def test_an_answer_takes_the_buttons_away_and_is_shown() -> None:
    world = Shown()
    claim = a_question(world)
    world.show()
    world.answer(claim, "The black one")
    world.show()
    assert world.channel.with_buttons == []
    assert "✅ Answered" in world.reads(FIRST)
    assert "The black one" in world.reads(FIRST)
    assert "key:anna" in world.reads(FIRST)


@pytest.mark.parametrize(("approved", "words"), [(True, "✅ Approved"), (False, "↩️ Sent back")])
def test_a_review_is_shown_though_its_claim_goes_on(approved: bool, words: str) -> None:
    world = Shown()
    world.register("Dora", bidding_strategy="claim", target_types=("Draft",))
    claim = a_review(world)
    world.show()
    world.review(claim, approved, "" if approved else "shorter")
    world.show()
    assert words in world.reads(FIRST)
    assert ("shorter" in world.reads(FIRST)) is not approved
    assert FIRST not in world.channel.with_buttons
    assert world.now(claim).is_open is approved


def test_what_is_ended_asks_nobody_any_more_and_says_why() -> None:
    world = Shown()
    claim = a_question(world)
    world.show()
    world.terminate(claim, "it is sold")
    world.show()
    assert world.channel.with_buttons == []
    assert "it is sold" in world.reads(FIRST)


def test_who_is_asked_once_more_sees_it_below() -> None:
    world = Shown(person_seconds=60)
    claim = a_question(world)
    world.show()
    world.wait(seconds=61)
    world.show()
    asked = asked_of(world.now(claim), world.board)
    assert asked
    assert world.channel.with_buttons == [SECOND]
    assert world.channel.shows(FIRST, asked_again(asked))
    assert world.is_as(SECOND, claim)


def test_a_question_that_was_answered_meanwhile_is_not_posted() -> None:
    world = Shown()
    claim = a_question(world)
    world.answer(claim, "The black one")
    world.show()
    assert world.channel.messages == {}
    (event,) = world.told(claim.id, "claim.input_required")
    record = world.deliveries.get(event.id, "cards")
    assert record
    assert (record.status, record.last_error) == (Status.SKIPPED, "nobody is waited for by now")


def test_a_question_that_a_person_took_from_the_agents_is_not_posted() -> None:
    """It is asked and answered in the same moment."""
    world = Shown()
    asked = world.post(structural_type=StructuralType.QUESTION, type="Question", payload="Which?")
    world.answer(world.claim_of(asked), "This")
    world.show()
    assert world.channel.messages == {}


def test_claims_of_agents_are_shown_to_nobody() -> None:
    world = Shown()
    world.register("Ann", bidding_strategy="exclusive")
    claim = world.claim_of(world.post())
    world.do("Ann", claim)
    world.show()
    assert world.channel.messages == {}
    assert not any(world.deliveries.get(event.id, "cards") for event in world.events)


def test_without_a_channel_nobody_is_asked_and_nothing_recorded() -> None:
    world = Shown(channel_id="")
    claim = a_question(world)
    world.show()
    assert world.channel.messages == {}
    assert not any(world.deliveries.get(event.id, "cards") for event in world.told(claim.id))


@pytest.mark.parametrize("odd", [*ODD, "👩‍👩‍👧" * 3_000], ids=range(len(ODD) + 1))
@pytest.mark.parametrize("making", [a_question, a_review])
def test_what_an_agent_writes_mentions_nobody_and_fits(making: Callable[[Shown, str], Claim], odd: str) -> None:
    world = Shown()
    claim = making(world, odd)
    world.show()
    check_what_is_read(world.channel.messages[FIRST])
    if making is a_question:
        world.answer(claim, odd)
    else:
        world.review(claim, False, odd)
    world.show()
    check_what_is_read(world.channel.messages[FIRST])


def check_what_is_read(message: dict[str, Any]) -> None:
    (embed,) = message["embeds"]
    texts = [embed["description"], embed["title"], *(one["value"] for one in embed["fields"])]
    assert message["allowed_mentions"] == {"parse": []}
    assert sum(map(units, texts)) < MAX_EMBED_TEXT
    for text in texts:
        assert not any(bad in text for bad in ("@everyone", "<@&1>", "[click](", "\u202e"))


def test_a_question_that_discord_refused_is_asked_for_once_more() -> None:
    world = Shown()
    claim = a_question(world)
    world.channel.fates = [400]
    with pytest.raises(LostCardError):
        world.show()
    (event,) = world.told(claim.id, "claim.input_required")
    ports = Asking(ledger=world.ledger, records=world.deliveries, said=DeliveryEvents(world.ledger))
    asked = ask_again(event.id, "cards", a_cause(), ports=ports, at=world.clock())
    follow(to_detail(asked), world.cards)
    assert world.is_as(FIRST, claim)


def test_what_is_kept_as_a_file_is_named() -> None:
    world = Shown()
    claim = a_review(world, "x" * 300_000)
    world.show()
    assert f"Artefact `{claim.target.id}`" in world.reads(FIRST)
