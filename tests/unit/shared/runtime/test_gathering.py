"""Many questions at once: each has its answer, or is known to have none."""

from functools import partial
from threading import Event

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from shared.runtime.errors import DependencyError
from shared.runtime.gathering import LATE, Unread, gather


def away() -> int:
    raise DependencyError("the ledger cannot be reached")


def test_every_question_has_its_own_answer() -> None:
    assert gather({"one": lambda: 1, "two": away}, seconds=5) == {
        "one": 1,
        "two": Unread("the ledger cannot be reached"),
    }
    assert gather({}, seconds=1) == {}


def test_who_is_late_keeps_nobody() -> None:
    never = Event()
    try:
        assert gather({"slow": never.wait, "quick": lambda: 2}, seconds=3) == {"slow": Unread(LATE), "quick": 2}
    finally:
        never.set()


def test_more_than_are_asked_at_once_are_asked_all_the_same() -> None:
    answers = gather({str(number): partial(int, number) for number in range(100)}, seconds=5)
    assert list(answers.values()) == list(range(100))


def test_what_aws_refuses_keeps_no_other_from_its_answer() -> None:
    def gone() -> int:
        raise ClientError({"Error": {"Code": "QueueDoesNotExist", "Message": "no"}}, "GetQueueAttributes")

    def unsigned() -> int:
        raise NoCredentialsError

    assert gather({"one": lambda: 1, "two": gone, "three": unsigned}, seconds=5) == {
        "one": 1,
        "two": Unread("AWS refuses it (QueueDoesNotExist)"),
        "three": Unread("AWS refuses it (NoCredentialsError)"),
    }


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        gather({"x": lambda: 1 // 0}, seconds=1)
