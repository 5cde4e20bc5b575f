"""Whole ways through dead-letter queues in SQS: a thousand letters, two operators at once, a process that dies."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import wraps
from threading import Lock
from typing import Any

import pytest

from shared.control.letters.discarding import discard
from shared.control.letters.looking import look_into
from shared.control.letters.ports import Ports
from shared.control.letters.retrying import Order, Retrying, Tally
from shared.control.letters.store import LetterBook
from shared.control.letters.wanted import Wanted
from shared.ledger.memory import MemoryLedger
from shared.runtime.clock import system_clock
from tests.integration.shared.control.letters.conftest import Pair
from tests.integration.shared.control.letters.test_sqs import Grudging
from tests.support.aws_calls import KilledError, watched
from tests.support.builders import a_cause
from tests.support.letters import a_given_up, an_event
from tests.support.pauses import no_pause

BY = a_cause("key:anna")


class OneAtATime:
    """moto is not made for threads: its calls wait for each other, and in between anybody may come."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        real: Callable[..., Any] = getattr(self._client, name)

        @wraps(real)
        def call(**said: Any) -> Any:
            with self._lock:
                return real(**said)

        return call


class Office:
    """Who works on the letters of one queue, and the history of that."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.ledger = MemoryLedger()

    def ports(self, over: Any = None) -> Ports:
        queue = self.pair.queue(over)
        return Ports(
            queues={queue.name: queue},
            book=LetterBook(self.ledger, pause=no_pause),
            noted=lambda _: None,
            republish=None,
            clock=system_clock,
            pause=no_pause,
        )

    def retry(self, over: Any = None, **wanted: Any) -> Tally:
        ports = self.ports(over)
        (queue,) = ports.chosen(None)
        retrying = Retrying(queue, Order(wanted=Wanted(**wanted)), BY, ports=ports)
        return retrying.go(until=datetime.now(UTC) + timedelta(seconds=60))

    def named(self) -> Counter[str]:
        events = self.ledger.history("DEAD_LETTERS", "NotionDeadLetters")
        return Counter(one["letter_id"] for event in events for one in event.data["letters"])


@pytest.fixture
def office(pair: Pair) -> Office:
    return Office(pair)


def lay(pair: Pair, number: int) -> list[str]:
    return pair.lay(*(json.dumps(an_event(one)) for one in range(number)))


def versions(bodies: list[str]) -> list[int]:
    return sorted(json.loads(body)["detail"]["version"] for body in bodies)


def test_a_thousand_letters_go_back_each_once(local_pair: Pair) -> None:
    office, letters = Office(local_pair), lay(local_pair, 1_000)
    with watched() as calls:
        tally = office.retry()
    assert (tally.retried, tally.is_through) == (1_000, True)
    assert office.named() == Counter(letters)
    assert versions(local_pair.came()) == list(range(1_000))
    assert local_pair.queue().depth().all == 0
    assert len(calls) / 1_000 < 0.35  # of SQS, for each letter


def test_two_operators_at_once_do_no_harm(local_pair: Pair) -> None:
    office, letters = Office(local_pair), lay(local_pair, 400)
    with ThreadPoolExecutor(2) as pool:
        tallies = list(pool.map(lambda _: office.retry(), range(2)))
    assert sum(tally.retried for tally in tallies) == 400
    assert min(tally.retried for tally in tallies) > 0
    assert office.named() == Counter(letters)
    assert versions(local_pair.came()) == list(range(400))


def test_nor_do_they_where_calls_wait_for_each_other(office: Office) -> None:
    letters = lay(office.pair, 60)
    over = OneAtATime(office.pair.client)
    with ThreadPoolExecutor(2) as pool:
        tallies = list(pool.map(lambda _: office.retry(over), range(2)))
    assert (sum(tally.retried for tally in tallies), office.named()) == (60, Counter(letters))
    assert versions(office.pair.came()) == list(range(60))


def test_one_retries_what_another_throws_away_and_each_letter_has_one_fate(office: Office) -> None:
    letters = lay(office.pair, 60)
    over = OneAtATime(office.pair.client)
    ports = office.ports(over)
    until = datetime.now(UTC) + timedelta(seconds=60)
    with ThreadPoolExecutor(2) as pool:
        retried = pool.submit(office.retry, over)
        gone = pool.submit(discard, ports.chosen(None)[0], Wanted(), "no use", BY, ports=ports, until=until)
        counted = retried.result().retried + gone.result().number
    assert (counted, office.named()) == (60, Counter(letters))
    assert len(office.pair.came()) == retried.result().retried


def test_what_sqs_refuses_stays_and_the_rest_leaves(office: Office) -> None:
    letters = lay(office.pair, 40)
    refused = {3, 17, 18}

    def refuses(entry: Any) -> bool:
        return json.loads(entry["MessageBody"])["detail"]["version"] in refused

    tally = office.retry(Grudging(office.pair.client, "send_message_batch", refuses))
    assert (tally.retried, tally.not_accepted) == (37, 3)
    assert versions(office.pair.came()) == [number for number in range(40) if number not in refused]
    assert versions([message.body for message in office.pair.taken()]) == sorted(refused)
    assert set(office.named()) < set(letters)


def test_what_sqs_removes_only_at_the_second_try_is_gone(office: Office) -> None:
    lay(office.pair, 12)
    seen: set[str] = set()

    def refuses(entry: Any) -> bool:
        is_new = entry["ReceiptHandle"] not in seen
        seen.add(entry["ReceiptHandle"])
        return is_new and len(seen) % 2 == 0

    assert office.retry(Grudging(office.pair.client, "delete_message_batch", refuses)).retried == 12
    assert office.pair.queue().depth().all == 0


def test_letters_that_nobody_can_read_are_among_those_that_leave(office: Office) -> None:
    bodies = ["no JSON", "[" * 1_000, '{"detail": null}', "é", json.dumps(an_event())]
    office.pair.lay(*bodies)
    assert office.retry().retried == 5
    assert sorted(office.pair.came()) == sorted(bodies)


def test_what_is_not_meant_is_there_for_others_at_once(office: Office) -> None:
    office.pair.lay(*(json.dumps(a_given_up(one, reason="ab"[one % 2])) for one in range(30)))
    assert office.retry(cause="a").retried == 15
    assert office.pair.queue().depth().waiting == 15


def test_looking_leaves_all_where_it_is(office: Office) -> None:
    letters = lay(office.pair, 25)
    ports = office.ports()
    until = datetime.now(UTC) + timedelta(seconds=20)
    found = look_into(ports.chosen(None), Wanted(), most=50, until=until, ports=ports)
    assert ({letter.id for letter in found.letters}, found.is_all) == (set(letters), True)
    assert office.pair.queue().depth().waiting == 25


def test_discarding_takes_what_was_meant_and_nothing_else(office: Office) -> None:
    office.pair.lay(*(json.dumps(a_given_up(one, reason="ab"[one % 2])) for one in range(24)))
    ports = office.ports()
    until = datetime.now(UTC) + timedelta(seconds=20)
    (queue,) = ports.chosen(None)
    done = discard(queue, Wanted(cause="b"), "no use", BY, ports=ports, until=until)
    assert (done.number, done.is_all, queue.depth().waiting, office.pair.came()) == (12, True, 12, [])


def calls_of_a_retry(office: Office) -> int:
    lay(office.pair, 12)
    with watched() as calls:
        office.retry()
    office.pair.came()
    return len(calls)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_wherever_a_process_dies_nothing_is_lost_and_the_next_one_ends_it(office: Office, moment: Any) -> None:
    """Its reader may get a message twice then, and knows it by its event."""
    for index in range(calls_of_a_retry(office)):
        lay(office.pair, 12)
        with watched(kill=(index, moment)), pytest.raises(KilledError):
            office.retry()
        office.pair.queue().hide(office.pair.taken(), hidden_for=timedelta(0))
        _time_passes(office.pair)
        office.retry()
        assert set(versions(office.pair.came())) == set(range(12))
        assert office.pair.queue().depth().all == 0


def _time_passes(pair: Pair) -> None:
    """What somebody had in hand who is no more is there again."""
    from moto.sqs.models import sqs_backends

    (backend,) = (one for region in sqs_backends.values() for name, one in region.items() if name == "us-east-1")
    for message in backend.queues[pair.names.dead]._messages:
        message.visible_at = 0
