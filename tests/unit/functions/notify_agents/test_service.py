"""Agents are told of what concerns them, once, and for as long as it is of use to them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from functions.notify_agents.service import FOR_AGENT, notify
from shared.blackboard.agent import Bid
from shared.blackboard.artefact import StructuralType
from shared.blackboard.changing import change_claim, settle
from shared.blackboard.sitting import Sitting
from shared.blackboard.webhook import agent_secret
from shared.deliveries.delivery import Status
from shared.ledger.envelope import Event, to_detail
from shared.runtime.http import Answer
from tests.support.builders import a_cause
from tests.unit.functions.notify_agents.world import MASTER, PREFIX, World

URL = "https://writer.example/hook"
OTHER = "https://reader.example/hook"
A_WHILE = timedelta(minutes=6)  # longer than any pause between two tries


@pytest.fixture
def world() -> World:
    return World()


def asked(world: World, **what: Any) -> Event:
    """The writer is asked to bid."""
    world.board.register("Writer", **({"delivery": "webhook", "url": URL} | what))
    return world.board.news(world.board.open(), "claim.created")


def granted(world: World, **what: Any) -> Event:
    """The writer is granted work."""
    created = asked(world, bidding_strategy=Bid.EXCLUSIVE, **what)
    return world.board.news(world.board.kept.claim(created.subject), "claim.granted")


def urls(world: World) -> list[str]:
    return [url for url, _, _ in world.agents.posts]


def test_who_may_bid_is_told_what_about_and_until_when(world: World) -> None:
    event = asked(world)
    world.tell(event)
    ((url, _, body),) = world.agents.posts
    assert url == URL
    assert body == {
        "type": "work.bid",
        "instance": "default",
        "agent": "Writer",
        "claim_id": event.data["claim_id"],
        "claim_type": None,
        "artefact_id": event.data["artefact_id"],
        "lease_until": event.data["deadline_at"],
        "event_id": event.id,
    }


def test_who_is_granted_work_is_told_of_which_kind_and_until_when(world: World) -> None:
    event = granted(world)
    world.tell(event)
    ((_, headers, body),) = world.agents.posts
    assert body["type"] == "work.granted"
    assert (body["claim_type"], body["lease_until"]) == ("exclusive", event.data["lease_until"])
    assert headers["webhook-id"] == f"{event.id}:Writer"
    assert headers["Content-Type"] == "application/json"


def test_what_is_told_is_signed_with_the_agent_s_own_secret(world: World) -> None:
    world.tell(granted(world))
    ((_, headers, body),) = world.agents.posts
    said = json.dumps(body, ensure_ascii=False).encode()
    assert Webhook(agent_secret(MASTER, "default", "Writer")).verify(said, dict(headers)) == body


def test_whose_strategy_bids_is_not_asked_to_bid(world: World) -> None:
    world.board.register("Writer", delivery="webhook", url=URL, bidding_strategy=Bid.REVIEW)
    world.board.register("Reader", delivery="webhook", url=OTHER)
    world.tell(world.board.news(world.board.open(), "claim.created"))
    assert urls(world) == [OTHER]


def test_who_asks_for_work_is_told_nothing(world: World) -> None:
    event = granted(world, delivery="poll", url=None)
    world.tell(event)
    assert (urls(world), world.deliveries.of_event(event.id)) == ([], [])


def test_a_person_is_told_nothing(world: World) -> None:
    question = '{"routing": "human", "question_text": "Blue?", "target_artefact_id": null}'
    claim = world.board.open(world.board.post(question, structural_type=StructuralType.QUESTION))
    event = world.board.news(claim, "claim.granted")
    assert event.data["agent_name"] == "user"
    world.hear(event)
    assert world.queue.take() == []


def test_work_that_waits_for_a_free_hand_is_told_of_when_it_is_in_hand(world: World) -> None:
    first = granted(world)
    waiting = world.board.news(world.board.open(), "claim.granted")
    assert waiting.data["queued"]
    world.tell(first)
    world.tell(waiting)
    assert [body["claim_id"] for _, _, body in world.agents.posts] == [first.data["claim_id"]]


def test_a_claim_that_is_opened_anew_is_told_to_those_who_are_new(world: World) -> None:
    claim = world.board.open()
    assert claim.waits_for == "agents"
    world.board.register("Writer", delivery="webhook", url=URL)
    settle(claim, a_cause(), world.board.ports)
    event = world.board.news(claim, "claim.reopened")
    world.tell(event)
    ((_, _, body),) = world.agents.posts
    assert (body["type"], body["artefact_id"]) == ("work.bid", claim.target.id)


def test_an_event_that_comes_again_is_told_once(world: World) -> None:
    event = granted(world)
    for _ in range(3):
        world.tell(event)
    assert urls(world) == [URL]
    assert world.record(event, "Writer").status is Status.DELIVERED


def test_who_has_bid_meanwhile_or_is_late_is_not_told_any_more(world: World) -> None:
    for name, url in (("Writer", URL), ("Reader", OTHER)):
        world.board.register(name, delivery="webhook", url=url)
    claim = world.board.open()
    event = world.board.news(claim, "claim.created")
    world.hear(event)
    world.board.bid(claim, "Writer")
    world.work()
    assert urls(world) == [OTHER]
    assert world.record(event, "Writer").status is Status.SKIPPED


def test_work_that_was_done_or_lost_meanwhile_is_not_told_of(world: World) -> None:
    event = granted(world)
    world.hear(event)
    world.go_on(timedelta(hours=1))
    world.work()
    assert urls(world) == []
    assert world.record(event, "Writer").last_error == "it does not hold the work any more"


def test_who_was_removed_meanwhile_is_not_told(world: World) -> None:
    event = granted(world)
    world.hear(event)
    world.board.remove("Writer")
    assert world.work() == [None]
    assert urls(world) == []


def test_each_agent_has_a_message_of_its_own(world: World) -> None:
    for number in range(5):
        world.board.register(f"Agent-{number}", delivery="webhook", url=f"https://{number}.example/")
    world.hear(world.board.news(world.board.open(), "claim.created"))
    assert [message["detail"][FOR_AGENT] for message in world.queue.messages] == [f"Agent-{n}" for n in range(5)]


def test_one_that_does_not_answer_keeps_no_other_waiting(world: World) -> None:
    world.agents.answers[URL] = [None]
    for name, url in (("Writer", URL), ("Reader", OTHER)):
        world.board.register(name, delivery="webhook", url=url)
    event = world.board.news(world.board.open(), "claim.created")
    world.tell(event)
    assert sorted(urls(world)) == sorted([URL, OTHER])
    assert [message["detail"][FOR_AGENT] for message in world.queue.messages] == ["Writer"], "and comes again alone"


@pytest.mark.parametrize("failure", [None, 500, 503, 408, 401])
def test_what_failed_is_tried_again_under_the_same_id(world: World, failure: int | None) -> None:
    world.agents.answers[URL] = [failure, failure, 200] if failure != 401 else [401, 401, 200]
    event = granted(world)
    world.tell(event)
    assert world.record(event, "Writer").status is Status.PENDING
    for _ in range(3):
        world.go_on(timedelta(seconds=10))
        world.work()
    assert world.record(event, "Writer").status is Status.DELIVERED
    assert {headers["webhook-id"] for _, headers, _ in world.agents.posts} == {f"{event.id}:Writer"}
    assert len({json.dumps(body) for _, _, body in world.agents.posts}) == 1


def test_who_says_when_is_asked_then(world: World) -> None:
    busy = Answer(status=429, headers={"retry-after": "90"}, body=b"")
    world.agents.answers[URL] = [busy, 200]
    event = granted(world)
    world.hear(event)
    assert world.work() == [timedelta(seconds=90)]
    world.go_on(timedelta(seconds=89))
    assert world.work() == [timedelta(seconds=1)]
    assert len(urls(world)) == 1
    world.go_on(timedelta(seconds=1))
    assert world.work() == [None]
    assert len(urls(world)) == 2


def test_it_ends_when_the_bidding_is_over(world: World) -> None:
    world.agents.answers[URL] = [500]
    event = asked(world)
    world.tell(event)
    world.go_on(A_WHILE)
    assert world.work() == [None]
    assert (world.record(event, "Writer").status, world.dead_letters.messages) == (Status.SKIPPED, [])
    assert len(urls(world)) == 1


def test_what_is_refused_lies_in_the_dead_letters_with_the_reason_once(world: World) -> None:
    world.agents.answers[URL] = [Answer(status=410, headers={}, body=b'{"error": "moved away"}')]
    event = granted(world)
    for _ in range(2):
        world.tell(event)
    (letter,) = world.dead_letters.messages
    assert letter["reason"] == "410 moved away"
    assert letter["detail"]["id"] == event.id
    assert urls(world) == [URL]


def test_after_ten_tries_it_is_given_up(world: World) -> None:
    world.agents.answers[URL] = [500]
    event = granted(world)
    world.hear(event)
    for _ in range(30):
        if world.work() == [None]:
            break
        world.go_on(timedelta(seconds=30))
        claim = world.board.kept.claim(event.subject)
        extend(world, claim.id)
    assert (len(urls(world)), len(world.dead_letters.messages)) == (10, 1)


def extend(world: World, claim_id: str) -> None:
    def change(sitting: Sitting) -> bool:
        sitting.claim = sitting.claim.extended("Writer", sitting.at + timedelta(minutes=10), at=sitting.at)
        return True

    change_claim("default", claim_id, change, a_cause(), world.board.ports)


def test_a_dead_letter_that_is_moved_back_is_tried_again(world: World) -> None:
    world.agents.answers[URL] = [404, 200]
    event = granted(world)
    world.tell(event)
    world.queue.messages += world.dead_letters.take()
    world.work()
    assert world.record(event, "Writer").status is Status.DELIVERED
    assert len(urls(world)) == 2


def test_a_redirect_is_not_followed_and_no_success(world: World) -> None:
    world.agents.answers[URL] = [Answer(status=302, headers={"location": OTHER}, body=b"")]
    event = granted(world)
    world.tell(event)
    assert world.record(event, "Writer").status is Status.FAILED
    assert urls(world) == [URL]


def test_who_moved_is_told_where_it_is_now(world: World) -> None:
    world.agents.answers[URL] = [500]
    event = granted(world)
    world.tell(event)
    world.board.register("Writer", url=OTHER)
    world.go_on(timedelta(seconds=10))
    world.work()
    assert urls(world) == [URL, OTHER]


# queues


def test_an_agent_s_own_queue_has_the_same_body(world: World) -> None:
    event = granted(world, delivery="queue", url=None, queue=f"{PREFIX}reader")
    for _ in range(2):
        world.tell(event)
    (body,) = world.queues.sent[f"{PREFIX}reader"]
    assert (body["type"], body["agent"], body["event_id"]) == ("work.granted", "Writer", event.id)
    assert urls(world) == []


@pytest.mark.parametrize("queue", [f"{PREFIX}nothing", "switchyard-AgentNoticeQueue-1ABC", None])
def test_a_queue_that_is_not_there_or_nobody_s_own_is_said(world: World, queue: str | None) -> None:
    event = granted(world, delivery="queue", url=None, queue=queue)
    world.tell(event)
    (letter,) = world.dead_letters.messages
    assert "queue" in letter["reason"]
    assert world.record(event, "Writer").status is Status.FAILED


def test_a_queue_that_is_unwell_is_tried_again(world: World) -> None:
    event = granted(world, delivery="queue", url=None, queue=f"{PREFIX}reader")
    world.queues.is_unwell = True
    world.tell(event)
    world.queues.is_unwell = False
    world.go_on(timedelta(seconds=10))
    world.work()
    assert len(world.queues.sent[f"{PREFIX}reader"]) == 1


def test_of_two_that_are_at_it_one_tells(world: World) -> None:
    event = granted(world)
    world.hear(event)
    inner = world.agents

    def twice(url: str, call: Any, headers: Any) -> Answer:
        detail = to_detail(event) | {FOR_AGENT: "Writer"}
        assert notify(detail, world.ports()) is not None, "somebody is at it: come again"
        return inner(url, call, headers)

    world.agents = twice  # type: ignore[assignment]
    assert world.work() == [None]
    assert len(inner.posts) == 1
