"""The ports of commands in memory, and uses of commands as somebody in Discord makes them."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import count
from typing import Any, Final

from functions.run_commands.command import Use
from shared.blackboard.store import LedgerBlackboard
from shared.control.history.store import LedgerMarks
from shared.control.ingestion.findings import LedgerFindings
from shared.control.jobs.store import LedgerJobs as LedgerSystemJobs
from shared.control.registry.seen import Seen
from shared.control.registry.store import LedgerServices
from shared.control.runs.store import LedgerRuns
from shared.deliveries.delivery import MemoryDeliveries
from shared.deliveries.events import DeliveryEvents
from shared.deploys.store import LedgerDeploys
from shared.discord.interaction import Interaction, Kind
from shared.files.store import MemoryFiles
from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.ledger.relay_mark import RelayMark
from shared.listings.deadlines import Deadlines
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from shared.messages.routing import Rules
from shared.messages.rules_file import default_text, read_rules
from shared.messages.store import LedgerMessages
from shared.runtime.auth import Role
from shared.runtime.circuit_states import Circuit
from shared.runtime.http import Address, Answer, Call, NotSentError, Send, Service
from shared.scraping.scraper import Scraper
from shared.scraping.store import LedgerJobs, LedgerRotation
from shared.sinks.names import NAMES
from shared.sinks.store import LedgerSinks
from shared.state.memory import MemoryState
from shared.status.taking import Watched
from tests.support.builders import DEADLINES, NOON, a_cause
from tests.support.pauses import no_pause
from tests.support.traces import MemoryTraces

ANNA: Final = "81384788765712384"  # who uses commands, unless it is said otherwise
_SERVER, _CHANNEL, _MESSAGE, _APPLICATION = "290926798626357260", "772908445358620702", "1286740290000000001", "42"
_ids = count(1_290_000_000_000_000_000)


class MemoryPorts:
    """Satisfies `functions.run_commands.ports.Ports`. Its clock stands still until `now` is set.

    Outside there is nobody, unless a test puts somebody there.
    """

    def __init__(self, *listings: Listing, now: datetime = NOON, scraper: Scraper | None = None) -> None:
        self.now = now
        self.pause: Callable[[float], None] = no_pause
        self.ledger = MemoryLedger()
        self.state = MemoryState(clock=self.clock)
        self.listings = LedgerListings(self.ledger)
        self.deadlines: Deadlines = DEADLINES
        self.files = MemoryFiles()
        self.jobs = LedgerJobs(self.ledger)
        self.rotation = LedgerRotation(self.ledger)
        self.scraper = scraper
        self.messages = LedgerMessages(self.ledger)
        self.deliveries = MemoryDeliveries()
        self.delivery_events = DeliveryEvents(self.ledger)
        self.sinks = LedgerSinks(self.ledger)
        self.board = LedgerBlackboard(self.ledger)
        self.instance = "default"
        self.default_currency = "GBP"
        self.deploys = LedgerDeploys(self.ledger)
        self.github: Service | None = None
        self.discord = _service("discord", nobody)
        self.watched = Watched(send=nobody)
        self.status_channel_id = ""
        self.dead_letter_queues: dict[str, Callable[[], int]] = {}
        self.waiting_queues: dict[str, Callable[[], int]] = {}
        self.known_circuits: dict[str, Circuit] = {}
        self.described_apis: list[str] = []
        self.set_up: dict[str, bool] = {}
        self.is_live = True
        self.runs = LedgerRuns(self.ledger)
        self.system_jobs = LedgerSystemJobs(self.ledger)
        self.services = LedgerServices(self.ledger)
        self.seen = Seen(self.state)
        self.findings = LedgerFindings(self.ledger, files=self.files)
        self.traces = MemoryTraces()
        self.marks = LedgerMarks(self.ledger)
        self.relay_mark = RelayMark(self.state, clock=self.clock)
        for listing in listings:
            self.listings.save(listing, a_cause())

    def clock(self) -> datetime:
        return self.now

    def circuits(self, names: Collection[str]) -> dict[str, Circuit]:
        return {name: circuit for name, circuit in self.known_circuits.items() if name in names}

    def rules(self) -> Rules:
        return read_rules(default_text(), sinks=NAMES)


def use_of(
    name: str,
    options: Mapping[str, Any] | None = None,
    *,
    ports: MemoryPorts,
    role: Role = Role.OPERATOR,
    user_id: str = ANNA,
    id: str | None = None,
    is_repeated: bool = False,
    **more: Any,
) -> Use:
    """Somebody types a command: `use_of("listing show", {"listing": …}, ports=ports)`.

    With an `id` it is the same use once more. `more` goes to the interaction.
    """
    told: dict[str, Any] = {
        "id": id or str(next(_ids)),
        "application_id": _APPLICATION,
        "token": "aW50ZXJhY3Rpb24",
        "kind": Kind.COMMAND,
        "name": name,
        "options": dict(options or {}),
        "user_id": user_id,
        "user_name": "Anna",
        "guild_id": _SERVER,
        "channel_id": _CHANNEL,
    }
    interaction = Interaction(**told | more)
    return Use(
        interaction=interaction,
        role=role,
        cause=_cause_of(interaction),
        at=ports.now,
        ports=ports,
        is_repeated=is_repeated,
    )


def press_of(custom_id: str, *, ports: MemoryPorts, values: tuple[str, ...] = (), **more: Any) -> Use:
    """Somebody presses a button with this custom_id, or chooses `values` from a menu with it."""
    prefix, *arguments = custom_id.split(":")
    pressed: dict[str, Any] = {"kind": Kind.COMPONENT, "arguments": tuple(arguments), "values": values}
    return use_of(prefix, ports=ports, **pressed | {"message_id": _MESSAGE} | more)


def form_of(custom_id: str, fields: Mapping[str, str], *, ports: MemoryPorts, **more: Any) -> Use:
    """Somebody fills in a form."""
    filled_in: dict[str, Any] = {"kind": Kind.MODAL, "fields": dict(fields)}
    return press_of(custom_id, ports=ports, **filled_in | more)


def scraper_that(send: Send) -> Scraper:
    """A scraper whose answers are `send`'s."""
    return Scraper(_service("scraper", send))


def nobody(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
    raise NotSentError("cannot be reached")


def _service(name: str, send: Send) -> Service:
    def locate(*, fresh: bool = False) -> Address:
        return Address(url=f"https://{name}.example")

    return Service(name, locate, send=send)


def _cause_of(interaction: Interaction) -> Cause:
    """The same however often this use is carried out."""
    trace_id = f"{int(interaction.id):032x}"
    return Cause(actor=f"discord:{interaction.user_id}", trace_id=trace_id, correlation_id=trace_id)
