"""Commands as their function carries them out; and who dies over one leaves what it does done once, and recorded."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.run_commands import app as run_commands
from functions.run_commands.commands.workflow import CANCELLED
from functions.run_commands.messages.looking import FOLLOWED_FOR
from functions.run_commands.runs.confirming import CONFIRM
from shared.control.runs.run import Status as RunStatus
from shared.deliveries.delivery import Status, first_try
from shared.discord.flows import begin
from shared.discord.question_card import ANSWERED
from shared.listings.lifecycle import State
from shared.runtime import wiring, wiring_runs
from shared.runtime.clock import system_clock
from tests.integration.functions.crashes import a_world, check_every_death, kills, work_off
from tests.stand_ins.client import StandIns
from tests.support import interactions
from tests.support.aws_calls import Call, Kill
from tests.support.blackboard_in_process import INSTANCE, a_question
from tests.support.builders import a_cause
from tests.support.commanding import commanding, detail_of
from tests.support.outside import renew
from tests.support.recorded import keep_listing, keep_message, put_photo
from tests.support.travel import Travel
from tests.unit.shared.control.runs.samples import in_status

ID = "1300000000000000777"  # of the use: what it leads to is called by it
Asked = Mapping[str, Any]


def looking() -> Asked:
    listing, _ = keep_listing()
    return interactions.slash("listing show", {"listing": listing.id})


def more_time() -> Asked:
    listing, _ = keep_listing()
    return interactions.slash("listing extend", {"listing": listing.id, "days": 3})


def skipping() -> Asked:
    listing, _ = keep_listing()
    return interactions.component(f"listing.skip:{listing.id}:{listing.version}")


def a_purchase() -> Asked:
    listing, _ = keep_listing(State.NEGOTIATING)
    custom_id = f"listing.bought:{listing.id}:{listing.version}"
    return interactions.form(custom_id, {"purchase_price": "310.50"})


def photos() -> Asked:
    listing, _ = keep_listing(State.PURCHASED)
    kept = {"listing_id": listing.id, "keys": [put_photo(listing, "front.png")]}
    flow = begin(wiring.state(), kept, user_id=interactions.USER)
    return interactions.component(f"listing.uploaded:{listing.id}:{flow}")


def a_message() -> Asked:
    return interactions.message_menu("Send to sinks", "Kickoff with ACME Corp")


def once_more() -> Asked:
    message = keep_message(sinks=["notion"])
    now = system_clock()
    wiring.deliveries().save(first_try(message.id, "notion", at=now).ended(Status.FAILED, at=now))
    return interactions.slash("dead-letters retry", {"delivery": f"{message.id}|notion"})


def one_more_search() -> Asked:
    return interactions.slash("rotation add", {"brand": "Sony", "search": "Lens"})


def a_pause() -> Asked:
    return interactions.slash("sinks pause", {"sink": "notion"})


def nobody_who_may() -> Asked:
    return interactions.slash("sinks pause", {"sink": "notion"}, roles=[])


USES: tuple[Callable[[], Asked], ...] = (
    looking,
    more_time,
    skipping,
    a_purchase,
    photos,
    a_message,
    once_more,
    one_more_search,
    a_pause,
    nobody_who_may,
)


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_who_dies_over_a_use_leaves_it_done_once_and_recorded(services: StandIns, use: Callable[[], Asked]) -> None:
    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        def pause(_: float) -> None:
            """All the time passes for which a message is followed: a third look would only be like the second."""
            travel.go_on(FOLLOWED_FOR)

        renew(services)
        with commanding(services, pause=pause):
            detail = detail_of({**use(), "id": ID}, acknowledged="defer_private")
            calls = work_off(run_commands.handler, json.dumps({"detail": detail}), travel, kill)
            outcomes = [event.data["outcome"] for event in wiring.ledger().history("COMMAND", ID)]
        assert outcomes == ["refused" if use is nobody_who_may else "done"], outcomes
        return calls

    assert check_every_death(attempt) >= 4  # the claim, the answer, the record, the end


def on_the_blackboard(claim_id: str) -> dict[str, tuple[Asked, str]]:
    """What people do there, and the event that comes of it once."""
    claim = {"id": claim_id, "instance": INSTANCE}
    return {
        "a goal": (
            interactions.slash("blackboard goal", {"text": "Sell it", "instance": INSTANCE}),
            "artefact.created",
        ),
        "an answer": (interactions.form(f"{ANSWERED}:{claim_id}", {"text": "380"}), "claim.result_received"),
        "an end": (interactions.slash("blackboard terminate", {**claim, "reason": "it has gone"}), "claim.terminated"),
    }


@pytest.mark.parametrize("what", on_the_blackboard(""))
def test_who_dies_over_what_people_do_on_the_blackboard_leaves_it_done_once(services: StandIns, what: str) -> None:
    def attempt(kill: Kill | None) -> list[Call]:
        renew(services)
        with a_world() as travel, commanding(services):
            use, event_type = on_the_blackboard(a_question())[what]
            detail = detail_of({**use, "id": ID}, acknowledged="defer_private")
            calls = work_off(run_commands.handler, json.dumps({"detail": detail}), travel, kill)
            outcomes = [event.data["outcome"] for event in wiring.ledger().history("COMMAND", ID)]
            came = [event.type for event in wiring.ledger().trace(detail["trace_id"])]
        assert (came.count(event_type), outcomes) == (1, ["done"]), kill
        return calls

    assert len([attempt(kill) for kill in kills(attempt(None))]) >= 6


def a_failed_run() -> str:
    run = replace(in_status(RunStatus.FAILED), workflow="ingestion", version=0)
    return wiring_runs.runs().save(run, a_cause()).id


def a_begun_run() -> str:
    run = replace(in_status(RunStatus.RUNNING), workflow="ingestion", version=0)
    return wiring_runs.runs().save(run, a_cause()).id


def a_confirmed_replay() -> Asked:
    what = {"workflow": "replay", "parameters": {"event_types": ["message.created"]}}
    flow = begin(wiring.state(), what, user_id=interactions.USER)
    return interactions.component(f"{CONFIRM}:{flow}")


# What people have done to the system, and the event that comes of it once.
ON_THE_SYSTEM: Mapping[str, tuple[Callable[[], Asked], str]] = {
    "a run": (lambda: interactions.slash("workflow run", {"name": "document-analysis"}), "saga.created"),
    "a replay": (a_confirmed_replay, "saga.created"),
    "an end": (lambda: interactions.form(f"{CANCELLED}:{a_begun_run()}", {"reason": "x"}), "saga.cancel_requested"),
    "a second try": (lambda: interactions.slash("workflow redrive", {"run": a_failed_run()}), "saga.redriven"),
    "a job": (lambda: interactions.slash("jobs run", {"job": "poll-services"}), "job.requested"),
}


@pytest.mark.parametrize("what", ON_THE_SYSTEM)
def test_who_dies_over_what_people_have_done_to_the_system_leaves_it_done_once(services: StandIns, what: str) -> None:
    def attempt(kill: Kill | None) -> list[Call]:
        renew(services)
        with a_world() as travel, commanding(services):
            use, event_type = ON_THE_SYSTEM[what]
            detail = detail_of({**use(), "id": ID}, acknowledged="defer_private")
            calls = work_off(run_commands.handler, json.dumps({"detail": detail}), travel, kill)
            outcomes = [event.data["outcome"] for event in wiring.ledger().history("COMMAND", ID)]
            came = [event.type for event in wiring.ledger().trace(detail["trace_id"])]
        assert (came.count(event_type), outcomes) == (1, ["done"]), kill
        return calls

    assert len([attempt(kill) for kill in kills(attempt(None))]) >= 6
