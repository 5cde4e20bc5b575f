"""/infrastructure/dlq over HTTP: what is answered, what is refused, and what becomes a run."""

import json
from typing import Any

import pytest

from functions.serve_control import dead_letter_routes
from shared.control.letters.step import WORKFLOW
from shared.control.runs.store import LedgerRuns
from shared.runtime import wiring_letters, wiring_runs
from shared.runtime.api import answer, resolver
from shared.runtime.redaction import BLOT
from shared.runtime.request import principal
from tests.support.builders import NOON
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of
from tests.support.letters import a_given_up, an_event, an_interaction
from tests.unit.shared.control.letters.world import World

STATS, LETTERS = "/infrastructure/dlq/stats", "/infrastructure/dlq/letters"
RETRY, DISCARD = "/infrastructure/dlq/retry", "/infrastructure/dlq/discard"
QUEUE = "NotionDeadLetters"

app = resolver()
app.include_router(dead_letter_routes.router)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(wiring_letters, "letter_ports", lambda: world.ports)
    monkeypatch.setattr(wiring_runs, "runs", lambda: LedgerRuns(world.ledger))
    monkeypatch.setattr(dead_letter_routes, "system_clock", world.clock)
    return world


def ask(method: str, target: str, **request: Any) -> dict[str, Any]:
    said: dict[str, Any] = answer(app, as_operator(method, target, **request), LambdaContext(), admit=principal)
    return said


def told(method: str, target: str, *, status: int = 200, **request: Any) -> Any:
    said = ask(method, target, **request)
    assert said["statusCode"] == status, said["body"]
    return json_of(said)


# looking


def test_statistics_say_how_many_lie_where_and_why(world: World) -> None:
    world.also("SearchDeadLetters", None)
    world.queue.lay(a_given_up(reason="notion: 400 no"))
    assert told("GET", STATS) == {
        "total": 1,
        "queues": [
            {
                "queue": QUEUE,
                "source": "NotionQueue",
                "messages": 1,
                "oldest_seconds": 3_600,
                "causes": [{"cause": "notion: 400 no", "count": 1}],
                "looked_at": 1,
                "is_sample": False,
            },
            {
                "queue": "SearchDeadLetters",
                "source": None,
                "messages": 0,
                "oldest_seconds": None,
                "causes": [],
                "looked_at": 0,
                "is_sample": False,
            },
        ],
    }


def test_a_queue_that_cannot_be_asked_has_no_number(world: World) -> None:
    world.queue.unwell = {"depth"}
    said = told("GET", STATS)
    assert (said["total"], said["queues"][0]["messages"], said["queues"][0]["is_sample"]) == (0, None, True)


@pytest.mark.parametrize(("role", "is_shown"), [("viewer", False), ("operator", False), ("admin", True), (None, False)])
def test_who_used_which_command_is_for_admins(world: World, role: str | None, is_shown: bool) -> None:
    world.queue.lay(an_interaction(NOON))
    who = {"principalId": "key:0123456789abcdef"} | ({"role": role} if role else {})
    event = api_event("GET", f"{LETTERS}?queue={QUEUE}", authorizer=who)
    (letter,) = json_of(answer(app, event, LambdaContext(), admit=principal))["letters"]
    assert (letter["kind"], letter["body"] is not None) == ("interaction", is_shown)


def test_letters_are_shown_without_their_secrets(world: World) -> None:
    world.queue.lay(an_event(token="hush-hush"))
    page = told("GET", f"{LETTERS}?queue={QUEUE}")
    assert (len(page["letters"]), page["is_all"]) == (1, True)
    assert page["letters"][0]["body"]["token"] == BLOT
    assert len(world.queue.visible()) == 1


def test_letters_can_be_chosen(world: World) -> None:
    first = world.queue.lay(a_given_up(reason="a: token=abc123"))
    world.queue.lay(an_event(2))
    assert [one["letter_id"] for one in told("GET", f"{LETTERS}?cause=a: token=•••")["letters"]] == [first]
    assert told("GET", f"{LETTERS}?letter_id={first}")["letters"][0]["letter_id"] == first
    assert told("GET", f"{LETTERS}?event_type=listing.sold")["letters"] == []
    assert told("GET", f"{LETTERS}?limit=1")["is_all"] is False


# retrying


@pytest.mark.parametrize("body", [None, {}, {"limit": 10}])
def test_up_to_ten_are_tried_again_at_once_by_the_limit_in_the_address(world: World, body: Any) -> None:
    for one in range(12):
        world.queue.lay(an_event(one))
    said = told("POST", f"{RETRY}?limit=10", body=body)
    assert (said["retried_events"], said["total_events"], said["is_all"]) == (10, 12, False)
    assert (len(world.queue.sent), len(world.queue.ids())) == (10, 2)


