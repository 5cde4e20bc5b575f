"""Whoever dies over the blackboard, asked or told again, leaves it as if nobody had died."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.arbitrate_claims import app as arbitrate_claims
from shared.blackboard.artefact import claim_id_of
from tests.integration.functions.crashes import a_world, deliver_twice_if_killed
from tests.support.aws_calls import Call, Kill
from tests.support.blackboard_in_process import Telling, Where, answer_to, deaths, what_is_left, work_of
from tests.support.http_events import LambdaContext
from tests.support.travel import Travel

A_DAY = 86_400
LEASE = timedelta(seconds=A_DAY)
Story = Callable[[Telling, Travel], Any]


def an_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


GOAL, DRAFT, REVIEW, VETO, BETTER, END, QUESTION = map(an_id, range(1, 8))


def claim_of(artefact_id: str) -> dict[str, Any]:
    claim: dict[str, Any] = answer_to("GET", f"claims/{claim_id_of(artefact_id)}")
    return claim


def crew() -> None:
    """A writer, two that review, of which one is asked each time; and time for everybody."""
    answer_to("PUT", "instance", {"bidding_seconds": A_DAY, "lease_seconds": A_DAY})
    answer_to("PUT", "agents/Writer", {"bidding_strategy": "exclusive", "target_types": ["GoalDefined", "Draft"]})
    answer_to("PUT", "agents/Reviewer", {"bidding_strategy": "review", "target_types": ["Draft"]})
    answer_to("PUT", "agents/Critic", {"target_types": ["Draft"]})


def post(telling: Telling, artefact_id: str, type_: str, payload: Any, *, agent: str | None = None, **more: Any) -> Any:
    body = {"id": artefact_id, "type": type_, "payload": payload, **more}
    return telling.ask("POST", "artefacts", body, agent=agent)


def a_goal(telling: Telling, _: Travel) -> None:
    post(telling, GOAL, "GoalDefined", "Sell the camera")
    telling.hear()
    assert claim_of(GOAL)["phase_state"]["granted_agents"] == ["Writer"]


def a_draft(telling: Telling, _: Travel) -> None:
    """The work on the goal is done, and its result is to be bid for."""
    post(telling, DRAFT, "Draft", {"text": "v1"}, agent="Writer", claim_id=claim_id_of(GOAL))
    telling.hear()
    assert (claim_of(GOAL)["status"], claim_of(DRAFT)["waits_for"]) == ("complete", "bids")
    telling.ask("POST", f"claims/{claim_id_of(DRAFT)}/bids", {"bid": "review"}, agent="Critic")
    telling.hear()
    assert claim_of(DRAFT)["granted_review_agents"] == ["Critic", "Reviewer"]


def a_veto(telling: Telling, _: Travel) -> None:
    said: dict[str, Any] = {"claim_id": claim_id_of(DRAFT), "structural_type": "Review"}
    post(telling, REVIEW, "Review", "{}", agent="Reviewer", **said)
    post(telling, VETO, "Review", {"feedback": "longer"}, agent="Critic", **said)
    telling.hear()
    assert claim_of(DRAFT)["status"] == "terminated"
    (work,) = work_of("Writer")
    assert work["rework"]


def a_better_draft(telling: Telling, _: Travel) -> None:
    (work,) = work_of("Writer")
    made = post(telling, BETTER, "Draft", {"text": "v2"}, agent="Writer", claim_id=work["claim_id"])
    assert (made["logical_id"], made["version"]) == (DRAFT, 2)
    telling.hear()
    assert claim_of(BETTER)["iteration"] == 1


def the_end(telling: Telling, _: Travel) -> None:
    done = {"claim_id": claim_id_of(GOAL), "structural_type": "Terminal"}
    post(telling, END, "Report", "sold", agent="Writer", **done)
    telling.hear()
    assert claim_of(GOAL)["status"] == "complete"


def a_lost_lease(telling: Telling, travel: Travel) -> None:
    travel.go_on(LEASE + timedelta(seconds=1))
    telling.hear()
    assert [grant["times"] for grant in claim_of(GOAL)["grants"]] == [1, 2]


def a_question_for_people(telling: Telling, _: Travel) -> None:
    """It is too large for the ledger, so its payload is a file; and somebody answers it."""
    asked = {"question_text": "How much?", "target_artefact_id": GOAL, "routing": "human", "more": "x" * 300_000}
    post(telling, QUESTION, "Question", asked, structural_type="Question")
    telling.hear()
    assert claim_of(QUESTION)["question"] == "How much?"


def nobody_fits(telling: Telling, _: Travel) -> None:
    """Until somebody registers who does."""
    post(telling, GOAL, "Rumour", "It is said")
    telling.hear()
    assert claim_of(GOAL)["waits_for"] == "agents"
    telling.ask("PUT", "agents/Gossip", {"bidding_strategy": "claim", "target_types": ["Rumour"]})
    telling.hear()
    assert claim_of(GOAL)["granted_parallel_agents"] == ["Gossip"]


def another_author(*_: Any) -> None:
    answer_to("PUT", "agents/Author", {"bidding_strategy": "exclusive", "target_types": ["GoalDefined"]})


def an_agent_that_leaves(telling: Telling, _: Travel) -> None:
    """What it had in hand another gets."""
    telling.ask("DELETE", "agents/Writer")
    telling.hear()
    assert [grant["agent"] for grant in claim_of(GOAL)["grants"]] == ["Writer", "Author"]


# What is told undisturbed before, and what whoever tells it dies in.
STORIES: dict[str, tuple[tuple[Story, ...], Story]] = {
    "a goal is granted": ((), a_goal),
    "its result is bid for and granted to two": ((a_goal,), a_draft),
    "one of them sends it back": ((a_goal, a_draft), a_veto),
    "it is made better": ((a_goal, a_draft, a_veto), a_better_draft),
    "it is brought to its end": ((a_goal,), the_end),
    "a lease is lost": ((a_goal,), a_lost_lease),
    "a person is asked": ((), a_question_for_people),
    "nobody fits at first": ((), nobody_fits),
    "an agent leaves": ((another_author, a_goal), an_agent_that_leaves),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_the_same_in_the_end_wherever_somebody_dies_in_it(story: str) -> None:
    before, told = STORIES[story]

    def attempt(where: Where | None) -> tuple[list[list[Call]], dict[str, Any]]:
        with a_world() as travel:
            crew()
            telling = Telling(travel)
            for chapter in before:
                chapter(telling, travel)
            telling.go_on_to(where)
            told(telling, travel)
            return telling.steps, what_is_left()

    steps, undisturbed = attempt(None)
    places = list(deaths(steps))
    assert len(places) >= 4
    wrong = {where: different for where in places if (different := differing(undisturbed, attempt(where)[1]))}
    assert wrong == {}


def differing(wanted: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    return {
        key: (wanted.get(key), found.get(key))
        for key in sorted(wanted.keys() | found.keys())
        if wanted.get(key) != found.get(key)
    }


def test_a_sweep_that_dies_anywhere_leaves_to_the_next_what_it_has_not_done() -> None:
    """Nobody was told of a goal, nor of the end of a bidding."""

    def attempt(kill: Kill | None) -> tuple[list[Call], dict[str, Any]]:
        with a_world() as travel:
            answer_to("PUT", "instance", {"bidding_seconds": 60, "lease_seconds": A_DAY})
            answer_to("PUT", "agents/Writer", {"target_types": ["GoalDefined"]})
            answer_to("POST", "artefacts", {"id": GOAL, "type": "GoalDefined", "payload": "Sell the camera"})
            answer_to("POST", "artefacts", {"id": DRAFT, "type": "GoalDefined", "payload": "Sell the tripod"})
            travel.go_on(timedelta(minutes=2))
            calls = sweep(kill)
            assert [claim_of(one)["waits_for"] for one in (GOAL, DRAFT)] == ["bids"] * 2
            travel.go_on(timedelta(minutes=3))
            sweep(None)
            assert [claim_of(one)["waits_for"] for one in (GOAL, DRAFT)] == ["agents"] * 2
            return calls, what_is_left()

    calls, undisturbed = attempt(None)
    places = [kill for _, kill in deaths([calls])]
    assert len(places) == 4  # before the first of two claims, after each, and after what it remembers
    wrong = {kill: different for kill in places if (different := differing(undisturbed, attempt(kill)[1]))}
    assert wrong == {}


def sweep(kill: Kill | None) -> list[Call]:
    """And the one after it, where the first is killed."""
    return deliver_twice_if_killed(lambda: arbitrate_claims.handler({"task": "sweep"}, LambdaContext()), kill)[0]
