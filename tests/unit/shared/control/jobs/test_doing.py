"""Doing jobs: one at a time, each on record, whatever becomes of it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.control.jobs.doing import JobFailedError, Ports, do_job, request_job
from shared.control.jobs.job import LEASE, LOST, BusyJobError, Job
from shared.control.jobs.keeping import MOST_BYTES
from shared.control.jobs.known import JOBS, job_kind
from shared.control.jobs.store import LedgerJobs
from shared.ledger.envelope import Cause
from shared.ledger.items import event_item
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, DependencyError, InvalidInputError, NotFoundError
from shared.runtime.redaction import BLOT
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock

NAME = "poll-services"


class World:
    def __init__(self) -> None:
        self.jobs = LedgerJobs(MemoryLedger())
        self.clock = HeldClock()
        self.ports = Ports(jobs=self.jobs, clock=self.clock, pause=no_pause)

    def do(self, work: Any) -> Mapping[str, Any]:
        return do_job(NAME, work, {"limit": 2}, a_cause("clock"), self.ports)

    def told(self) -> list[str]:
        return [event.type for event in self.jobs.history(NAME)]


@pytest.fixture
def world() -> World:
    return World()


def test_what_came_of_a_job_is_returned_and_on_record(world: World) -> None:
    def work(parameters: Mapping[str, Any], cause: Cause) -> Mapping[str, Any]:
        world.clock.put_on(seconds=1.5)
        return {"asked": parameters["limit"], "by": cause.actor}

    assert world.do(work) == {"asked": 2, "by": "clock"}
    job = world.jobs.get(NAME)
    assert job.last is not None
    assert (job.last.result, job.last.error, job.run_id) == ({"asked": 2, "by": "clock"}, None, None)
    assert job.last.ended_at - job.last.started_at == timedelta(seconds=1.5)
    assert world.told() == ["job.started", "job.completed"]
    assert [event.data.get("seconds") for event in world.jobs.history(NAME)] == [None, "1.500"]


@pytest.mark.parametrize("error", [DependencyError("the mesh is away"), InvalidInputError("no"), ConflictError("late")])
def test_a_job_that_fails_says_why_and_is_free_again(world: World, error: Exception) -> None:
    def work(*_: Any) -> Any:
        raise error

    with pytest.raises(JobFailedError) as failed:
        world.do(work)
    assert failed.value.error is error
    job = world.jobs.get(NAME)
    assert job.last is not None
    assert (job.last.error, job.last.result) == (str(error), None)
    assert world.do(lambda *_: {}) == {}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example/t/the-key?x=the-key", "https://hooks.example/•••"),
        ("https://me:the-key@hooks.example/", "https://hooks.example/•••"),
        ("the-key", "•••"),
        (None, None),
    ],
)
def test_of_a_webhook_only_where_it_leads_to_is_on_record(world: World, url: str | None, shown: str | None) -> None:
    """The rest of its address is the key to it."""
    parameters = {"webhook_url": url, "limit": 2}
    assert do_job(NAME, lambda said, _: {"is_whole": said == parameters}, parameters, a_cause(), world.ports)[
        "is_whole"
    ]
    events = list(world.jobs.history(NAME))
    assert events[0].data["parameters"] == {"webhook_url": shown, "limit": 2}
    assert "the-key" not in str(events)


def test_fractions_are_kept_as_text_and_handed_over_as_they_are(world: World) -> None:
    do_job(NAME, lambda parameters, _: {"twice": str(parameters["share"] * 2)}, {"share": 0.5}, a_cause(), world.ports)
    assert [event.data.get("parameters") for event in world.jobs.history(NAME)] == [{"share": "0.5"}, None]


def test_the_address_of_a_webhook_is_handed_over_whole_and_not_put_on_record(world: World) -> None:
    hook = "https://hooks.example.com/services/T0/B0/a-word-that-lets-in"
    done = do_job(
        NAME, lambda said, _: {"len": len(said["webhook_url"])}, {"webhook_url": hook}, a_cause(), world.ports
    )
    assert done == {"len": len(hook)}
    begun = next(world.jobs.history(NAME))
    assert begun.data["parameters"] == {"webhook_url": f"https://hooks.example.com/{BLOT}"}


@pytest.mark.parametrize("url", ["a-word-that-lets-in", "https://[", "mailto:somebody"])
def test_what_is_no_address_is_not_put_on_record_either(world: World, url: str) -> None:
    do_job(NAME, lambda *_: {}, {"webhook_url": url}, a_cause(), world.ports)
    assert next(world.jobs.history(NAME)).data["parameters"] == {"webhook_url": BLOT}


def test_why_it_failed_is_put_on_record_without_secrets(world: World) -> None:
    def work(*_: Any) -> Any:
        raise DependencyError("jira: 401 Bearer abc123def456 is not known")

    with pytest.raises(JobFailedError):
        world.do(work)
    job = world.jobs.get(NAME)
    assert job.last is not None
    assert job.last.error == f"jira: 401 {BLOT} is not known"


def test_of_a_result_that_is_too_large_as_much_is_on_record_as_there_is_room_for(world: World) -> None:
    large = {"results": [{"service": f"s-{number}", "breaking": ["x" * 500] * 100} for number in range(40)], "left": 2}
    assert world.do(lambda *_: large) == large
    *_, completed = world.jobs.history(NAME)
    told = completed.data["result"]
    assert (told["left"], told["is_cut"]) == (2, True)
    assert len(json.dumps(told)) <= MOST_BYTES
    assert world.jobs.get(NAME).last is not None


def test_of_a_result_that_cannot_be_cut_only_that_is_on_record(world: World) -> None:
    world.do(lambda *_: {"said": {"much": "x" * MOST_BYTES}})
    *_, completed = world.jobs.history(NAME)
    assert completed.data["result"] == {"is_cut": True}


def test_fractions_in_a_result_do_not_keep_it_from_the_record(world: World) -> None:
    world.do(lambda *_: {"documents": [{"score": 0.5}]})
    *_, completed = world.jobs.history(NAME)
    assert event_item("JOB", completed)["data"]["M"]["result"]["M"]["documents"]["L"][0]["M"] == {"score": {"S": "0.5"}}
    job = world.jobs.get(NAME)
    assert job.last is not None
    assert job.last.result == {"documents": [{"score": 0.5}]}


def test_of_a_fault_of_ours_only_the_name_is_on_record(world: World) -> None:
    def work(*_: Any) -> Any:
        raise RuntimeError("the password is 123")

    with pytest.raises(RuntimeError):
        world.do(work)
    job = world.jobs.get(NAME)
    assert job.last is not None
    assert job.last.error == "RuntimeError"


def test_while_one_is_at_it_nobody_else_is(world: World) -> None:
    def work(*_: Any) -> Any:
        with pytest.raises(BusyJobError, match="since 12:00:00 UTC"):
            world.do(lambda *_: {"twice": True})
        return {"once": True}

    assert world.do(work) == {"once": True}


def test_who_died_over_it_is_waited_for_and_then_given_up(world: World) -> None:
    world.jobs.save(world.jobs.get(NAME).started("a" * 32, {}, at=NOON), a_cause())
    world.clock.put_on(seconds=LEASE.total_seconds() - 1)
    with pytest.raises(BusyJobError):
        world.do(lambda *_: {})
    world.clock.put_on(seconds=1)
    assert world.do(lambda *_: {"done": 1}) == {"done": 1}
    assert world.told() == ["job.started", "job.failed", "job.started", "job.completed"]
    assert [event.data.get("error") for event in world.jobs.history(NAME)] == [None, LOST, None, None]


def test_who_was_given_up_says_nothing_over_who_came_after(world: World) -> None:
    def slow(*_: Any) -> Any:
        world.clock.put_on(seconds=LEASE.total_seconds())
        world.do(lambda *_: {"who": "second"})
        return {"who": "first"}

    world.do(slow)
    job = world.jobs.get(NAME)
    assert job.last is not None
    assert job.last.result == {"who": "second"}


def test_what_is_asked_for_meanwhile_does_not_keep_the_result_from_the_record(world: World) -> None:
    def work(*_: Any) -> Any:
        request_job(NAME, {}, a_cause("discord:1"), world.ports)
        return {"ok": True}

    world.do(work)
    job = world.jobs.get(NAME)
    assert job.last is not None
    assert job.last.result == {"ok": True}
    assert world.told() == ["job.started", "job.requested", "job.completed"]


def test_a_request_says_who_asks_and_for_what(world: World) -> None:
    request_job(NAME, {"limit": 1}, a_cause("discord:1"), world.ports)
    (event,) = world.jobs.history(NAME)
    assert (event.type, event.actor, event.data["parameters"]) == ("job.requested", "discord:1", {"limit": 1})
    assert not world.jobs.get(NAME).is_busy(at=world.clock())


class ReadAtOnce(MemoryLedger):
    """It remembers how much it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[bool, int | None]] = []

    def history(self, *address: Any, newest_first: bool = False, at_a_time: int | None = None, **how: Any) -> Any:
        self.asked.append((newest_first, at_a_time))
        return super().history(*address, newest_first=newest_first, at_a_time=at_a_time, **how)