def test_they_come_from_all_queues(world: World) -> None:
    other = world.also("ListingDeadLetters", "ListingQueue")
    for one in range(4):
        world.queue.lay(an_event(one))
        other.lay(an_event(one))
    assert told("POST", f"{RETRY}?limit=6")["retried_events"] == 6
    assert (len(world.queue.sent), len(other.sent)) == (4, 2)


def test_one_letter_is_tried_again_at_once(world: World) -> None:
    letter = [world.queue.lay(an_event(one)) for one in range(25)][17]
    said = told("POST", RETRY, body={"queue": QUEUE, "letter_id": letter})
    assert (said["retried_events"], said["total_events"]) == (1, 1)
    assert [parcel.id for parcel in world.queue.sent] == [letter]
    (event,) = world.told()
    assert (event.actor, event.data["run_id"]) == ("key:0123456789abcdef", None)


def test_one_that_is_not_there_cannot_be_tried(world: World) -> None:
    world.queue.lay(an_event())
    told("POST", RETRY, status=404, body={"queue": QUEUE, "letter_id": "m-1"})
    told("POST", RETRY, status=404, body={"queue": "NotionQueue", "letter_id": "m-1"})


def test_one_that_somebody_has_in_hand_may_be_there_later(world: World) -> None:
    letter = world.queue.lay(an_event())
    world.queue.take(1, hidden_for=dead_letter_routes.TIME)
    problem = told("POST", RETRY, status=409, body={"queue": QUEUE, "letter_id": letter})
    assert "in hand" in problem["detail"]


def test_one_that_cannot_be_tried_again_says_why(world: World) -> None:
    letter = world.queue.lay({"task": "sweep"})
    problem = told("POST", RETRY, status=409, body={"queue": QUEUE, "letter_id": letter})
    assert "the clock calls the function again" in problem["detail"]
    assert world.queue.visible() == [letter]


def test_one_that_its_queue_does_not_accept_stays_where_it_was(world: World) -> None:
    letter = world.queue.lay(an_event())
    world.queue.refuses = {letter}
    told("POST", RETRY, status=503, body={"queue": QUEUE, "letter_id": letter})
    assert world.queue.visible() == [letter]


def test_some_that_are_not_accepted_are_counted(world: World) -> None:
    world.queue.refuses = {world.queue.lay(an_event())}
    world.queue.lay({"task": "sweep"})
    said = told("POST", f"{RETRY}?limit=5")
    assert (said["retried_events"], said["not_accepted"], said["is_all"]) == (0, 1, True)
    assert said["refused"] == [
        {"why_not": "the clock calls the function again by itself; this call is over", "count": 1}
    ]


def test_what_a_dry_run_says_is_not_done(world: World) -> None:
    letters = [world.queue.lay(an_event(one)) for one in range(25)]
    world.queue.lay({"task": "sweep"})
    said = told("POST", RETRY, body={"dry_run": True})
    assert (said["would_retry"], said["total_events"], said["is_all"]) == (25, 26, True)
    assert (said["first"], said["refused"][0]["count"]) == (letters[:20], 1)
    assert (len(world.queue.visible()), world.queue.sent, world.told()) == (26, [], [])
    assert told("POST", RETRY, body={"dry_run": True, "limit": 7})["would_retry"] == 7


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (None, {"rate": 50}),
        ({"limit": 11}, {"rate": 50, "limit": 11}),
        (
            {"queue": QUEUE, "cause": "notion: 400 no", "rate": 5},
            {"queue": QUEUE, "cause": "notion: 400 no", "rate": 5},
        ),
        ({"event_type": "listing.created"}, {"event_type": "listing.created", "rate": 50}),
    ],
)
def test_more_is_a_run(world: World, body: Any, parameters: dict[str, Any]) -> None:
    world.queue.lay(an_event())
    answered = ask("POST", RETRY, body=body)
    said = json_of(answered)
    assert (answered["statusCode"], said["workflow"], said["total_events"]) == (202, WORKFLOW, 1)
    where = answered.get("headers", {}).get("Location") or answered["multiValueHeaders"]["Location"][0]
    assert where == f"/workflows/runs/{said['run_id']}"
    run = LedgerRuns(world.ledger).get(said["run_id"])
    assert (run.parameters, run.created_by) == (parameters, "key:0123456789abcdef")
    assert world.queue.sent == []


