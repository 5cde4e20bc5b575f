"""What a claim costs, and how soon an artefact has its claim: the arbiter alone, and on the deployed stack."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import boto3
import httpx

from functions.arbitrate_claims.service import open_claim
from scripts import stack as stacks
from scripts.agent.crew import crew
from scripts.progress import StepError
from scripts.stack import Stack
from scripts.write_units import write_units
from shared.blackboard.agent import Bid, new_agent
from shared.blackboard.artefact import Artefact, StructuralType, claim_id_of
from shared.blackboard.changing import Ports, settle
from shared.blackboard.posting import Wanted, post
from shared.blackboard.results import Author
from shared.blackboard.store import LedgerBlackboard
from shared.files.store import MemoryFiles
from shared.ledger.envelope import Cause, to_detail
from shared.ledger.ledger import Change, Ledger
from shared.ledger.memory import MemoryLedger
from shared.runtime import wiring
from shared.runtime.clock import system_clock

IN_FLIGHT: Final = ((1, 60), (10, 300), (50, 600))  # at once, in all
_ALONE: Final = 200
_TRIES: Final = 20
_PAUSE: Final = 0.5  # seconds
_LATER: Final = (429, 503)
_QUIET: Final = 10.0  # seconds until what was before is worked off
_LIMIT: Final = 180.0  # seconds until the last claim is there
_CAUSE: Final = Cause(actor="key:x", trace_id="0" * 31 + "1", correlation_id="0" * 31 + "1")
_PERSON: Final = Author(role="user", by="key:x", holder="user")
_WRITER: Final = Author(role="Writer", by="agent:Writer", holder="Writer")
_SETTINGS: Final = {"bidding_seconds": 86_400}  # nothing becomes due in the meantime
_ANSWER: Final = json.dumps({"artefact_type": "Done", "artefact_payload": "done"})
_ANSWERS: Final = [sys.executable, "-c", f"import sys; sys.stdin.read(); print({_ANSWER!r})"]
_LEFT_OVER: Final = {"reason": "it was only to be measured"}


class CountingLedger(MemoryLedger):
    """Adds up what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.units = 0
        self._before: dict[tuple[str, str], Change] = {}

    def commit_together(self, changes: Sequence[Change]) -> None:
        super().commit_together(changes)
        for change in changes:
            known = (change.aggregate.kind, change.aggregate.id)
            self.units += write_units(change, self._before.get(known))
            self._before[known] = change


@dataclass(frozen=True, slots=True)
class Place:
    """A blackboard with one agent, in a ledger."""

    name: str
    ledger: Ledger
    ports: Ports

    @classmethod
    def new(cls, ledger: Ledger, **agent: Any) -> "Place":
        place = cls(
            f"bench-{uuid4().hex[:8]}",
            ledger,
            Ports(board=LedgerBlackboard(ledger), clock=system_clock, pause=time.sleep),
        )
        place.ports.board.begin(place.name, _CAUSE, at=system_clock())
        wanted = new_agent(place.name, "Writer", at=system_clock()).registered(agent, at=system_clock())
        place.ports.board.save(_CAUSE, agents=[wanted])
        return place

    def post(self, author: Author, **said: Any) -> Artefact:
        told = {"type": "Goal", "payload": "Sell the camera", "structural_type": StructuralType.STANDARD} | said
        wanted = Wanted(instance=self.name, id=str(uuid4()), **told)
        return post(wanted, author, _CAUSE, files=MemoryFiles(), ports=self.ports)[0]

    def hear(self, artefact: Artefact) -> None:
        """As the arbiter hears of it."""
        (announced,) = self.ledger.history("ARTEFACT", artefact.id)
        self.open(to_detail(announced))

    def open(self, news: dict[str, Any]) -> None:
        open_claim(news, _CAUSE, ports=self.ports, read=lambda one: one, log=lambda event, **said: None)