def test_for_the_newest_of_what_happened_to_a_job_nothing_older_is_read() -> None:
    ledger = ReadAtOnce()
    jobs = LedgerJobs(ledger)
    for _ in range(3):
        do_job(NAME, lambda *_: {}, {}, a_cause(), Ports(jobs=jobs, clock=HeldClock(), pause=no_pause))
    assert [event.version for event in jobs.newest(NAME, 4)] == [6, 5, 4, 3]
    assert ledger.asked == [(True, 4)]


class Contested(LedgerJobs):
    """Others write just before, each time."""

    def save(self, job: Job, cause: Cause) -> Job:
        raise ConflictError("others")


def test_where_others_write_each_time_that_is_said() -> None:
    ports = Ports(jobs=Contested(MemoryLedger()), clock=HeldClock(), pause=no_pause)
    with pytest.raises(ConflictError):
        request_job(NAME, {}, a_cause(), ports)
    with pytest.raises(BusyJobError):
        do_job(NAME, lambda *_: {}, {}, a_cause(), ports)


def test_jobs_are_listed_whether_they_were_ever_done_or_not(world: World) -> None:
    world.do(lambda *_: {})
    assert [job.version for job in world.jobs.get_all(["sync-peers", NAME])] == [0, 2]


def test_every_job_says_what_it_is_for() -> None:
    assert all(kind.description and not kind.description.endswith(".") for kind in JOBS.values())
    with pytest.raises(NotFoundError, match="there is no job x; there are"):
        job_kind("x")
