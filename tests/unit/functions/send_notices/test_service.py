"""People are told at most once, whatever fails, dies or comes again, and often enough where nothing was sent."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.send_notices.service import OLD_NEWS, SINK, is_worth_telling, tell
from shared.deliveries.delivery import Delivery, MemoryDeliveries, Status
from shared.runtime.errors import DependencyError
from shared.runtime.http import CircuitOpenError, ServiceDownError, ServiceError, Verdict
from tests.support.builders import NOON

ID = "listing:7:4"
NOT_SENT = (Verdict.RETRY_AFTER, Verdict.RETRY_BACKOFF)
FAILURES = [verdict for verdict in Verdict if verdict not in (Verdict.OK, Verdict.ALREADY_DONE)]


class KilledError(BaseException):
    """The function is stopped from outside."""


class Chat(MemoryDeliveries):
    """A chat that shows each message it is sent, and the records beside it. `fates`: what happens at each call."""

    def __init__(self, *fates: str | ServiceError) -> None:
        super().__init__()
        self.fates = list(fates)
        self.shown: list[str] = []
        self.asked = 0
        self.now = NOON

    def save(self, delivery: Delivery) -> Delivery:
        fate = self.fates.pop(0) if self.fates else "well"
        if fate == "killed before":
            raise KilledError
        if fate == "unwell":
            raise DependencyError("the ledger cannot answer now")
        kept = super().save(delivery)
        if fate == "killed after":
            raise KilledError
        return kept

    def send(self, text: str) -> str:
        self.asked += 1
        fate = self.fates.pop(0) if self.fates else "well"
        if isinstance(fate, ServiceError):
            raise fate
        if fate == "killed before":
            raise KilledError
        if fate == "lost before":
            raise ServiceDownError("telegram", Verdict.AMBIGUOUS, "broke off")
        self.shown.append(text)
        if fate == "killed after":
            raise KilledError
        if fate == "lost after":
            raise ServiceDownError("telegram", Verdict.AMBIGUOUS, "broke off")
        return "77"

    def tell(self) -> timedelta | None:
        return tell(ID, "sold!", happened_at=NOON, deliveries=self, send=self.send, clock=lambda: self.now)

    @property
    def kept(self) -> Delivery:
        known = self.get(ID, SINK)
        assert known
        return known


def failing(verdict: Verdict, *, seconds: float | None = None) -> ServiceError:
    return ServiceError("telegram", verdict, "429 Too Many Requests", retry_after=seconds)


def test_a_notice_is_sent_once_and_its_message_is_known() -> None:
    chat = Chat()
    assert [chat.tell() for _ in range(3)] == [None] * 3
    assert chat.shown == ["sold!"]
    assert (chat.kept.status, chat.kept.external_id) == (Status.DELIVERED, "77")


@pytest.mark.parametrize("verdict", NOT_SENT)
def test_what_surely_was_not_sent_is_sent_later(verdict: Verdict) -> None:
    chat = Chat("well", failing(verdict, seconds=17))
    assert chat.tell() == timedelta(seconds=17)
    assert chat.kept.status is Status.FAILED
    assert chat.tell() is None
    assert chat.shown == ["sold!"]


@pytest.mark.parametrize("verdict", [verdict for verdict in FAILURES if verdict not in NOT_SENT])
def test_what_may_have_been_sent_or_never_will_be_is_not_tried_again(verdict: Verdict) -> None:
    chat = Chat("well", failing(verdict, seconds=17))
    assert chat.tell() is None
    assert chat.kept.status is (Status.IN_DOUBT if verdict is Verdict.AMBIGUOUS else Status.FAILED)
    assert chat.kept.last_error == "429 Too Many Requests"


def test_a_circuit_that_is_open_is_waited_for() -> None:
    chat = Chat("well", CircuitOpenError("telegram", Verdict.RETRY_AFTER, "is down", retry_after=25))
    assert chat.tell() == timedelta(seconds=25)


@pytest.mark.parametrize("open_for", [1, 50])
def test_a_circuit_that_is_open_for_long_does_not_use_up_the_patience(open_for: int) -> None:
    chat = Chat()
    for _ in range(open_for):
        chat.fates = ["well", CircuitOpenError("telegram", Verdict.RETRY_AFTER, "is down", retry_after=30)]
        assert chat.tell() == timedelta(seconds=30)
    assert chat.tell() is None
    assert chat.shown == ["sold!"]


def test_news_is_old_after_a_day() -> None:
    chat = Chat()
    waits = []
    for age in (timedelta(0), OLD_NEWS - timedelta(seconds=1), OLD_NEWS):
        chat.now = NOON + age
        chat.fates = ["well", failing(Verdict.RETRY_AFTER, seconds=1)]
        waits.append(chat.tell())
    assert waits == [timedelta(seconds=1), timedelta(seconds=1), None]


def test_of_two_who_tell_at_once_one_does() -> None:
    chat = Chat()
    inner: list[timedelta | None] = []

    def send(text: str) -> str:
        inner.append(chat.tell())
        return chat.send(text)

    assert tell(ID, "sold!", happened_at=NOON, deliveries=chat, send=send, clock=lambda: NOON) is None
    assert (inner, chat.shown) == ([None], ["sold!"])


FATES: list[Any] = [
    "well",
    "killed before",
    "killed after",
    "unwell",
    "lost before",
    "lost after",
    *map(failing, FAILURES),
]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(FATES), max_size=10))
def test_whatever_goes_wrong_nobody_is_told_twice(fates: list[Any]) -> None:
    chat = Chat(*fates)
    for _ in range(8):
        with suppress(KilledError, DependencyError):  # it comes again
            chat.tell()
        assert len(chat.shown) <= 1


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(NOT_SENT), max_size=9))
def test_a_notice_that_only_had_to_wait_is_told(verdicts: list[Verdict]) -> None:
    chat = Chat(*(fate for verdict in verdicts for fate in ("well", failing(verdict), "well")))
    while chat.tell() is not None:
        pass
    assert chat.shown == ["sold!"]


@pytest.mark.parametrize(
    ("times", "following", "is_told"),
    [(1, "retry", True), (2, "retry", False), (9, "retry", False), (1, "person", True), (5, "person", True)],
)
def test_a_failure_that_goes_on_is_told_when_it_begins_and_when_somebody_has_to_act(
    times: int, following: str, is_told: bool
) -> None:
    event = {"type": "listing.operation_failed", "data": {"times": times, "next": following}}
    assert is_worth_telling(event) == is_told


@pytest.mark.parametrize("kind", ["listing.state.sold", "scraper.job.completed", "searches.failed"])
def test_everything_else_is_told_whenever_it_happens(kind: str) -> None:
    assert is_worth_telling({"type": kind, "data": {}})