def show_units() -> None:
    """Of the shortest way from an artefact to the end of its claim."""
    ledger = CountingLedger()
    place = Place.new(ledger, bidding_strategy=Bid.EXCLUSIVE, target_types=("Goal",))
    print("\nwrite units of DynamoDB: a claim that one agent works off\n")
    goal = _units(ledger, "the artefact", lambda: place.post(_PERSON))
    _units(ledger, "its claim, granted", lambda: place.hear(goal))
    claim_id = claim_id_of(goal.id)
    _units(ledger, "the answer, another artefact", lambda: place.post(_WRITER, type="Draft", claim_id=claim_id))
    _units(ledger, "its end", lambda: settle(place.ports.board.claim(claim_id), _CAUSE, place.ports))


def _units(ledger: CountingLedger, name: str, work: Callable[[], Any]) -> Any:
    before = ledger.units
    done = work()
    print(f"   {name:30} {ledger.units - before:4}")
    return done


def bench_claims(stack: Stack) -> None:
    show_units()
    stacks.enter(stack)
    _arbiter_alone()
    print("\nfrom POST to the claim, on the deployed stack\n")
    for at_once, number in IN_FLIGHT:
        _deployed(stack, at_once, number)
    _an_agent(stack)


def _arbiter_alone() -> None:
    """From the news to the claim, without Lambda and queue: what it asks of DynamoDB, and how long that takes."""
    place = Place.new(wiring.ledger(), target_types=("Goal",))
    news = [to_detail(next(iter(place.ledger.history("ARTEFACT", place.post(_PERSON).id)))) for _ in range(_ALONE)]
    with _counted() as calls:
        taken = sorted(_seconds(lambda told=told: place.open(told)) for told in news)  # type: ignore[misc]
    print(f"\nthe arbiter alone, from the news to the claim and all that is due for it, {_ALONE} one by one\n")
    print(f"   {'half of them; 99 of a hundred':30} {_at(taken, 0.5):6.0f} ms {_at(taken, 0.99):6.0f} ms")
    for operation, number in calls.items():
        print(f"   {operation:30} {number / _ALONE:6.1f}")


@contextmanager
def _counted() -> Iterator[Counter[str]]:
    """The calls to DynamoDB, by operation."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    events = wiring.client("dynamodb").meta.events
    events.register("before-call.dynamodb", count)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", count)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _deployed(stack: Stack, at_once: int, number: int) -> None:
    instance = f"bench-{uuid4().hex[:8]}"
    with _client(stack, instance, at_once) as client:
        client.put("/instance", json=_SETTINGS).raise_for_status()
        client.put("/agents/Writer", json={"target_types": ["Goal"]}).raise_for_status()
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda _: _post(client, "Warm"), range(at_once)))  # something runs already
            time.sleep(_QUIET)
            since = datetime.now(UTC)
            posted = dict(pool.map(lambda _: _post(client, "Goal"), range(number)))
            created = _created(stack, set(posted), since)
            list(pool.map(lambda one: _end(client, one), posted))
    waited = sorted((created[one][0] - at).total_seconds() for one, at in posted.items())
    at_arbiter = sorted(latency / 1000 for _, latency in created.values())
    whole = (max(at for at, _ in created.values()) - since).total_seconds()
    print(
        f"   {at_once:3} in flight, {number:4} in all {number / whole:6.0f} claims/s"
        f"   POST to claim {_at(waited, 0.5):6.0f} ms, 99 of a hundred {_at(waited, 0.99):6.0f} ms"
        f"   latency_ms {_at(at_arbiter, 0.5):6.0f}, {_at(at_arbiter, 0.99):6.0f}"
    )


def _an_agent(stack: Stack) -> None:
    """How large `switchyard agent run` is, after a small piece of work and after a large one. Raises StepError."""
    print("\nan agent, switchyard agent run: resident memory, at most\n")
    instance = f"bench-{uuid4().hex[:8]}"
    with _client(stack, instance, 1) as client, TemporaryDirectory() as logs:
        client.put(
            "/agents/Writer", json={"bidding_strategy": "exclusive", "target_types": ["Goal"]}
        ).raise_for_status()
        with crew(instance, {"Writer": {"command": _ANSWERS}}, Path(logs)) as agents:
            for size in (1_000, 2_000_000):
                known, _ = _post(client, "Goal", "x" * size)
                _wait_for_end(client, known)
                print(f"   {f'after {size:,} bytes of work':30} {_peak(agents.members[0].process.pid):6.0f} MB")


def _wait_for_end(client: httpx.Client, artefact_id: str) -> None:
    """Raises StepError."""
    deadline = time.monotonic() + _LIMIT
    while time.monotonic() < deadline:
        answer = client.get(f"/claims/{claim_id_of(artefact_id)}")
        if answer.status_code == 200 and answer.json()["status"] == "complete":
            return
        time.sleep(_PAUSE)
    raise StepError("the agent did not do its work")


def _peak(pid: int) -> float:
    """In MB, since it was started. Source: proc_pid_status(5)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _client(stack: Stack, instance: str, at_once: int) -> httpx.Client:
    return httpx.Client(
        base_url=f"{stack.api_url}/blackboard",
        timeout=60,
        trust_env=False,
        limits=httpx.Limits(max_connections=at_once),
        headers={"x-api-key": stack.keys["operator"]},
        params={"instance": instance},
    )


