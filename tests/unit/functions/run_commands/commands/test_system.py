"""/system: how all of it is; what cannot be read is no good news."""

from datetime import timedelta

import pytest

from functions.run_commands.system import taking
from shared.blackboard.agent import new_agent
from shared.control.registry.statuses import Outcome
from shared.control.runs.run import Status
from shared.discord.answers import Colour, Reply
from shared.runtime.auth import Role
from shared.runtime.circuit_states import Circuit, State
from shared.runtime.errors import DependencyError
from tests.support.builders import NOON, a_cause
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.control import keep_run, look_at, register
from tests.unit.functions.run_commands.commands.hands import Hands
from tests.unit.functions.run_commands.desk import text_of


@pytest.fixture
def ports() -> MemoryPorts:
    ports = MemoryPorts()
    ports.waiting_queues = {"NotionQueue": lambda: 3, "JobQueue": lambda: 0}
    ports.dead_letter_queues = {"NotionDeadLetters": lambda: 0}
    return ports


def shown(ports: MemoryPorts) -> Reply:
    return Hands(ports).type("system", {}, role=Role.VIEWER)


def cannot_be_read(*_: object) -> int:
    raise DependencyError("it cannot answer now")


def test_where_nothing_is_wrong_that_is_said_with_what_was_looked_at(ports: MemoryPorts) -> None:
    reply = shown(ports)
    told = text_of(reply)
    assert reply.embeds[0].colour is Colour.GOOD
    for words in (
        "All is well",
        "database connected, state connected",
        "none registered",
        "about 3 in 2 queues",
        "about 0 in 1 queues",
        "nothing waits",
        "no trouble on record",
        "Parked runs\nnone",
        "The bus itself is not asked",
    ):
        assert words in told


def test_every_trouble_is_a_sentence(ports: MemoryPorts) -> None:
    look_at(ports, register(ports, "doc-store"), Outcome.UNWELL)
    keep_run(ports, 1, status=Status.FAILED)
    ports.relay_mark.relayed(NOON - timedelta(hours=1))
    ports.now = NOON + timedelta(minutes=30)
    ports.dead_letter_queues = {"NotionDeadLetters": lambda: 4, "JobDeadLetters": cannot_be_read}
    ports.known_circuits = {name: Circuit(state=State.OPEN) for name in ("notion", "secure-analyzer")}
    reply = shown(ports)
    told = text_of(reply)
    assert reply.embeds[0].colour is Colour.BAD
    for words in (
        "8 troubles",
        "service doc-store is unhealthy",
        "services have not been asked how they are for 30 minutes",
        "queue JobDeadLetters cannot be asked",
        "4 dead letters in NotionDeadLetters",
        "s on their way to the bus",
        "notion is left alone",
        "secure-analyzer is left alone",
        "1 runs wait for a person",
        "about 4 in 2 queues, 1 of which cannot be asked",
        "1 unhealthy",
        "notion open",
    ):
        assert words in told


def test_agents_and_hosts_that_are_left_alone_are_named(ports: MemoryPorts) -> None:
    agent = new_agent("studio", "Writer", at=NOON).registered({"url": "https://agent.example/work"}, at=NOON)
    ports.board.begin("studio", a_cause(), at=NOON)
    ports.board.save(a_cause(), agents=[agent])
    ports.described_apis = ["https://apis.example/openapi.json"]
    names = (f"agent:{agent.id}", "swagger:apis.example")
    ports.known_circuits = {name: Circuit(state=State.OPEN) for name in names}
    told = text_of(shown(ports))
    assert all(f"{name} is left alone" in told for name in names)


@pytest.mark.parametrize("part", ["queues", "services", "runs", "relay_mark", "circuits"])
def test_what_cannot_be_read_is_a_trouble(ports: MemoryPorts, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {
        "queues": (type(ports), "waiting_queues", property(cannot_be_read, lambda *_: None)),
        "services": (ports.services, "all", cannot_be_read),
        "runs": (ports.runs, "in_status", cannot_be_read),
        "relay_mark": (ports.relay_mark, "get", cannot_be_read),
        "circuits": (ports, "circuits", cannot_be_read),
    }
    monkeypatch.setattr(*broken[part], raising=False)
    reply = shown(ports)
    told = text_of(reply)
    assert "1 trouble\n" in told
    assert "cannot be read: it cannot answer now" in told
    assert told.count("cannot be read now") == 1
    assert reply.embeds[0].colour is Colour.BAD


def test_what_it_stands_on_is_a_trouble_where_it_is_away(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports.ledger, "is_reachable", lambda: False)
    told = text_of(shown(ports))
    assert "database is disconnected" in told
    assert "database disconnected, state connected" in told


def test_of_very_many_parked_runs_not_all_are_counted(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "_MOST_COUNTED", 2)
    for number in range(4):
        keep_run(ports, number, status=Status.FAILED)
    assert "2 runs wait for a person" in text_of(shown(ports))
