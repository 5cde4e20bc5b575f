"""What commands may reach. Each is built when it is first asked for: a command pays for what it uses."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from shared.runtime.clock import Clock

if TYPE_CHECKING:
    from shared.blackboard.store import LedgerBlackboard
    from shared.control.history.store import LedgerMarks
    from shared.control.ingestion.findings import LedgerFindings
    from shared.control.jobs.store import LedgerJobs as LedgerSystemJobs
    from shared.control.registry.seen import Seen
    from shared.control.registry.store import LedgerServices
    from shared.control.runs.store import LedgerRuns
    from shared.control.tracing.traces import Traces
    from shared.deliveries.delivery import DeliveryRecords
    from shared.deliveries.events import DeliveryEvents
    from shared.deploys.store import LedgerDeploys
    from shared.files.store import Files
    from shared.ledger.ledger import Ledger
    from shared.ledger.relay_mark import RelayMark
    from shared.listings.deadlines import Deadlines
    from shared.listings.store import LedgerListings
    from shared.messages.routing import Rules
    from shared.messages.store import LedgerMessages
    from shared.runtime.attempts import Pause
    from shared.runtime.circuit_states import Circuit
    from shared.runtime.http import Service
    from shared.scraping.scraper import Scraper
    from shared.scraping.store import LedgerJobs, LedgerRotation
    from shared.sinks.store import LedgerSinks
    from shared.state.store import StateStore
    from shared.status.taking import Watched


class Ports(Protocol):
    """`rules` are those that hold now; `scraper` is None where there is none."""

    @property
    def clock(self) -> Clock: ...
    @property
    def pause(self) -> "Pause": ...
    @property
    def ledger(self) -> "Ledger": ...
    @property
    def state(self) -> "StateStore": ...
    @property
    def listings(self) -> "LedgerListings": ...
    @property
    def deadlines(self) -> "Deadlines": ...
    @property
    def files(self) -> "Files": ...
    @property
    def jobs(self) -> "LedgerJobs": ...
    @property
    def rotation(self) -> "LedgerRotation": ...
    @property
    def scraper(self) -> "Scraper | None": ...
    @property
    def messages(self) -> "LedgerMessages": ...
    @property
    def rules(self) -> "Callable[[], Rules]": ...
    @property
    def deliveries(self) -> "DeliveryRecords": ...
    @property
    def delivery_events(self) -> "DeliveryEvents": ...
    @property
    def sinks(self) -> "LedgerSinks": ...
    @property
    def deploys(self) -> "LedgerDeploys": ...
    @property
    def github(self) -> "Service | None":
        """None where no repository is set up, or no token for it."""

    @property
    def board(self) -> "LedgerBlackboard": ...
    @property
    def instance(self) -> str:
        """The blackboard that is meant where none is named."""

    @property
    def default_currency(self) -> str: ...
    @property
    def dead_letter_queues(self) -> Mapping[str, Callable[[], int]]:
        """How many messages lie in each, by name. Each raises DependencyError."""

    @property
    def waiting_queues(self) -> Mapping[str, Callable[[], int]]:
        """The same of messages that are still to be dealt with."""

    @property
    def watched(self) -> "Watched":
        """The addresses a digest asks, and where workflows run."""

    @property
    def discord(self) -> "Service":
        """Where the bot speaks in channels."""

    @property
    def status_channel_id(self) -> str:
        """Where digests are posted by the clock; empty for nowhere."""

    @property
    def circuits(self) -> "Callable[[Collection[str]], Mapping[str, Circuit]]":
        """What is on record of services, by name."""

    @property
    def described_apis(self) -> Collection[str]:
        """Where descriptions of APIs are read."""

    @property
    def set_up(self) -> Mapping[str, bool]:
        """Services outside and sinks: whether the stack says where each is. Of what stands not there, none can tell."""

    @property
    def is_live(self) -> bool:
        """Sinks are asked for real, as far as the stack says."""

    @property
    def runs(self) -> "LedgerRuns":
        """Of workflows."""

    @property
    def system_jobs(self) -> "LedgerSystemJobs":
        """What is done now and then to keep the system well; `jobs` are the scraper's."""

    @property
    def services(self) -> "LedgerServices":
        """Those that are registered."""

    @property
    def seen(self) -> "Seen":
        """Of registered services: what changes from moment to moment."""

    @property
    def findings(self) -> "LedgerFindings": ...
    @property
    def traces(self) -> "Traces": ...
    @property
    def marks(self) -> "LedgerMarks":
        """What was cleared from the history."""

    @property
    def relay_mark(self) -> "RelayMark": ...
