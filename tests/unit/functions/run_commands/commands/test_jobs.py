"""/jobs: what came of each, and having one done: asked for once for each use."""

from datetime import timedelta

import pytest

from functions.run_commands import registry
from functions.run_commands.middleware import around
from shared.control.jobs.doing import JobFailedError, Ports, do_job
from shared.control.jobs.known import JOBS
from shared.control.jobs.store import KIND
from shared.discord.answers import Colour
from shared.ledger.envelope import Event
from shared.runtime.auth import Role
from shared.runtime.errors import ConflictError, DependencyError, ForbiddenError, InvalidInputError
from tests.support.builders import NOON, a_cause
from tests.support.ports import ANNA, MemoryPorts, use_of
from tests.unit.functions.run_commands.commands.hands import Hands
from tests.unit.functions.run_commands.desk import ODD, text_of

ID = "1290000000000000077"


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


@pytest.fixture
def hands(ports: MemoryPorts) -> Hands:
    return Hands(ports)


def happened(ports: MemoryPorts, name: str = "poll-services") -> list[Event]:
    return list(ports.ledger.history(KIND, name))


def doing(ports: MemoryPorts) -> Ports:
    return Ports(jobs=ports.system_jobs, clock=ports.clock, pause=ports.pause)


def fail(ports: MemoryPorts, error: str) -> None:
    def work(*_: object) -> dict[str, str]:
        raise DependencyError(error)

    with pytest.raises(JobFailedError):
        do_job("poll-services", work, {}, a_cause(), doing(ports))


def test_a_job_is_asked_for_and_it_is_said_where_its_outcome_is_seen(hands: Hands, ports: MemoryPorts) -> None:
    reply = hands.type("jobs run", {"job": "notify-consolidation"})
    assert "**notify-consolidation** was asked for" in reply.content
    assert "`/jobs list`" in reply.content
    (event,) = happened(ports, "notify-consolidation")
    assert (event.type, event.actor) == ("job.requested", f"discord:{ANNA}")
    assert event.data["parameters"] == dict(JOBS["notify-consolidation"].defaults)


def test_the_same_use_carried_out_again_asks_for_it_once(hands: Hands, ports: MemoryPorts) -> None:
    first = hands.type("jobs run", {"job": "poll-services"}, id=ID)
    do_job("poll-services", lambda *_: {}, {}, a_cause(), doing(ports))
    again = hands.type("jobs run", {"job": "poll-services"}, id=ID, is_repeated=True)
    assert first == again
    assert [event.type for event in happened(ports)].count("job.requested") == 1
    hands.type("jobs run", {"job": "poll-services"})
    assert [event.type for event in happened(ports)].count("job.requested") == 2


def test_a_use_that_was_cut_off_before_it_asked_asks_when_it_is_carried_out_again(
    hands: Hands, ports: MemoryPorts
) -> None:
    hands.type("jobs run", {"job": "poll-services"}, id=ID, is_repeated=True)
    assert len(happened(ports)) == 1


def test_others_who_are_always_faster_are_no_refusal(
    hands: Hands, ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faster(*_: object) -> None:
        raise ConflictError("somebody was faster")

    monkeypatch.setattr(ports.system_jobs, "save", faster)
    with pytest.raises(ConflictError):
        hands.type("jobs run", {"job": "poll-services"})


@pytest.mark.parametrize("role", [None, Role.VIEWER])
def test_a_viewer_has_nothing_done(ports: MemoryPorts, role: Role | None) -> None:
    declared = registry.runnables()["jobs run"]
    use = use_of("jobs run", {"job": "poll-services"}, ports=ports, role=role)  # type: ignore[arg-type]
    with pytest.raises(ForbiddenError):
        around(declared, declared.run)(use)
    assert happened(ports) == []


def test_a_job_there_is_not_is_refused(ports: MemoryPorts) -> None:
    declared = registry.runnables()["jobs run"]
    with pytest.raises(InvalidInputError):
        around(declared, declared.run)(use_of("jobs run", {"job": "dance"}, ports=ports))


def test_every_job_is_listed_with_what_came_of_it(hands: Hands, ports: MemoryPorts) -> None:
    do_job("recalc-quality", lambda *_: {"documents": 7, "worst": ["a", "b"]}, {}, a_cause(), doing(ports))
    reply = hands.type("jobs list", {}, role=Role.VIEWER)
    told = text_of(reply)
    for name, kind in JOBS.items():
        assert name in told
        assert kind.description in told
    assert f"✅ Done <t:{int(NOON.timestamp())}:R>, documents: 7, worst: 2" in told
    assert told.count("Nothing has come of it yet.") == len(JOBS) - 1
    assert reply.embeds[0].colour is not Colour.BAD


def test_what_failed_is_said_to_have_failed_and_why(hands: Hands, ports: MemoryPorts) -> None:
    fail(ports, "the registry cannot answer now")
    reply = hands.type("jobs list", {})
    assert "❌ It failed" in text_of(reply)
    assert "the registry cannot answer now" in text_of(reply)
    assert reply.embeds[0].colour is Colour.BAD


def test_what_is_being_done_is_said_to_be_as_long_as_it_may(hands: Hands, ports: MemoryPorts) -> None:
    job = ports.system_jobs.get("poll-services").started("run", {}, at=NOON)
    ports.system_jobs.save(job, a_cause())
    assert "It is being done, since" in text_of(hands.type("jobs list", {}))
    ports.now = NOON + timedelta(hours=1)
    assert "It is being done" not in text_of(hands.type("jobs list", {}))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_outcomes_are_shown_as_text(hands: Hands, ports: MemoryPorts, odd: str) -> None:
    fail(ports, odd)
    result = {odd[:60]: odd, "numbers": list(range(500))} | {f"n{number}": odd for number in range(50)}
    do_job("recalc-quality", lambda *_: result, {}, a_cause(), doing(ports))
    told = text_of(hands.type("jobs list", {}))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told
