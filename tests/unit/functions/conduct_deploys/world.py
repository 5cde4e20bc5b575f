"""The surroundings of the conductor in memory: a ledger, records, GitHub, Discord, and messages that come again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from functions.conduct_deploys.service import Ports, conduct
from functions.conduct_deploys.showing import Showing
from functions.receive_webhooks import github as webhooks
from shared.deliveries.delivery import MemoryDeliveries
from shared.deploys.checks import read_checks
from shared.deploys.deploy import Deploy, shipped
from shared.deploys.order import Order
from shared.deploys.run import Look
from shared.deploys.store import KIND, LedgerDeploys
from shared.deploys.workflow import Workflow
from shared.ledger.envelope import Cause, Event, to_detail
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError
from shared.runtime.http import Address, Answer, Call, NoAnswerError, NotSentError, Service
from shared.runtime.queue import cause_of
from shared.runtime.request import Request
from shared.state.memory import MemoryState
from tests.support.builders import a_cause
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock
from tests.unit.shared.deploys.samples import ANNA, CHANNEL, WELL

REPOSITORY: Final = "octo-org/shop"
_DISPATCH: Final = "/dispatches"


def _answer(status: int, body: Any = None, **headers: str) -> Answer:
    return Answer(status=status, headers=headers, body=json.dumps(body).encode())


class GitHub:
    """`fates` of the next dispatches, `look_fates` of the next look-ups, by name; good where none is left.

    Runs are listed `listed_after` their start; None: never. `names_runs`: with the key they were asked for under.
    """

    def __init__(self, clock: HeldClock) -> None:
        self._clock = clock
        self.runs: dict[int, dict[str, Any]] = {}
        self._began: dict[int, datetime] = {}
        self.dispatches: list[Any] = []
        self.fates: list[str] = []
        self.look_fates: list[str] = []
        self.listed_after: timedelta | None = timedelta(0)
        self.names_runs = True
        self.asked = 0

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked += 1
        path = urlsplit(url).path
        if path.endswith(_DISPATCH):
            return self._dispatched(call.json)
        fate = self.look_fates.pop(0) if self.look_fates else "good"
        if fate != "good":
            return _FAILURES[fate]()
        if path.endswith("/runs"):
            assert parse_qs(urlsplit(url).query)["event"] == ["workflow_dispatch"]
            listed = [run for run in self.runs.values() if self._is_listed(run)]
            return _answer(200, {"total_count": len(listed), "workflow_runs": listed})
        run = self.runs.get(int(path.rpartition("/")[2]))
        return _answer(200, run) if run else _answer(404, {"message": "Not Found"})

    def end(self, conclusion: str = "success", run_id: int | None = None) -> dict[str, Any]:
        """The run, now over; the newest where none is named."""
        run = self.runs[run_id or max(self.runs)]
        run |= {"status": "completed", "conclusion": conclusion}
        return run

    def _is_listed(self, run: Mapping[str, Any]) -> bool:
        return self.listed_after is not None and self._clock() >= self._began[run["id"]] + self.listed_after

    def runs_of(self, key: str) -> list[dict[str, Any]]:
        """By what they were asked for with, whatever they are called."""
        return [run for run, asked_for in zip(self.runs.values(), self.keys(), strict=True) if asked_for == key]

    def keys(self) -> list[str]:
        return [body["inputs"]["correlation_id"] for body in self.dispatches]

    def _dispatched(self, body: Any) -> Answer:
        fate = self.fates.pop(0) if self.fates else "good"
        if fate.startswith("lost "):  # it was done, and that is not heard
            self._start(body)
            return _FAILURES[fate.removeprefix("lost ")]()
        if fate != "good":
            return _FAILURES[fate]()
        run = self._start(body)
        return _answer(200, {"workflow_run_id": run["id"], "run_url": run["html_url"], "html_url": run["html_url"]})

    def _start(self, body: Any) -> dict[str, Any]:
        self.dispatches.append(body)
        run_id = 100 + len(self.dispatches)
        self._began[run_id] = self._clock()
        self.runs[run_id] = {
            "id": run_id,
            "display_title": f"Ship {body['inputs']['correlation_id']}" if self.names_runs else "Ship",
            "status": "in_progress",
            "conclusion": None,
            "html_url": f"https://github.example/runs/{run_id}",
        }
        return self.runs[run_id]


def _silence() -> Answer:
    raise NoAnswerError("did not answer in time")


def _away() -> Answer:
    raise NotSentError("cannot be reached")


_FAILURES: Final[Mapping[str, Callable[[], Answer]]] = {
    "500": lambda: _answer(500, {"message": "Server Error"}),
    "502": lambda: _answer(502, {"message": "Bad Gateway"}),
    "503 later": lambda: _answer(503, {"message": "Unavailable"}, **{"retry-after": "5"}),
    "silence": _silence,
    "away": _away,
    "422": lambda: _answer(422, {"message": "No ref found for: main"}),
    "404": lambda: _answer(404, {"message": "Not Found"}),
    "403": lambda: _answer(403, {"message": "Resource not accessible by personal access token"}),
    "429": lambda: _answer(429, {"message": "slow down"}, **{"retry-after": "60"}),
    "limit": lambda: _answer(403, {"message": "API rate limit exceeded"}, **{"x-ratelimit-remaining": "0"}),
    "nonsense": lambda: _answer(200, ["?"]),
}
SURELY_NOT: Final = ("422", "404", "403")
NOT_YET: Final = ("429", "limit", "away")
PERHAPS: Final = ("500", "503 later", "silence", "nonsense")


class Channel:
    """Discord, as far as a bot writes to channels. `fates`: statuses of what is answered next."""

    def __init__(self) -> None:
        self.messages: dict[str, Any] = {}
        self.by_nonce: dict[str, str] = {}
        self.fates: list[int] = []
        self.edits = 0

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        status = self.fates.pop(0) if self.fates else 200
        if status != 200:
            return _answer(status, {"message": "no", "code": 50001})
        if call.method == "PATCH":
            message_id = url.rpartition("/")[2]
            if message_id not in self.messages:
                return _answer(404, {"message": "Unknown Message", "code": 10008})
            self.edits += 1
            self.messages[message_id] = call.json
            return _answer(200, {"id": message_id})
        message_id = self.by_nonce.setdefault(call.json["nonce"], str(900 + len(self.by_nonce)))
        self.messages.setdefault(message_id, call.json)
        return _answer(200, {"id": message_id})


@dataclass(slots=True)
class Waiting:
    """A message of the queue, and from when on it is visible."""

    detail: Mapping[str, Any]
    at: Any


class World:
    def __init__(self) -> None:
        self.clock = HeldClock()
        self.ledger = MemoryLedger()
        self.deploys = LedgerDeploys(self.ledger)
        self.deliveries = MemoryDeliveries()
        self.state = MemoryState(clock=self.clock)
        self.github = GitHub(self.clock)
        self.channel = Channel()
        self.looks: list[Look] = [WELL]
        self.checks = "staging:api=https://api.example"
        self.is_set_up = True
        self.queue: list[Waiting] = []
        self._relayed: dict[str, int] = {}
        self._keys = iter(range(1, 10_000))

    # what people do

    def ship(self, environment: str = "staging", *, by: str = ANNA, **told: Any) -> Deploy:
        """Raises BusyError, ConflictError."""
        wanted: dict[str, Any] = {"strategy": "full", "ref": "main", "channel_id": CHANNEL} | told
        before = self.deploys.get(environment)
        deploy = shipped(before, environment=environment, order=self.order(by), **wanted)
        return self.deploys.save(deploy, self.cause(by))

    def promote(self, environment: str = "staging", *, by: str = ANNA) -> Deploy:
        return self.deploys.save(self.now(environment).promotion_requested(self.order(by)), self.cause(by))

    def roll_back(self, environment: str = "staging", *, by: str = ANNA) -> Deploy:
        return self.deploys.save(self.now(environment).rollback_requested(self.order(by)), self.cause(by))

    def order(self, by: str) -> Order:
        return Order(by=by, key=str(next(self._keys)), at=self.clock())

    @staticmethod
    def cause(by: str) -> Cause:
        return replace(a_cause(), actor=by)

    # what happens by itself

    def work_off(self, most: int = 400) -> None:
        """Every message is dealt with, and comes again, until nothing is left to do."""
        for _ in range(most):
            self.relay()
            if not self.queue:
                return
            due = min(self.queue, key=lambda waiting: waiting.at)
            self.clock.now = max(self.clock.now, due.at)
            self.queue.remove(due)
            self.deal_with(due.detail)
        raise AssertionError(f"it goes on and on: {[one.detail['type'] for one in self.queue]}")

    def go_on(self, time: timedelta) -> None:
        """So long, whatever is left to do then."""
        ends = self.clock() + time
        self.relay()
        while due := min((one for one in self.queue if one.at <= ends), key=lambda one: one.at, default=None):
            self.clock.now = max(self.clock.now, due.at)
            self.queue.remove(due)
            self.deal_with(due.detail)
            self.relay()
        self.clock.now = ends

    def relay(self) -> None:
        """What the rule of the template hands to the queue."""
        for environment in ("staging", "prod"):
            events = list(self.ledger.history(KIND, environment))
            for event in events[self._relayed.get(environment, 0) :]:
                self.queue.append(Waiting(to_detail(event), self.clock()))
            self._relayed[environment] = len(events)

    def deal_with(self, detail: Mapping[str, Any]) -> None:
        wait = self.conduct(detail)
        if wait is not None:
            self.queue.append(Waiting(detail, self.clock() + wait))

    def conduct(self, detail: Mapping[str, Any]) -> timedelta | None:
        try:
            return conduct(detail, cause_of(detail), self.ports)
        except ConflictError:
            return timedelta(seconds=1)

    @property
    def ports(self) -> Ports:
        return Ports(
            deploys=self.deploys,
            deliveries=self.deliveries,
            workflow=self._workflow,
            checks=lambda: read_checks(self.checks),
            look=lambda checks: list(self.looks) if checks else [],
            show=Showing(
                discord=lambda: Service("discord", _locate, send=self.channel),
                deploys=self.deploys,
                clock=self.clock,
                pause=no_pause,
            ),
            clock=self.clock,
            pause=no_pause,
        )

    def _workflow(self) -> Workflow | None:
        service = Service("github", _locate, send=self.github)
        return Workflow(service, repository=REPOSITORY, file="ship.yml") if self.is_set_up else None

    def tell(self, run: Mapping[str, Any], *, delivery: str = "", repository: str = REPOSITORY) -> str | None:
        """GitHub's webhook about a run as it is here."""
        headers = {webhooks.EVENT: ["workflow_run"]} | ({webhooks.DELIVERY: [delivery]} if delivery else {})
        request = Request(method="POST", path="/webhooks/github", headers=headers, trace_id="0" * 32)
        return webhooks.take(
            request,
            {"action": run["status"], "workflow_run": run, "repository": {"full_name": repository}},
            replace(a_cause(), actor="webhook:github"),
            repository=REPOSITORY,
            deploys=self.deploys,
            state=self.state,
            clock=self.clock,
            pause=no_pause,
        )

    # what is to be seen

    def now(self, environment: str = "staging") -> Deploy:
        deploy = self.deploys.get(environment)
        assert deploy is not None
        return deploy

    def types(self, environment: str = "staging") -> list[str]:
        return [event.type.removeprefix("deploy.") for event in self.events(environment)]

    def events(self, environment: str = "staging") -> list[Event]:
        return list(self.ledger.history(KIND, environment))

    def request(self, environment: str = "staging") -> Mapping[str, Any]:
        """The event by which the newest deploy was asked for."""
        return to_detail(next(one for one in reversed(self.events(environment)) if one.type == "deploy.requested"))

    def shown(self) -> Sequence[str]:
        """Title and text of each message in the channel."""
        return [
            f"{message['embeds'][0]['title']}\n{message['embeds'][0].get('description', '')}"
            for message in self.channel.messages.values()
        ]

    def buttons(self) -> list[list[str]]:
        """The labels on each message."""
        return [
            [button["label"] for row in message["components"] for button in row["components"]]
            for message in self.channel.messages.values()
        ]


def _locate(*, fresh: bool = False) -> Address:
    return Address(url="https://service.example")
