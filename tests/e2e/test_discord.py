"""From Discord: what people use there is done once, by who may, within the three seconds, whatever is in the way."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from scripts.discord.places import CHANNELS, ROLES
from shared.ledger.envelope import to_detail
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord_client import Somebody, Used, buttons_of, text_of
from tests.stand_ins.discord_signing import WAYS
from tests.support import interactions
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.commanding import detail_of
from tests.support.life import REPLIES, Lives
from tests.support.waiting import eventually

RECEIVER, WORKER = "ReceiveInteractionsFunction", "RunCommandsFunction"


def outcomes(cloud: Cloud, used: Used) -> list[str]:
    return [event.data["outcome"] for event in cloud.ledger.history("COMMAND", used.id)]


def recorded(cloud: Cloud, used: Used) -> str:
    """What became of it, as soon as it is recorded; once."""
    eventually(lambda: outcomes(cloud, used))
    (outcome,) = outcomes(cloud, used)
    return outcome


# letting in


def test_discord_takes_the_endpoint(operator: Somebody) -> None:
    assert operator.set_endpoint()


@pytest.mark.parametrize("how", WAYS)
def test_what_discord_has_not_signed_is_refused_and_does_nothing(cloud: Cloud, operator: Somebody, how: str) -> None:
    before = cloud.waiting("CommandQueue", delayed=True)
    assert operator.forge(how, "listings") == 401
    assert cloud.waiting("CommandQueue", delayed=True) == before


def test_the_same_interaction_comes_in_once(cloud: Cloud, operator: Somebody) -> None:
    used = operator.use("help")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: operator.replay(used), range(8))) == {401}
    assert recorded(cloud, used) == "done"


@pytest.mark.parametrize(
    ("who", "outcome"), [("nobody", "refused"), ("viewer", "refused"), ("operator", "done"), ("admin", "done")]
)
def test_who_may_not_is_told_privately_and_nothing_happens(
    api: Api, cloud: Cloud, lives: Lives, services: StandIns, who: str, outcome: str
) -> None:
    listing_id = lives.found()
    known = api.listing(listing_id)
    used = Somebody(services, who).use("listing move", listing=listing_id, to="CANCELLED", reason="too dear")
    assert used.is_private
    assert recorded(cloud, used) == outcome
    assert (api.listing(listing_id)["state"] == "CANCELLED") is (outcome == "done")
    assert known["state"] != "CANCELLED"


def test_twenty_in_a_second_are_all_answered(cloud: Cloud, services: StandIns, operator: Somebody) -> None:
    operator.use("help")  # something runs already
    people = [Somebody(services, {"id": f"118000000000001{n:04}", "roles": [ROLES["viewer"]]}) for n in range(20)]

    def use(number: int) -> Used:
        time.sleep(number / len(people))
        return people[number].use("help", wait=False)

    with ThreadPoolExecutor(20) as pool:
        used = list(pool.map(use, range(20)))
    assert [one.why for one in used] == [None] * 20
    assert {recorded(cloud, one) for one in used} == {"done"}


# a listing's life from Discord


@pytest.mark.usefixtures("cards")
def test_a_listing_goes_from_card_to_sale_without_leaving_discord(
    api: Api, cloud: Cloud, lives: Lives, services: StandIns, operator: Somebody
) -> None:
    api.decide(automatic=False)
    services.set("chatterbot", script=REPLIES)
    channel = Somebody(services, "operator", "cards")
    listing_id = lives.found()
    card = card_of(channel, listing_id)
    assert buttons_of(card)[:2] == ["Message seller", "Skip"]

    channel.press(card, "Message seller")
    lives.reach(listing_id, "NEGOTIATING")
    eventually(lambda: "Confirm" in buttons_of(card_of(channel, listing_id)))

    form = channel.press(card_of(channel, listing_id), "Confirm")
    assert form.kind == 9
    bought = channel.submit(form, purchase_price="310.50")
    assert recorded(cloud, bought) == "done"
    known = lives.reach(listing_id, "PURCHASED")
    assert known["purchase_price"] == "310.5"
    shown = operator.use("listing show", listing=listing_id)
    assert "PURCHASED" in shown.text
    assert "310.50" in shown.text
    assert operator.complete("listing show", "listing", listing_id[:8]) == [listing_id]


def card_of(channel: Somebody, listing_id: str) -> dict[str, Any]:
    """The one that is live: with buttons, or the last."""

    found: list[dict[str, Any]] = eventually(lambda: cards_of(channel, listing_id))
    return found[-1]


def cards_of(channel: Somebody, listing_id: str) -> list[dict[str, Any]]:
    return [one for one in channel.sees() if listing_id in str(one["components"])]


@pytest.mark.usefixtures("cards")
def test_a_button_that_many_press_at_once_does_its_work_once(
    cloud: Cloud, api: Api, lives: Lives, services: StandIns
) -> None:
    api.decide(automatic=False)
    listing_id = lives.found()
    card = card_of(Somebody(services, "operator", "cards"), listing_id)
    people = [
        Somebody(services, {"id": f"11800000000000{n:04}", "roles": [ROLES["operator"]]}, "cards") for n in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        used = list(pool.map(lambda one: one.press(card, "Skip", wait=False), people))
    outcomes_of_all = sorted(recorded(cloud, one) for one in used)
    assert outcomes_of_all.count("done") == 1, outcomes_of_all
    assert api.listing(listing_id)["state"] == "CANCELLED"
    cancelled = [fact for fact in cloud.facts(listing_id) if fact.type == "listing.state.cancelled"]
    assert len(cancelled) == 1
    eventually(lambda: not any(listing_id in str(one["components"]) for one in card_channel(services).sees()))


def card_channel(services: StandIns) -> Somebody:
    return Somebody(services, "operator", "cards")


def test_names_that_would_mention_or_break_do_neither(lives: Lives, operator: Somebody) -> None:
    title = "@everyone `x` [a](https://evil.example) ||y|| " + "👩‍👩‍👧" * 60
    listing_id = lives.found(listing__title=title)
    shown = operator.use("listing show", listing=listing_id)
    assert "@everyone" not in shown.text.replace("@\u200beveryone", "")
    assert "[a](" not in shown.text


# flows, and processes that come and go


def test_a_flow_goes_on_in_processes_that_know_nothing_of_it_once_and_for_who_began_it(
    cloud: Cloud, services: StandIns
) -> None:
    admin = Somebody(services, "admin")
    forget(cloud)
    asked = admin.use("ship", env="prod", strategy="full", ref="never-shipped")
    confirm = custom_id_of(asked.message, "Confirm")
    forget(cloud)
    stranger = interactions.component(confirm, user_id="1180000000000009999", roles=[ROLES["admin"]])
    cloud.send("CommandQueue", detail_of(stranger, acknowledged="defer_update"))
    eventually(lambda: list(cloud.ledger.history("COMMAND", stranger["id"])))
    assert [event.data["outcome"] for event in cloud.ledger.history("COMMAND", stranger["id"])] == ["refused"]
    forget(cloud)
    assert recorded(cloud, admin.press(asked.message, "Cancel", wait=False)) == "done"
    too_late = admin.press_forged(asked.message, confirm, wait=False)
    assert recorded(cloud, too_late) == "wrong"
    assert "never-shipped" not in str(list(cloud.ledger.history("DEPLOY", "prod")))


def forget(cloud: Cloud) -> None:
    """What comes next is dealt with by processes that have just been started."""
    cloud.settle("CommandQueue")
    cloud.restart(RECEIVER, WORKER)


def custom_id_of(message: dict[str, Any], label: str) -> str:
    inside = [one for row in message["components"] for one in row["components"]]
    return str(next(one["custom_id"] for one in inside if one.get("label") == label))


def test_an_answer_waits_for_discord_to_know_of_the_first_one(services: StandIns, operator: Somebody) -> None:
    services.set("discord", processing=1.5)
    used = operator.use("help")
    assert used.responded
    assert "/listings" in used.text


def test_an_answer_that_comes_too_late_is_told_to_the_channel_where_it_may(
    cloud: Cloud, services: StandIns, operator: Somebody
) -> None:
    services.set("discord", token_seconds=0.0)
    used = operator.use("status-digest", wait=False)
    assert recorded(cloud, used) == "done"
    told = [text_of(one) for one in services.discord_messages(CHANNELS["operations"])]
    (late,) = [text for text in told if "status-digest" in text]
    assert "Asking" not in late  # the answer, and not how far it was


def test_sqs_repeats_itself_and_the_command_is_carried_out_once(cloud: Cloud, lives: Lives) -> None:
    listing_id = lives.found()
    detail = detail_of(interactions.slash("listing extend", {"listing": listing_id, "days": 2}))
    cloud.send("CommandQueue", detail, times=6)
    eventually(lambda: "listing.deadline_extended" in [fact.type for fact in cloud.facts(listing_id)])
    cloud.settle("CommandQueue")
    extended = [fact for fact in cloud.facts(listing_id) if fact.type == "listing.deadline_extended"]
    assert [(fact.actor, fact.trace_id) for fact in extended] == [(f"discord:{interactions.USER}", detail["trace_id"])]


# messages


def test_a_message_is_sent_to_the_sinks_from_its_menu_and_the_answer_follows_it(
    api: Api, posting: Any, operator: Somebody
) -> None:
    said = operator.write("Kickoff with ACME Corp, please prepare the slides")
    sent = operator.menu("Send to sinks", said)
    done = operator.until(sent, lambda one: "✅" in one.text or "delivered" in one.text.lower())
    assert "Notion" in done.text
    again = operator.menu("Send to sinks", said)
    assert "sent before" in again.text


def test_a_form_makes_a_message(operator: Somebody, posting: Any) -> None:
    form = operator.use("route")
    assert form.kind == 9
    sent = operator.submit(form, content="Buy more tape", event_type="task")
    assert "task.created" in operator.until(sent, lambda one: "task.created" in one.text).text


# the blackboard


@pytest.mark.usefixtures("questions")
def test_what_an_agent_asks_is_answered_in_discord_and_its_claim_complete(
    api: Api, cloud: Cloud, services: StandIns, operator: Somebody, make_key: Callable[..., str]
) -> None:
    instance = f"e2e-{uuid4().hex[:12]}"
    query, agent = f"instance={instance}", {"bidding_strategy": "exclusive", "target_types": ["GoalDefined"]}
    api.call("PUT", f"/blackboard/agents/Writer?{query}", json=agent).raise_for_status()
    key = {"x-api-key": make_key("--role", "agent", "--agent", f"{instance}/Writer")}
    goal = operator.use("blackboard goal", text="Sell the camera", instance=instance)
    assert "is on the blackboard" in goal.text

    def granted() -> Any:
        return api.call("GET", "/blackboard/work?agent=Writer&wait=10", role=None, headers=key).json()["work"]

    (work,) = eventually(granted)
    payload = {"routing": "human", "question_text": "@everyone, for how much?"}
    question = {"type": "Price", "structural_type": "Question", "payload": payload, "claim_id": work["claim_id"]}
    api.call("POST", "/blackboard/artefacts", role=None, headers=key, json=question).raise_for_status()

    channel = Somebody(services, "operator", "questions")
    (card,) = eventually(lambda: [one for one in channel.sees() if instance in text_of(one)])
    assert buttons_of(card) == ["Answer"]
    assert "@everyone" not in text_of(card)
    forms = [channel.press(card, "Answer") for _ in range(2)]
    assert [form.kind for form in forms] == [9, 9]
    answered = channel.submit(forms[0], text="For 380")
    assert recorded(cloud, answered) == "done"
    (answer,) = api.call("GET", f"/blackboard/artefacts?{query}&structural_type=Answer").json()["artefacts"]
    actor = next(iter(cloud.ledger.history("COMMAND", answered.id))).actor
    assert (answer["produced_by"], answer["produced_by_role"]) == (actor, "user")

    eventually(lambda: [one for one in channel.sees() if "For 380" in text_of(one) and not buttons_of(one)])
    claim = f"/blackboard/claims/{answer['claim_id']}?{query}"
    eventually(lambda: api.call("GET", claim).json()["status"] == "complete")
    late = channel.submit(forms[1], text="For 400")
    assert recorded(cloud, late) == "wrong"
    assert "answered before" in late.text


# the control plane


def test_work_across_services_is_started_by_who_may_and_seen_to_its_end(
    cloud: Cloud, services: StandIns, operator: Somebody
) -> None:
    viewer = Somebody(services, "viewer")
    assert "document-analysis" in viewer.use("workflow list").text
    assert recorded(cloud, viewer.use("workflow run", name="document-analysis")) == "refused"
    wrong = operator.use("workflow run", name="document-analysis", parameters="check_links=perhaps")
    assert recorded(cloud, wrong) == "wrong"
    assert r"check\_links: true or false" in wrong.text

    started = operator.use("workflow run", name="document-analysis", parameters="check_links=no")
    (run_id,) = set(re.findall(r"run ([0-9a-f]{32})", started.text))
    shown = eventually(lambda: is_done(operator.use("workflow status", run=run_id)))
    assert shown
    assert "2 of 2 steps" in shown.text
    assert buttons_of(shown.message) == ["Refresh"]  # nothing is left to cancel
    assert recorded(cloud, operator.use("workflow cancel", run=run_id, reason="too late")) == "wrong"
    assert run_id in viewer.use("runs", workflow="document-analysis").text
    assert run_id in viewer.complete("workflow status", "run", run_id[:8])
    trace_id = re.findall(r"trace ([0-9a-f]{32})", shown.text)[0]
    assert "saga.completed" in viewer.use("trace", id=trace_id).text


def test_dead_letters_are_tried_again_after_a_second_question_and_once(
    cloud: Cloud, lives: Lives, services: StandIns, operator: Somebody
) -> None:
    listing_id = lives.found()
    created = next(cloud.ledger.history("LISTING", listing_id))
    cloud.put("CardDeadLetters", {"detail-type": created.type, "source": created.source, "detail": to_detail(created)})
    assert eventually(lambda: "**CardDeadLetters** 1" in operator.use("dead-letters queues").text)

    asked = operator.use("dead-letters retry-queue", queue="CardDeadLetters")
    assert cloud.waiting("CardDeadLetters") == 1  # nothing has happened yet
    button = asked.message["components"][0]["components"][0]["custom_id"]
    begun = operator.press(asked.message, button)
    again = operator.press_forged(asked.message, button)
    assert recorded(cloud, again) == "wrong"
    (run_id,) = set(re.findall(r"run ([0-9a-f]{32})", begun.text))
    assert eventually(lambda: is_done(operator.use("workflow status", run=run_id)))
    assert cloud.waiting("CardDeadLetters", delayed=True) == 0
    channel = Somebody(services, "operator", "cards")
    assert eventually(lambda: cards_of(channel, listing_id))
    cloud.settle("CardQueue")
    assert len(cards_of(channel, listing_id)) == 1


def test_a_job_is_asked_for_and_what_came_of_it_is_read(services: StandIns, operator: Somebody) -> None:
    viewer = Somebody(services, "viewer")
    assert "asked for" in operator.use("jobs run", job="poll-services").text
    eventually(lambda: "services" in viewer.use("jobs list").text)
    assert "database connected" in viewer.use("system").text


def is_done(used: Used) -> Used | None:
    return used if "is done" in used.text else None
