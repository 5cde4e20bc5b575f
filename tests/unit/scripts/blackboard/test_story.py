"""What happened, in a line for people."""

from typing import Any

import pytest

from scripts.blackboard.story import line_of, told

CLAIM = "c1a10000-0000-4000-8000-000000000001"
ARTEFACT = "a27e0000-0000-4000-8000-000000000002"
DRAFT = {
    "artefact_id": ARTEFACT,
    "artefact_type": "Draft",
    "structural_type": "Standard",
    "version": 2,
    "produced_by_role": "Writer",
    "summary": "A poem\nof badgers",
}


def event(kind: str, **data: Any) -> dict[str, Any]:
    known = {"instance": "demo", "claim_id": CLAIM}
    return {"type": kind, "time": "2026-11-30T06:04:57.123456Z", "data": known | data}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (event("artefact.created", **DRAFT), 'Writer made Draft a27e0000 version 2 "A poem of badgers"'),
        (
            event("artefact.created", **DRAFT | {"structural_type": "Terminal", "version": 1, "summary": None}),
            "Writer made Draft a27e0000 (Terminal)",
        ),
        (
            event("claim.created", artefact_id=ARTEFACT, artefact_type="Draft", invited=["Editor", "Tester"]),
            "c1a10000 for Draft a27e0000, asks Editor, Tester",
        ),
        (event("claim.bid_submitted", agent_name="Editor", bid_type="review"), "c1a10000 Editor bids review"),
        (
            event("claim.bid_submitted", agent_name="Editor", bid_type="ignore", silent=True),
            "c1a10000 Editor bids ignore (it said nothing)",
        ),
        (
            event("claim.bid_submitted", agent_name="Editor", bid_type="review", by_strategy=True),
            "c1a10000 Editor bids review (its strategy)",
        ),
        (event("claim.phase_changed", to_status="pending_review", phase="review"), "c1a10000 goes on to review"),
        (
            event("claim.granted", agent_name="Editor", grant_type="review", times=2, queued=True),
            "c1a10000 to Editor as review, time 2, waits for a free hand",
        ),
        (event("claim.grant_lost", agent_name="Editor", why="it was silent"), "c1a10000 Editor: it was silent"),
        (
            event("claim.review_rejected", reviewer_role="Editor", original_artefact_id=ARTEFACT, feedback="shorter"),
            'c1a10000 Editor rejects a27e0000 "shorter"',
        ),
        (
            event("claim.review_approved", reviewer_role="Editor", original_artefact_id=ARTEFACT),
            "c1a10000 Editor approves a27e0000",
        ),
        (
            event("claim.rework_requested", feedback_claim_id=ARTEFACT, target_agent_role="Writer", iteration=1),
            "c1a10000 goes back to Writer as a27e0000, time 1",
        ),
        (
            event("claim.input_required", asks_for="answer", question="Which?"),
            'c1a10000 waits for a person\'s answer "Which?"',
        ),
        (event("claim.terminated", reason="nobody wants it"), 'c1a10000 "nobody wants it"'),
        (event("claim.completed"), "c1a10000"),
        (event("agent.engaged", agent_name="Writer"), "c1a10000 Writer has it in hand"),
        (event("agent.engaged", agent_name="Writer", queued=True), "c1a10000 Writer has it waiting"),
        (event("agent.registered", agent_name="Writer"), "Writer"),
    ],
)
def test_an_event_is_told_in_words(said: dict[str, Any], words: str) -> None:
    assert told(said) == words


def test_an_event_there_are_no_words_for_is_told_by_what_stands_in_it() -> None:
    assert told(event("claim.sung", song="la", verse=None)) == f"claim_id={CLAIM} song=la"
    assert told(event("claim.granted", tune="la")) == f"claim_id={CLAIM} tune=la"


def test_a_line_begins_with_the_time() -> None:
    assert line_of(event("agent.removed", agent_name="Writer")) == "06:04:57  agent.removed            Writer"


def test_what_somebody_wrote_is_one_line_of_bounded_length() -> None:
    line = line_of(event("claim.terminated", reason="a\x1b[31m\n" * 1_000))
    assert line.isprintable()
    assert len(line) < 200