@pytest.mark.parametrize("role", ["viewer", "agent", "service", ""])
def test_a_run_is_not_for_everybody(world: World, role: str) -> None:
    event = api_event("POST", RETRY, authorizer={"principalId": "key:x", "role": role})
    said = answer(app, event, LambdaContext(), admit=principal)
    assert said["statusCode"] == 403


def test_a_letter_that_takes_long_to_find_is_looked_for_by_a_run(world: World) -> None:
    letter = [world.queue.lay(an_event(one)) for one in range(30)][-1]
    take = world.queue.take

    def slow(*given: Any, **said: Any) -> Any:
        world.clock.put_on(seconds=10)
        return take(*given, **said)

    world.queue.take = slow  # type: ignore[method-assign]
    said = told("POST", RETRY, status=202, body={"queue": QUEUE, "letter_id": letter})
    run = LedgerRuns(world.ledger).get(said["run_id"])
    assert run.parameters == {"queue": QUEUE, "letter_id": letter, "rate": 50}
    assert len(world.queue.visible()) == 30


# discarding


@pytest.mark.parametrize("which", [{"all": True}, {"cause": "a"}])
def test_letters_are_thrown_away_for_a_reason(world: World, which: dict[str, Any]) -> None:
    for one in range(12):
        world.queue.lay(a_given_up(one, reason="a"))
    said = told("POST", DISCARD, body={"queue": QUEUE, "reason": "the shop is closed", **which})
    assert said == {"discarded": 12, "is_all": True}
    assert (world.queue.ids(), world.told()[0].data["reason"]) == ([], "the shop is closed")


def test_one_letter_is_thrown_away(world: World) -> None:
    first, second = world.queue.lay(an_event(1)), world.queue.lay(an_event(2))
    body = {"queue": QUEUE, "letter_id": second, "reason": "twice"}
    assert told("POST", DISCARD, body=body)["discarded"] == 1
    assert told("POST", DISCARD, status=404, body=body)["status"] == 404
    assert world.queue.ids() == [first]


# what is refused


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (RETRY, {"letter_id": "m-1"}),
        (RETRY, {"rate": 0}),
        (RETRY, {"rate": 501}),
        (RETRY, {"limit": 0}),
        (RETRY, {"limit": "ten or so"}),
        (RETRY, {"queue": ""}),
        (RETRY, {"queues": [QUEUE]}),
        (RETRY, {"cause": "x" * 200}),
        (RETRY, []),
        (RETRY, "[" * 10_000),
        (f"{RETRY}?limit=0", None),
        (f"{RETRY}?limit=10", {"limit": 9}),
        (DISCARD, None),
        (DISCARD, {"queue": QUEUE, "reason": "why"}),
        (DISCARD, {"queue": QUEUE, "reason": "why", "all": False}),
        (DISCARD, {"queue": QUEUE, "reason": "why", "all": True, "cause": "a"}),
        (DISCARD, {"queue": QUEUE, "all": True}),
        (DISCARD, {"queue": QUEUE, "all": True, "reason": ""}),
        (DISCARD, {"queue": QUEUE, "all": True, "reason": "a\nb"}),
        (DISCARD, {"queue": QUEUE, "all": True, "reason": "x" * 201}),
        (DISCARD, {"all": True, "reason": "why"}),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(world: World, target: str, body: Any) -> None:
    letter = world.queue.lay(an_event())
    said = ask("POST", target, body=body)
    assert 400 <= said["statusCode"] < 500
    assert (world.queue.visible(), world.queue.sent, world.told()) == ([letter], [], [])


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "queue=", f"cause={'x' * 300}"])
def test_letters_are_not_shown_for_what_makes_no_sense(world: World, query: str) -> None:
    told("GET", f"{LETTERS}?{query}", status=422)


def test_there_is_no_such_queue(world: World) -> None:
    told("GET", f"{LETTERS}?queue=NotionQueue", status=404)
    told("POST", RETRY, status=404, body={"queue": "NotionQueue", "dry_run": True})
    told("POST", DISCARD, status=404, body={"queue": "NotionQueue", "all": True, "reason": "why"})


@pytest.mark.parametrize(("method", "target"), [("GET", LETTERS), ("POST", f"{RETRY}?limit=3"), ("POST", RETRY)])
def test_a_queue_that_is_unwell_is_said_to_be(world: World, method: str, target: str) -> None:
    world.queue.unwell = {"depth", "take"}
    assert told(method, target, status=503)["detail"] == "the queue NotionDeadLetters cannot be reached"


def test_no_answer_shows_the_code_of_an_error() -> None:
    assert "Traceback" not in json.dumps(ask("POST", RETRY, body="{"))
