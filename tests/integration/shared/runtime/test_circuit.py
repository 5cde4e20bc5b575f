"""A circuit opens for everybody, lets one try through, and closes again."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from typing import Any
from uuid import uuid4

import boto3
import pytest

from shared.runtime.circuit import FAILURES, OPEN_SECONDS, circuit
from shared.runtime.http import Address, Answer, Call, CircuitOpenError, NotSentError, Service, ServiceError
from tests.support.circuits import circuit_item, let_time_pass
from tests.support.ends import FOR_EVER
from tests.support.fresh_process import forget
from tests.support.in_process import aws_in_process, client, make_table
from tests.support.local_stack import LocalAws

CALL = Call(method="GET", path="/", repeatable=True)
FINE = Answer(status=200, headers={}, body=b"{}")
BROKEN = Answer(status=500, headers={}, body=b"{}")
BUSY = Answer(status=429, headers={"retry-after": "1"}, body=b"{}")
REFUSED = Answer(status=404, headers={}, body=b"{}")


class Other:
    """The other side, how often it was asked, and where those who ask keep their circuit."""

    def __init__(self, client: Any, table: str) -> None:
        self.client = client
        self.table = table
        self.answer: Answer | None = None
        self.asked = 0
        self.first: Callable[[], object] = lambda: None

    def send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked += 1
        self.first()
        if self.answer is None:
            raise NotSentError("cannot be reached")
        return self.answer


@pytest.fixture
def other() -> Iterator[Other]:
    with aws_in_process():
        forget()
        yield Other(client("dynamodb"), "state")


@pytest.fixture
def racing(aws: LocalAws) -> Iterator[Other]:
    """Where threads may meet: moto looks at a condition, and writes some time later."""
    local = boto3.client("dynamodb", endpoint_url=aws.endpoint_url)
    table = f"state-{uuid4().hex}"
    make_table(local, "StateTable", table)
    forget()
    yield Other(local, table)
    local.delete_table(TableName=table)


def ask(other: Other, answer: Answer | None = None, *, name: str = "lister", table: str | None = None) -> str:
    """What comes of one request, as every function makes it."""
    other.answer = answer
    guard = circuit(name, client=other.client, table=table or other.table)
    service = Service(name, lambda fresh=False: Address(url=""), send=other.send, guard=guard)
    try:
        return str(service.ask(CALL).status)
    except CircuitOpenError as error:
        return "open" if 1 <= (error.retry_after or 0) <= OPEN_SECONDS + 10 else f"open for {error.retry_after}"
    except ServiceError as error:
        return str(error.verdict)


def opened(other: Other) -> None:
    for _ in range(FAILURES):
        ask(other, BROKEN)
    other.asked = 0


def test_it_opens_after_so_many_failures_in_a_row_and_not_before(other: Other) -> None:
    assert [ask(other) for _ in range(FAILURES - 1)] == ["retry_backoff"] * (FAILURES - 1)
    assert ask(other, FINE) == "200"
    assert [ask(other, BROKEN) for _ in range(FAILURES)] == ["retry_backoff"] * FAILURES
    assert [ask(other, FINE) for _ in range(3)] == ["open"] * 3
    assert other.asked == 2 * FAILURES


@pytest.mark.parametrize("answer", [BUSY, REFUSED])
def test_a_service_that_answers_no_is_not_down(other: Other, answer: Answer) -> None:
    assert "open" not in [ask(other, answer) for _ in range(2 * FAILURES)]


@pytest.mark.parametrize("answer", [BUSY, REFUSED])
def test_failures_with_an_answer_between_them_are_not_in_a_row(other: Other, answer: Answer) -> None:
    for _ in range(FAILURES - 1):
        ask(other, BROKEN)
    ask(other, answer)
    ask(other, BROKEN)
    assert ask(other, FINE) == "200"


def test_other_services_are_not_affected(other: Other) -> None:
    opened(other)
    assert ask(other, FINE, name="scraper") == "200"


def test_a_process_that_has_seen_no_failure_leaves_the_service_alone_too(other: Other) -> None:
    opened(other)
    forget()
    assert ask(other, FINE) == "open"
    assert other.asked == 0


def test_when_its_time_is_over_a_try_that_succeeds_closes_it_for_everybody(other: Other) -> None:
    opened(other)
    let_time_pass("lister")
    assert ask(other, FINE) == "200"
    assert circuit_item("lister")["state"] == {"S": "CLOSED"}
    forget()
    assert ask(other, FINE) == "200"


def test_a_try_that_fails_opens_it_again_at_once(other: Other) -> None:
    opened(other)
    let_time_pass("lister")
    assert ask(other, BROKEN) == "retry_backoff"
    assert ask(other, FINE) == "open"
    assert other.asked == 1
    let_time_pass("lister")
    assert ask(other, FINE) == "200"


@pytest.mark.parametrize("answer", [BUSY, REFUSED])
def test_a_try_that_is_answered_at_all_closes_it(other: Other, answer: Answer) -> None:
    opened(other)
    let_time_pass("lister")
    ask(other, answer)
    forget()
    assert ask(other, FINE) == "200"


def test_of_many_who_come_when_its_time_is_over_one_is_let_through(racing: Other) -> None:
    opened(racing)
    let_time_pass("lister", racing.client, racing.table)
    others_have_come = Semaphore(0)

    def come(_: int) -> str:
        try:
            return ask(racing, FINE)
        finally:
            others_have_come.release()

    def wait_for_the_others() -> None:
        assert all(others_have_come.acquire(timeout=FOR_EVER) for _ in range(3))

    racing.first = wait_for_the_others  # who is let through takes its time
    with ThreadPoolExecutor(4) as pool:
        came_of_it = sorted(pool.map(come, range(4)))
    assert came_of_it == ["200", "open", "open", "open"]
    assert racing.asked == 1


def test_its_record_is_forgotten_some_time_after_it_was_last_of_use(other: Other) -> None:
    opened(other)
    item = circuit_item("lister")
    assert int(item["expires_at"]["N"]) > int(item["opened_at"]["N"]) + OPEN_SECONDS


def test_where_the_state_table_is_unwell_the_service_is_asked_all_the_same(other: Other) -> None:
    assert ask(other, FINE, table="nowhere") == "200"
    assert [ask(other, BROKEN, table="nowhere") for _ in range(FAILURES + 1)] == ["retry_backoff"] * (FAILURES + 1)
