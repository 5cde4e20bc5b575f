"""The file of all messages is the old one or the new one, whole, wherever who writes it dies or AWS fails."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.write_snapshot import app, service
from shared.deliveries.delivery import Status, first_try
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.errors import DependencyError, InvalidInputError
from tests.integration.functions.crashes import a_world, kills
from tests.integration.tours import ask_again
from tests.support.aws_calls import Call, Kill, KilledError, watched
from tests.support.http_events import LambdaContext
from tests.support.in_process import client
from tests.support.recorded import keep_message
from tests.support.travel import Travel
from tests.support.unwell import unwell


@pytest.fixture(autouse=True)
def _not_far_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "REACHES_BACK", timedelta(days=1))  # three years of empty days take moto a while


@pytest.fixture
def travel() -> Iterator[Travel]:
    with a_world() as travel:
        yield travel


def write() -> Any:
    return app.handler({"task": "write_snapshot"}, LambdaContext())


def content() -> str | None:
    there = client("s3").list_objects_v2(Bucket="files", Prefix=service.KEY).get("Contents", [])
    if not there:
        return None
    text: str = client("s3").get_object(Bucket="files", Key=service.KEY)["Body"].read().decode()
    return text


def messages() -> list[str]:
    """By id, as the file has them, which is whole."""
    text = content()
    return [] if text is None else [entry["payload"]["id"] for entry in json.loads(text)["events"]]


def one_more(*, after: int) -> None:
    """Something is new in the ledger since a snapshot of so many."""
    for number in range(after):
        keep_message(f"m-{number}", sinks=["notion"])
    if after:
        write()
    keep_message(f"m-{after}", sinks=["shopify"])


@pytest.mark.parametrize("known", [0, 1])
def test_who_dies_at_any_call_leaves_the_file_as_it_was_or_as_it_will_be(known: int) -> None:
    old, new = [[f"m-{number}" for number in range(size)] for size in (known, known + 1)]

    def attempt(kill: Kill | None) -> tuple[list[Call], list[str]]:
        """What was asked, and what is there then; the next run completes it."""
        with a_world():
            one_more(after=known)
            with watched(kill) as calls:
                try:
                    write()
                except KilledError:
                    assert kill is not None
            left = messages()
            write()
            assert messages() == new
        return calls, left

    calls, left = attempt(None)
    assert left == new
    written = next(number for number, call in enumerate(calls) if call.operation == "CompleteMultipartUpload")
    for kill in kills(calls):
        number, moment = kill
        is_written = number > written or (number, moment) == (written, "after")
        assert attempt(kill)[1] == (new if is_written else old), kill
    assert len(calls) >= 5


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("operation", ["GetObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
def test_a_store_that_fails_leaves_the_file_as_it_was(operation: str) -> None:
    one_more(after=1)
    before = content()
    with unwell(wiring.files()._client, operation), pytest.raises(DependencyError):
        write()
    assert content() == before
    write()
    assert messages() == ["m-0", "m-1"]


@pytest.mark.usefixtures("travel")
def test_a_file_that_is_none_of_ours_is_left_alone() -> None:
    keep_message()
    client("s3").put_object(Bucket="files", Key=service.KEY, Body=b"<html></html>")
    with pytest.raises(InvalidInputError):
        write()
    assert content() == "<html></html>"


def test_what_became_of_a_message_is_followed_until_it_is_delivered(travel: Travel) -> None:
    event = keep_message("m-0", sinks=["notion"])
    write()
    assert deliveries() == {"notion": "pending"}
    failed = first_try(event.id, "notion", at=system_clock()).ended(Status.FAILED, at=system_clock(), error="no")
    kept = wiring.deliveries().save(failed)
    write()
    assert deliveries() == {"notion": "failed"}
    wiring.deliveries().save(kept.ended(Status.DELIVERED, at=system_clock()))
    assert write()["updated"] == 1
    assert deliveries() == {"notion": "delivered"}
    travel.go_on(timedelta(hours=1))
    assert write() == {"read": 0, "updated": 0, "count": 1, "written": False}


@pytest.mark.parametrize("end", [Status.DELIVERED, Status.FAILED])
def test_what_rested_is_followed_again_when_somebody_asks_for_it(travel: Travel, end: Status) -> None:
    event = keep_message("m-0", sinks=["notion"])
    rested = first_try(event.id, "notion", at=system_clock()).ended(Status.DRY_RUN, at=system_clock())
    kept = wiring.deliveries().save(rested)
    write()
    assert deliveries() == {"notion": "dry_run"}
    ask_again(event, "notion")
    wiring.deliveries().save(kept.ended(end, at=system_clock()))
    write()
    assert deliveries() == {"notion": str(end)}
    travel.go_on(timedelta(hours=1))
    assert write()["written"] is False


def deliveries() -> dict[str, str]:
    """The status by sink, of the only message."""
    (entry,) = json.loads(content() or "null")["events"]
    return {sink: delivery["status"] for sink, delivery in entry["deliveries"].items()}
