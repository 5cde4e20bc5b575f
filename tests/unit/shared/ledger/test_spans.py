"""Spans that begin behind their end. DynamoDB takes them for a mistake, which its stand-ins do not."""

from datetime import timedelta
from typing import Any

import pytest

from shared.ledger.ledger import By
from shared.ledger.store import DynamoLedger
from tests.support.builders import NOON


class Client:
    """Refuses as DynamoDB does."""

    def __init__(self) -> None:
        self.asked = 0

    def query(self, **request: Any) -> dict[str, Any]:
        self.asked += 1
        ends = [value["S"] for name, value in request["ExpressionAttributeValues"].items() if name != ":pk"]
        assert ends == sorted(ends), "The BETWEEN operator requires upper bound to be greater than or equal to lower"
        return {"Items": []}


def test_nothing_is_in_a_part_of_a_day_that_ends_before_it_begins() -> None:
    client: Any = Client()
    ledger = DynamoLedger(client, "ledger")
    assert list(ledger.timeline(NOON.date(), since=NOON, until=NOON - timedelta(seconds=1))) == []
    assert client.asked == 0
    assert list(ledger.timeline(NOON.date(), since=NOON, until=NOON)) == []
    assert client.asked == 4


@pytest.mark.parametrize(("by", "queries"), [(By.TYPE, 4), (By.ACTOR, 4), (By.TRACE, 1), (By.CORRELATION, 2)])
def test_nothing_has_a_value_in_a_time_that_ends_before_it_begins(by: By, queries: int) -> None:
    client: Any = Client()
    ledger = DynamoLedger(client, "ledger")
    assert list(ledger.found(by, "x", since=NOON, until=NOON - timedelta(seconds=1))) == []
    assert client.asked == 0
    assert list(ledger.found(by, "x", since=NOON, until=NOON)) == []
    assert client.asked == queries


@pytest.mark.parametrize(("after", "before"), [(4, 4), (4, 5), (5, 2), (0, 1), (0, 0)])
def test_nothing_happened_between_a_version_and_one_that_is_not_behind_the_next(after: int, before: int) -> None:
    client: Any = Client()
    assert list(DynamoLedger(client, "ledger").history("THING", "one", after=after, before=before)) == []
    assert client.asked == 0


def test_one_version_lies_between_two() -> None:
    client: Any = Client()
    assert list(DynamoLedger(client, "ledger").history("THING", "one", after=4, before=6)) == []
    assert client.asked == 1
