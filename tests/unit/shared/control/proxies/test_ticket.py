"""The life of a ticket: what names it, in the order of time."""

from collections.abc import Sequence
from datetime import timedelta

from shared.control.proxies import ticket
from shared.control.proxies.documents import MemoryDocuments
from shared.control.proxies.span import Events, Span
from shared.control.proxies.ticket import Life, life_of
from shared.ledger.envelope import Event
from tests.support.builders import NOON
from tests.support.proxied import MemoryEvents, a_document, gone, happened

RUN = "0" * 32
DAY = Span(since=NOON - timedelta(days=1), until=NOON)


def life(
    *events: Event,
    documents: MemoryDocuments | None = None,
    most: int = 100,
    of: str = "PROJ-12",
    kinds: Sequence[str] = ("LISTING", "SAGA"),
) -> Life:
    ledger = MemoryEvents(*events)
    read = Events(ledger, DAY, most=most)
    return life_of(of, read, kinds=kinds, ledger=ledger, documents=documents or MemoryDocuments(), clock=lambda: NOON)


def test_the_events_that_name_it_are_told_in_order() -> None:
    told = life(
        happened("message.created", content="PROJ-12 is done", ago=1),
        happened("message.created", subject="s-2", content="PROJ-123", ago=2),
        happened("deploy.failed", subject="prod", ref="fix/PROJ-12", reason="it ended", ago=3),
    ).told()
    assert [line["type"] for line in told["timeline"]] == ["deploy.failed", "message.created"]
    assert told["timeline"][0] == {
        "time": "2026-03-01T09:00:00.000000Z",
        "type": "deploy.failed",
        "service": "deploys",
        "subject": "prod",
        "actor": "key:0123456789abcdef",
        "level": "error",
        "message": "deploy.failed prod: it ended",
        "event_id": "deploy:prod:1",
    }
    assert (told["ticket_id"], told["count"], told["current_stage"]) == ("PROJ-12", 2, "message.created")
    assert (told["first_at"], told["last_at"]) == ("2026-03-01T09:00:00.000000Z", "2026-03-01T11:00:00.000000Z")
    assert told["is_cut"] is False


def test_who_used_which_command_is_not_told() -> None:
    used = happened("command.invoked", subject="123456789012345678", command="ship", user_id="7")
    assert life(used, of="ship").events == []
    assert life(used, of=used.subject, kinds=["COMMAND"]).events == []


def test_of_a_listing_all_its_events_are_told_however_old() -> None:
    old = [happened("listing.created", subject="l-1", ago=900), happened("listing.seen", subject="l-1", version=2)]
    assert [event.version for event in life(*old, of="l-1").events] == [1, 2]


def test_runs_that_name_it_say_how_far_they_are() -> None:
    told = life(
        happened("saga.created", subject=RUN, workflow="ingestion", correlation_id="PROJ-12", ago=5),
        happened("saga.started", subject=RUN, version=2, ago=4),
        happened("saga.step_failed", subject=RUN, version=3, ago=3),
        happened("saga.compensating", subject=RUN, version=4, ago=2),
    ).told()
    assert told["sagas"] == [
        {
            "saga_id": RUN,
            "workflow": "ingestion",
            "status": "compensating",
            "created_at": "2026-03-01T07:00:00.000000Z",
            "changed_at": "2026-03-01T10:00:00.000000Z",
        }
    ]


def test_documents_that_name_it_are_found_by_what_is_known_and_by_what_they_say() -> None:
    documents = MemoryDocuments(
        a_document("jira:PROJ-12", source="jira", url="https://jira.example/PROJ-12", read=gone),
        a_document("github:notes", "It was about PROJ-12."),
        a_document("github:other", "PROJ-13"),
        a_document("github:gone", read=gone),
    )
    told = life(documents=documents).told()
    assert {one["id"] for one in told["documents"]} == {"jira:PROJ-12", "github:notes"}
    by_id = {one["id"]: one for one in told["documents"]}
    assert by_id["jira:PROJ-12"]["url"] == "https://jira.example/PROJ-12"
    assert by_id["github:notes"]["url"] is None


def test_no_more_is_read_than_is_bounded_and_that_is_said() -> None:
    documents = MemoryDocuments(*(a_document(f"d-{number}", "PROJ-12") for number in range(ticket.MOST_CONTENTS + 1)))
    found = life(documents=documents)
    assert (len(found.documents), found.is_cut) == (ticket.MOST_CONTENTS, True)
    assert life(happened("a.b"), happened("a.b", version=2), most=1).is_cut


def test_of_a_thing_with_a_long_life_no_more_than_its_newest_events_are_read() -> None:
    many = [happened("job.done", subject="j-1", version=n, ago=900) for n in range(1, ticket.MOST_OF_ONE + 2)]
    found = life(*many, of="j-1", kinds=["JOB"])
    assert ([event.version for event in found.events], found.is_cut) == (list(range(2, ticket.MOST_OF_ONE + 2)), True)
    whole = life(*many[1:], of="j-1", kinds=["JOB"])
    assert (len(whole.events), whole.is_cut) == (ticket.MOST_OF_ONE, False)


def test_of_many_events_the_newest_are_shown() -> None:
    many = [
        happened("listing.seen", subject="l-1", version=n, ago=24 - n / 100) for n in range(1, ticket.MOST_SHOWN + 2)
    ]
    told = life(*many, most=1_000, of="l-1").told()
    assert (told["count"], len(told["timeline"]), told["is_cut"]) == (ticket.MOST_SHOWN + 1, ticket.MOST_SHOWN, True)
    assert told["timeline"][-1]["event_id"] == many[-1].id


def test_what_nobody_names_has_no_life() -> None:
    told = life(happened("a.b")).told()
    assert (told["count"], told["timeline"], told["first_at"], told["current_stage"]) == (0, [], None, None)