def _post(client: httpx.Client, artefact_type: str, payload: str = "Sell the camera") -> tuple[str, datetime]:
    """Its id, and when it was sent first; again where the stack has more to do than it can. Raises StepError."""
    at, known = datetime.now(UTC), str(uuid4())
    for _ in range(_TRIES):
        answer = client.post("/artefacts", json={"id": known, "type": artefact_type, "payload": payload})
        if answer.status_code not in _LATER:
            break
        time.sleep(_PAUSE)
    if answer.status_code not in (200, 201):
        raise StepError(f"an artefact: {answer.status_code} {answer.text[:200]}")
    return known, at


def _end(client: httpx.Client, artefact_id: str) -> None:
    """What was measured is in nobody's way any more."""
    client.post(f"/claims/{claim_id_of(artefact_id)}/terminate", json=_LEFT_OVER)


def _created(stack: Stack, wanted: set[str], since: datetime) -> dict[str, tuple[datetime, int]]:
    """By artefact: when its claim stood in the ledger, and `latency_ms`, both as the arbiter's log says.

    Raises StepError where one has none.
    """
    logs = boto3.client("logs", region_name=stack.region)
    group = _physical(stack, "ArbitrateClaimsLogGroup")
    deadline = time.monotonic() + _LIMIT
    while True:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int((since - timedelta(seconds=5)).timestamp() * 1_000)
        )
        lines = [json.loads(one["message"]) for page in pages for one in page["events"] if _tells(one["message"])]
        found = {one["artefact_id"]: (_moment(one["timestamp"]), int(one["latency_ms"])) for one in lines}
        if wanted <= found.keys():
            return {one: found[one] for one in wanted}
        if time.monotonic() > deadline:
            raise StepError(f"{len(wanted - found.keys())} artefacts have no claim after {_LIMIT:.0f} seconds")
        time.sleep(0.5)


def _tells(line: str) -> bool:
    return line.startswith("{") and '"event":"claim_created"' in line


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S,%f%z")


def _physical(stack: Stack, logical_id: str) -> str:
    resource = boto3.client("cloudformation", region_name=stack.region).describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId=logical_id
    )
    return str(resource["StackResourceDetail"]["PhysicalResourceId"])


def _at(taken: Sequence[float], share: float) -> float:
    """Milliseconds."""
    return taken[max(round(share * len(taken)) - 1, 0)] * 1_000
