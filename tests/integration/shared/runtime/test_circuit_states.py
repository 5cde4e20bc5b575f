"""What is shown of a circuit is what the circuit itself has put on record, as long as that counts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.runtime.circuit import FAILURES, OPEN_SECONDS, circuit
from shared.runtime.circuit_states import Circuit, CircuitStates, State
from shared.runtime.http import Address, Answer, Call, Service, ServiceError
from tests.support.circuits import circuit_item, let_time_pass
from tests.support.fresh_process import forget
from tests.support.in_process import aws_in_process, client

CALL = Call(method="GET", path="/", repeatable=True)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with aws_in_process():
        forget()
        yield


def ask(status: int, *, times: int = 1) -> None:
    answer = Answer(status=status, headers={}, body=b"{}")
    guard = circuit("lister", client=client("dynamodb"), table="state")
    service = Service("lister", lambda fresh=False: Address(url=""), send=lambda *_: answer, guard=guard)
    for _ in range(times):
        try:
            service.ask(CALL)
        except ServiceError:
            continue


def seen(*, at: datetime | None = None) -> dict[str, Circuit]:
    now = at or datetime.now(UTC)
    read = CircuitStates(client("dynamodb"), "state", open_seconds=OPEN_SECONDS, clock=lambda: now)
    return read(["lister", "scraper"])


def opened_at() -> datetime:
    return datetime.fromtimestamp(int(circuit_item("lister")["opened_at"]["N"]), UTC)


def test_of_a_service_that_never_was_in_trouble_nothing_is_known() -> None:
    ask(200)
    assert seen() == {}


def test_one_that_was_opened_is_open_and_others_are_not() -> None:
    ask(500, times=FAILURES)
    assert seen(at=opened_at()) == {"lister": Circuit(state=State.OPEN, opened_at=opened_at())}


@pytest.mark.parametrize(("after", "state"), [(OPEN_SECONDS - 1, State.OPEN), (OPEN_SECONDS, State.TRYING)])
def test_when_its_time_is_over_the_next_who_asks_is_let_through(after: int, state: State) -> None:
    ask(500, times=FAILURES)
    assert seen(at=opened_at() + timedelta(seconds=after))["lister"].state is state


def test_one_that_has_answered_since_is_closed() -> None:
    ask(500, times=FAILURES)
    let_time_pass("lister")
    ask(200)
    assert seen()["lister"].state is State.CLOSED


def test_what_is_about_to_be_deleted_does_not_count() -> None:
    ask(500, times=FAILURES)
    expires_at = int(circuit_item("lister")["expires_at"]["N"])
    assert seen(at=datetime.fromtimestamp(expires_at, UTC)) == {}
