"""A digest is taken of whatever can be read; the rest of it is unknown, and says why."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from shared.deliveries.delivery import MemoryDeliveries
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import DependencyError
from shared.runtime.http import Answer, Call, NotSentError, Send
from shared.status.activity import Activity
from shared.status.digest import Count, Digest, Unread
from shared.status.judging import Level, findings, worst
from shared.status.period import Period
from shared.status.queues import Depth
from shared.status.runs import Runs
from shared.status.taking import Ports, Watched, take
from shared.status.targets import read_targets
from tests.support.builders import NOON
from tests.support.digests import a_service, happen, raw_page, raw_run, refusing


class AwayLedger(MemoryLedger):
    def timeline(self, day: date, **span: Any) -> Iterator[Event]:
        raise DependencyError("the ledger cannot be reached")


def away() -> Any:
    raise DependencyError("it cannot be reached")


def fine(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
    """As a web server; without an address nobody can be asked."""
    if not url:
        raise NotSentError("cannot be reached")
    return Answer(status=200, headers={}, body=b"ok")


def github(body: Any) -> Send:
    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        return Answer(status=200, headers={}, body=Call(method="", path="", json=body, repeatable=True).body() or b"")

    return send


def taken(watched: Watched | None = None, **ports: Any) -> Digest:
    known: dict[str, Any] = {
        "watched": watched or Watched(send=fine),
        "waiting": {},
        "dead": {},
        "ledger": MemoryLedger(),
        "records": MemoryDeliveries(),
        "listings": dict,
        "places_of": lambda _: (),
    }
    return take(Period.DAILY, NOON, ports=Ports(**known | ports))


def test_where_nothing_is_configured_all_is_unknown() -> None:
    digest = taken()
    assert worst(findings(digest)) is Level.UNKNOWN
    assert (digest.services, digest.queues) == ((), Unread(why="none are configured", weighs=False))
    assert digest.runs == Unread(why="no GitHub is configured", weighs=False)


def test_everything_that_is_watched_is_in_it() -> None:
    ledger = MemoryLedger()
    happen(ledger, NOON - timedelta(hours=3))
    watched = Watched(
        targets=read_targets("api=https://api.example,shop=https://shop.example,odd"),
        send=fine,
        github=lambda: a_service(github(raw_page([raw_run()]))),
        repository="acme/shop",
    )
    digest = taken(
        watched,
        ledger=ledger,
        waiting={"Listings": lambda: 2},
        dead={"Listings": lambda: 0},
        listings=lambda: {"FOUND": Count(number=1)},
        places_of=lambda _: ("discord",),
    )
    assert [(one.target.name, one.asked, one.permille) for one in digest.services] == [
        ("api", 20, 1_000),
        ("shop", 20, 1_000),
        ("odd", 0, None),
    ]
    assert digest.queues == (
        Depth(name="Listings", messages=2, is_dead=False),
        Depth(name="Listings", messages=0, is_dead=True),
    )
    assert isinstance(digest.activity, Activity)
    assert isinstance(digest.runs, Runs)
    assert (digest.activity.total, len(digest.runs.runs), digest.listings) == (1, 1, {"FOUND": Count(number=1)})
    assert [one.reason for one in findings(digest) if one.reason] == ["odd was not asked: it is no name=url"]


def test_what_cannot_be_read_is_unknown_and_the_rest_is_read() -> None:
    digest = taken(ledger=AwayLedger(), listings=away, waiting={"Listings": away})
    assert digest.activity == digest.brought == Unread(why="the ledger cannot be reached")
    assert digest.listings == Unread(why="it cannot be reached")
    assert digest.queues == (Depth(name="Listings", messages=None, is_dead=False),)


@pytest.mark.parametrize("body", [None, [], {"message": "Not Found"}, raw_page([{"id": 1}])], ids=repr)
def test_where_github_answers_rubbish_its_runs_are_unknown(body: Any) -> None:
    watched = Watched(send=fine, github=lambda: a_service(github(body)), repository="acme/shop")
    assert taken(watched).runs == Unread(why="github: answered something that is no list of runs")


def test_of_a_github_without_a_repository_nothing_is_asked() -> None:
    digest = taken(Watched(send=fine, github=lambda: a_service(refusing), repository=""))
    assert digest.runs == Unread(why="no GitHub is configured", weighs=False)


def test_where_the_secret_of_github_cannot_be_read_only_its_runs_are_unknown() -> None:
    digest = taken(Watched(send=fine, github=away, repository="acme/shop"), listings=lambda: {"FOUND": Count(number=1)})
    assert digest.runs == Unread(why="it cannot be reached")
    assert digest.listings == {"FOUND": Count(number=1)}
