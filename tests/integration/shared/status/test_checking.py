"""Addresses that behave in every way one can are asked many times, and all of it ends in time."""

from collections.abc import Iterator
from socket import create_server, socket
from threading import Event, Lock, Semaphore

import pytest

from shared.runtime import http
from shared.runtime.http import send
from shared.status import checking
from shared.status.checking import AT_ONCE, SAMPLES, TOO_LATE, check_all
from shared.status.judging import Level, judge
from shared.status.sampled import Checked
from shared.status.targets import Target
from tests.support.ends import FOR_EVER, has_an_end
from tests.support.outside import forget_connections
from tests.support.raw_server import Serve, answer, dripping, raw_server, resetting, saying, silent

FINE = saying(answer(b"ok"))
ENOUGH = 30.0  # seconds; for a machine that has much else to do
LITTLE = 0.4  # where it is what is looked at


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Enough time, and connections of one's own."""
    forget_connections()
    monkeypatch.setattr(checking, "STARTS_FOR", ENOUGH)
    monkeypatch.setattr(checking, "PATIENCE", ENOUGH)
    yield
    forget_connections()


@pytest.fixture
def _starting_for_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "STARTS_FOR", LITTLE)


@pytest.fixture
def _hurried(_starting_for_a_little: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PATIENCE", LITTLE)


def check(serve: Serve) -> Checked:
    with raw_server(serve) as server:
        (checked,) = check_all([Target(name="it", url=f"{server.url}/health")], send=send)
        for request in server.requests:
            assert request.startswith(b"GET /health HTTP/1.1\r\n")
    return checked


def flapping(*serves: Serve) -> Serve:
    """Behaves in turn in each of these ways."""
    lock, served = Lock(), [0]

    def serve(connection: socket, ends: Event) -> None:
        with lock:
            number = served[0]
            served[0] += 1
        serves[number % len(serves)](connection, ends)

    return serve


def after(seconds: float, serve: Serve) -> Serve:
    def wait(connection: socket, ends: Event) -> None:
        ends.wait(seconds)
        serve(connection, ends)

    return wait


def closing(connection: socket, _: Event) -> None:
    """Hangs up without a word."""


def test_an_address_that_is_well_is_asked_twenty_times() -> None:
    checked = check(FINE)
    assert (checked.asked, checked.permille, checked.errors) == (SAMPLES, 1_000, {})
    assert checked.p50
    assert checked.p95
    assert checked.p50 <= checked.p95 < 1_000 * ENOUGH
    assert judge("service", checked).level is Level.HEALTHY


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("500 Internal Server Error", "answers 500"),
        ("404 Not Found", "answers 404"),
        ("301 Moved Permanently", "redirects (301)"),
        ("307 Temporary Redirect", "redirects (307)"),
    ],
)
def test_a_bad_answer_is_an_answer_and_no_success(status: str, error: str) -> None:
    checked = check(saying(answer(b"", "Location: http://127.0.0.1:9/", status=status)))
    assert (checked.asked, checked.permille, checked.errors) == (SAMPLES, 0, {error: SAMPLES})
    assert checked.p95 is not None
    assert judge("service", checked).level is Level.CRITICAL


@pytest.mark.parametrize(
    ("serve", "error"),
    [
        (closing, "broke off"),
        (resetting, "broke off"),
        (saying(b"SMTP ready\r\n"), "broke off"),
        (saying(answer(b"x" * 2_000_000)), "answered more than is read"),
    ],
    ids=["hangs up", "resets", "speaks otherwise", "never ends"],
)
def test_no_answer_is_said_to_be_none(serve: Serve, error: str) -> None:
    checked = check(serve)
    assert checked.permille == 0
    assert checked.errors == {error: SAMPLES}
    assert (checked.p50, checked.p95) == (None, None)


def test_where_nobody_listens_nobody_is_reached() -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (checked,) = check_all([Target(name="it", url=f"http://127.0.0.1:{port}/")], send=send)
    assert checked.errors == {"cannot be reached": SAMPLES}


def test_an_address_that_flaps_is_neither_well_nor_down() -> None:
    checked = check(flapping(FINE, FINE, FINE, saying(answer(status="503 Service Unavailable")), closing))
    assert (checked.asked, checked.permille) == (SAMPLES, 600)
    assert checked.errors == {"answers 503": 4, "broke off": 4}
    assert checked.p95 is None  # sixteen answers
    assert judge("service", checked).level is Level.DEGRADED


@pytest.mark.usefixtures("_starting_for_a_little")
def test_a_slow_address_is_asked_as_often_as_there_is_time_and_no_p95_is_made_up() -> None:
    checked = check(after(0.15, FINE))
    assert AT_ONCE <= checked.asked < SAMPLES
    assert (checked.permille, checked.p95) == (1_000, None)
    assert checked.p50
    assert checked.p50 >= 150


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize(
    "serve", [silent, dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", every=0.05)], ids=["silent", "drips"]
)
def test_who_does_not_answer_is_waited_for_until_the_end_and_no_longer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", FOR_EVER)
    with raw_server(serve) as server, has_an_end():
        (checked,) = check_all([Target(name="it", url=server.url)], send=send)
    assert checked.errors == {TOO_LATE: AT_ONCE}


@pytest.mark.usefixtures("_hurried")
def test_an_answer_that_comes_too_late_is_none() -> None:
    checked = check(after(2 * LITTLE, FINE))
    assert set(checked.errors) == {TOO_LATE}
    assert checked.p50 is None


def test_addresses_do_not_wait_for_each_other_and_stay_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", ENOUGH)
    answered, fine = Semaphore(0), FINE

    def quick(connection: socket, ends: Event) -> None:
        fine(connection, ends)
        answered.release()

    def when_the_quick_has_answered(connection: socket, ends: Event) -> None:
        if answered.acquire(timeout=ENOUGH):
            fine(connection, ends)

    with raw_server(when_the_quick_has_answered) as slow, raw_server(quick) as fast:
        targets = [
            Target(name="slow", url=slow.url),
            Target(name="odd", url="", problem="it is no name=url"),
            Target(name="fast", url=fast.url),
        ]
        found = check_all(targets, send=send)
    assert [one.target for one in found] == targets
    assert [one.permille for one in found] == [1_000, None, 1_000]


def test_nobody_to_ask_is_no_work() -> None:
    assert check_all([], send=send) == ()


@pytest.mark.parametrize("url", ["http://", "http://a b/", "https://[::1", "http://\x00", "http://127.0.0.1:99999/"])
def test_an_address_that_is_none_is_an_error_of_its_own(url: str) -> None:
    (checked,) = check_all([Target(name="it", url=url)], send=send)
    assert (checked.asked, checked.permille) == (SAMPLES, 0)
